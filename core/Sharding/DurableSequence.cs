using HyperIngest.Core.Rings;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// How far into a shard's ring everything is durable. The shard notes, at each seal, which ring sequence the journal's end then stands for; the journal's sync thread settles the
/// notes that an fsync has passed; sources look, and acknowledge upstream.
/// </summary>
internal sealed class DurableSequence
{
    // At a seal each 20 ms, 20 seconds without an fsync. More are not lost: the newest one stands for those there was no room for.
    private const int PendingSeals = 1 << 10;

    private readonly SpscRing<Seal> _pending = new(PendingSeals);

    // One consumer of the ring at a time: the sync thread, and at the end whoever drains the pipeline.
    private readonly Lock _settling = new();

    // The newest seal the ring had no room for; shard's thread only, until _ended hands it to the settlers.
    private Seal _held;

    // Written by the shard's thread once, as it ends (release, after _held); read by settlers (acquire).
    private bool _ended;

    // Written under _settling (release, after the journal's sync returned); read by sources (acquire).
    private long _value;

    private readonly record struct Seal(long RecordEnd, long Sequence);

    /// <summary>Every ring sequence below it is durable. Only grows.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Shard's thread: once the journal is durable to <paramref name="recordEnd"/>, all before <paramref name="sequence"/> is.</summary>
    public void Sealed(long recordEnd, long sequence)
    {
        // Later offset, later sequence: the newer of two says all that the older did, only later.
        _held = new Seal(recordEnd, sequence);
        HandOver();
    }

    /// <summary>Shard's thread: passes on what the ring had no room for, if it has now.</summary>
    public void HandOver()
    {
        if (_held == default || !_pending.TryClaim(1, out RingClaim<Seal> claim)) return;
        claim[0] = _held;
        _pending.Publish(claim);
        _held = default;
    }

    /// <summary>Shard's thread, as its last call: nothing more will be noted.</summary>
    public void End() => Volatile.Write(ref _ended, true);

    /// <summary>Sync thread, or the drain beside it: settles what lies before <paramref name="durableOffset"/>.</summary>
    public void Durable(long durableOffset)
    {
        lock (_settling)
        {
            // Before the ring is looked at: what is held when the shard has ended is newer than all in the ring.
            bool ended = Volatile.Read(ref _ended);
            while (_pending.Peek() is { IsEmpty: false } seals)
            {
                int settled = 0;
                while (settled < seals.Length && seals[settled].RecordEnd <= durableOffset) settled++;
                if (settled > 0) Volatile.Write(ref _value, seals[settled - 1].Sequence);
                _pending.Release(settled);
                if (settled < seals.Length) return;
            }
            if (ended && _held != default && _held.RecordEnd <= durableOffset) Volatile.Write(ref _value, _held.Sequence);
        }
    }
}
