using HyperIngest.Core.Sharding;
using HyperIngest.Mqtt;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// Acknowledges messages in the order they came, each when the journal has its readings and its dead letter is on the disk. What came over a connection that is no more is let go
/// without a word: the broker sends it again. One thread's.
/// </summary>
internal sealed class MqttAcknowledger
{
    // One call, and with it one write to the socket, for all that an fsync has settled.
    private const int MostAtOnce = 4096;

    private readonly Intake _intake;
    private readonly AcknowledgementLedger _ledger;
    private readonly MqttLetters _letters;
    private readonly MqttSourceMetrics _metrics;
    private readonly ulong _source;
    private readonly (ushort PacketId, MqttQos Qos)[] _messages = new (ushort, MqttQos)[MostAtOnce];
    private readonly ushort[] _completed = new ushort[MostAtOnce];

    // Releases whose marks are in the rings: what each shard must have made durable; an entry a shard, the last of a message names it.
    private readonly Queue<LedgerEntry> _releasing = new();
    private readonly long[] _durable;

    // Shards whose mark of the oldest release is not in their ring yet; 0 when that has not begun.
    private ulong _unmarked;
    private bool _hasBegun;

    public MqttAcknowledger(Intake intake, AcknowledgementLedger ledger, MqttLetters letters, MqttSourceMetrics metrics, ulong source)
    {
        _intake = intake;
        _ledger = ledger;
        _letters = letters;
        _metrics = metrics;
        _source = source;
        _durable = new long[intake.ShardCount];
    }

    /// <summary>Acknowledges what may be.</summary>
    /// <param name="upstream">The connection there is; null while there is none.</param>
    /// <param name="mayMark">Whether marks may still be put into the rings: not once the source has stopped.</param>
    public void Pass(MqttUpstream? upstream, bool mayMark)
    {
        for (int i = 0; i < _durable.Length; i++) _durable[i] = _intake[i].DurableSequence;
        while (Settle(upstream))
        {
        }
        if (mayMark) MarkReleased();
        while (Complete(upstream))
        {
        }
    }

    // False when nothing more can be settled now.
    private bool Settle(MqttUpstream? upstream)
    {
        ReadOnlySpan<LedgerEntry> waiting = _ledger.Peek();
        bool forced = false;
        int settled = 0, acknowledged = 0;
        foreach (ref readonly LedgerEntry entry in waiting)
        {
            if (acknowledged == MostAtOnce) break;
            // All letters of what was seen in the queue were written before: one fsync does for them.
            if (entry.Shard == LedgerEntry.Letters && !forced && !(forced = _letters.TryForce())) break;
            if (entry.Generation == upstream?.Generation)
            {
                if (entry.Shard >= 0 && entry.Need > _durable[entry.Shard]) break;
                if (entry.PacketId != 0) _messages[acknowledged++] = (entry.PacketId, entry.Qos);
            }
            else if (entry.PacketId != 0)
            {
                _metrics.Dropped.Add();
            }
            settled++;
        }
        // Before the places are free: the broker may use a packet identifier again as soon as it has its acknowledgement.
        if (acknowledged > 0)
        {
            upstream!.Connection.Acknowledge(_messages.AsSpan(0, acknowledged));
            _metrics.Acknowledged.Add(acknowledged);
        }
        _ledger.Remove(settled);
        return settled > 0;
    }

    // The journals are told that messages were released, so that the same bytes under their packet identifiers are new messages after a restart too.
    private void MarkReleased()
    {
        while (_ledger.PeekReleased() is { IsEmpty: false } released)
        {
            int marked = 0;
            foreach (ref readonly ReleaseEntry entry in released)
            {
                if (!TryMark(entry)) break;
                marked++;
            }
            _ledger.RemoveReleased(marked);
            if (marked < released.Length) return;
        }
    }

    private bool TryMark(in ReleaseEntry entry)
    {
        if (!_hasBegun) _unmarked = entry.Shards;
        _hasBegun = true;
        while (_unmarked != 0)
        {
            ulong left = _unmarked;
            int shard = TakenMessages.Next(ref left);
            if (!_intake[shard].TryClaimMarked(TakenMessages.ReleasedMark(_source, entry.PacketId), 0, out MarkedClaim claim)) return false;
            _intake[shard].Publish(claim);
            _releasing.Enqueue(new LedgerEntry(claim.End, shard, entry.Generation, 0, MqttQos.ExactlyOnce));
            _unmarked = left;
        }
        _hasBegun = false;
        _releasing.Enqueue(new LedgerEntry(0, LedgerEntry.NoShard, entry.Generation, entry.PacketId, MqttQos.ExactlyOnce));
        return true;
    }

    // In their order, and also those of connections that are no more: a release that came again must not be completed before the first one's mark is durable.
    private bool Complete(MqttUpstream? upstream)
    {
        int completed = 0;
        while (completed < MostAtOnce && _releasing.TryPeek(out LedgerEntry entry) && (entry.Shard < 0 || entry.Need <= _durable[entry.Shard]))
        {
            _releasing.Dequeue();
            if (entry.PacketId != 0 && entry.Generation == upstream?.Generation) _completed[completed++] = entry.PacketId;
        }
        if (completed > 0) upstream!.Connection.Complete(_completed.AsSpan(0, completed));
        return completed == MostAtOnce;
    }
}
