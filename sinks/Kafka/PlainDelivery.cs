using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// At-least-once deliveries. What stalls is not sent again: the same chunk given again goes on where it was. What the brokers refuse is searched for in ever smaller groups; a reading that is refused alone
/// is reported as refused, and all else is there.
/// </summary>
internal sealed class PlainDelivery(KafkaLaneParts parts, string sink, int shard, ILogger logger) : IKafkaDelivery
{
    private readonly KafkaLaneParts _parts = parts;
    private readonly KafkaSender _sender = parts.Sender;
    private readonly string _sink = sink;
    private readonly int _shard = shard;
    private readonly ILogger _logger = logger;
    private readonly List<RefusedReading> _refused = [];

    // The delivery at hand: which chunk, and whether all of it is encoded.
    private (JournalPosition Start, JournalPosition End, int Count)? _chunk;
    private bool _more;

    // Records that the brokers refused as members of a batch: ranges of _suspects still to be sent as groups of their own, the first of them last.
    private readonly Stack<(int First, int Count)> _groups = new();
    private int[] _suspects = [];
    private (int First, int Count) _group;

    /// <inheritdoc/>
    public JournalPosition? StoredCursor => null;

    /// <inheritdoc/>
    public IReadOnlyList<RefusedReading> Refused => _refused;

    /// <inheritdoc/>
    public DeliveryOutcome Deliver(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        _sender.Begin();
        if (_chunk == (chunk.Start, chunk.End, chunk.Count))
        {
            // What is under way goes where it was sent; what failed may find another partition.
            if (_sender.InFlight == 0 && _parts.Refresh(cancellationToken) is { Verdict: not DeliveryVerdict.Accepted } unknown) return unknown;
        }
        else
        {
            ThrowIfUnderWay();
            DeliveryOutcome ready = _parts.Begin(chunk, cancellationToken);
            if (ready.Verdict != DeliveryVerdict.Accepted) return ready;
            _chunk = (chunk.Start, chunk.End, chunk.Count);
            _more = true;
        }
        while (true)
        {
            if (!_sender.AwaitReports(cancellationToken)) return _sender.Stalled();
            if (_sender.Failed.Length > 0 && Judge() is { } outcome) return outcome;
            if (_groups.TryPop(out _group))
            {
                foreach (int number in Suspects(_group)) _sender.Table[number].State = RecordState.Pending;
                if (!_sender.Send(Suspects(_group), cancellationToken)) return _sender.Stalled();
            }
            else if (HasPending())
            {
                _group = default;
                if (!_sender.Send(0, _sender.Table.Count, cancellationToken)) return _sender.Stalled();
            }
            else if (_more)
            {
                _group = default;
                _sender.Table.Reset();
                if (!_parts.SendWave(chunk, cancellationToken, out _more)) return _sender.Stalled();
            }
            else
            {
                return Finish();
            }
        }
    }

    /// <inheritdoc/>
    public DeliveryOutcome SkipTo(JournalPosition cursor, CancellationToken cancellationToken)
    {
        // The cursor is the lane's.
        ThrowIfUnderWay();
        return DeliveryOutcome.Accepted;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int unknown = _sender.Abandon();
        if (unknown > 0)
        {
            _parts.Metrics.Unconfirmed.Add(unknown);
            KafkaEvents.GivenUp(_logger, _sink, _shard, unknown);
        }
        _parts.Dispose();
    }

    // Purging an idempotent producer's queue leaves a hole in its sequence numbers, which brokers refuse: a new producer has a sequence of its own.
    private void ThrowIfUnderWay()
    {
        if (_sender.InFlight > 0) throw new SinkException(DeliveryOutcome.Retry("another delivery was asked for while records are under way: they are given up, and the producer is made anew"));
        _groups.Clear();
        _group = default;
        _chunk = null;
        _more = false;
        _sender.ForgetFailed();
    }

    private Span<int> Suspects((int First, int Count) group) => _suspects.AsSpan(group.First, group.Count);

    private DeliveryOutcome Finish()
    {
        _chunk = null;
        _refused.Clear();
        _refused.AddRange(_parts.Encoder.Refused);
        if (_refused.Count == 0) return DeliveryOutcome.Accepted;
        _refused.Sort(static (a, b) => a.Index.CompareTo(b.Index));
        return DeliveryOutcome.AcceptedExcept(_refused[0].Reason);
    }

    // A wave that was interrupted, or records that failed by something that passes.
    private bool HasPending()
    {
        for (int number = 0; number < _sender.Table.Count; number++)
        {
            if (_sender.Table[number].State == RecordState.Pending) return true;
        }
        return false;
    }

    // Nothing is under way: what failed is sent again later, or searched, or refused. An outcome when somebody must wait or act first.
    private DeliveryOutcome? Judge()
    {
        _sender.Failed.Sort();
        DeliveryOutcome? outcome = null;
        int suspects = 0;
        foreach (int number in _sender.Failed)
        {
            int code = _sender.Table[number].Error;
            KafkaErrorKind kind = KafkaErrors.KindOf(code);
            if (kind == KafkaErrorKind.Fatal || kind == KafkaErrorKind.Fenced)
            {
                throw new SinkException(DeliveryOutcome.Retry($"the producer is out of order and is made anew: {_parts.Producer.Fault?.Error ?? new KafkaError(code)}"));
            }
            if (kind == KafkaErrorKind.Record)
            {
                suspects++;
                continue;
            }
            _sender.Table[number].State = RecordState.Pending;
            string topic = _parts.Routes.Topics[_parts.Routes[_sender.Table[number].Route].Topic].Handle.Name;
            outcome ??= KafkaErrors.OutcomeOf($"topic {topic}", new KafkaError(code));
        }
        if (outcome is not null) _parts.AskAgain();
        if (suspects > 0) Suspect(suspects);
        _sender.ForgetFailed();
        return outcome;
    }

    // What failed of a group stands at the group's place among the suspects: groups are sent one at a time.
    private void Suspect(int count)
    {
        int first = _group.First;
        if (_suspects.Length < first + count) Array.Resize(ref _suspects, first + count);
        int at = first;
        foreach (int number in _sender.Failed)
        {
            if (KafkaErrors.KindOf(_sender.Table[number].Error) == KafkaErrorKind.Record) _suspects[at++] = number;
        }
        if (count > 1)
        {
            int half = count / 2;
            _groups.Push((first + half, count - half));
            _groups.Push((first, half));
            return;
        }
        // A record alone: no other can be to blame.
        int alone = _suspects[first];
        ref KafkaRecord record = ref _sender.Table[alone];
        string reason = new KafkaError(record.Error).ToString();
        record.State = RecordState.Settled;
        if (_parts.Encoder.TrySplit(_sender.Table, alone)) return;
        _parts.Encoder.Refused.Add(new RefusedReading(_parts.Encoder.IndexOf(_sender.Table[alone]), reason));
    }
}
