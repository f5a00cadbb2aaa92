using HyperIngest.Core.Sharding;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// Commits the offsets of what has become durable: never one before the journal has the readings of all records before it. From day to day the client library sends the commits, at
/// its interval and only while the group is at rest; what partitions that go still need is committed here, while the group waits. The consuming thread's.
/// </summary>
internal sealed class KafkaOffsetCommits
{
    // How often what is durable is looked at while partitions wait to be given back: the rest of a rebalance waits for it.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    // What the coordinator is given to answer when the time is up already.
    private static readonly TimeSpan LastAnswer = TimeSpan.FromSeconds(1);

    private readonly string _source;
    private readonly KafkaConsumer _consumer;
    private readonly Intake _intake;
    private readonly KafkaAssignment _assignment;
    private readonly KafkaSourceMetrics _metrics;
    private readonly ILogger _logger;
    private readonly long[] _durable;
    private readonly List<KafkaPosition> _offsets = [];
    private readonly List<KafkaPartition> _underWay = [];
    private bool _isUnderWay;
    private bool _failing;

    public KafkaOffsetCommits(string source, KafkaConsumer consumer, Intake intake, KafkaAssignment assignment, KafkaSourceMetrics metrics, ILogger logger)
    {
        _source = source;
        _consumer = consumer;
        _intake = intake;
        _assignment = assignment;
        _metrics = metrics;
        _logger = logger;
        _durable = new long[intake.ShardCount];
        consumer.OffsetsCommitted = OnCommitted;
    }

    /// <summary>Looks at what has become durable, and has it committed.</summary>
    public void Advance(KafkaPartition[] partitions)
    {
        Settle(partitions);
        Store(partitions);
    }

    private void Store(IReadOnlyList<KafkaPartition> partitions)
    {
        _offsets.Clear();
        for (int i = 0; i < partitions.Count; i++)
        {
            KafkaPartition partition = partitions[i];
            if (partition.Settled <= partition.Stored) continue;
            _offsets.Add(new KafkaPosition(partition.Topic, partition.Number, partition.Settled));
            partition.Stored = partition.Settled;
        }
        if (_offsets.Count == 0) return;
        KafkaError error = _consumer.StoreOffsets(_offsets);
        if (!error.IsError) return;
        // Tried again the next time.
        Failed(error);
        for (int i = 0; i < partitions.Count; i++) partitions[i].Stored = partitions[i].Committed;
    }

    private void OnCommitted(KafkaError error, IReadOnlyList<KafkaPosition> offsets)
    {
        if (error.IsError)
        {
            Failed(error);
        }
        else
        {
            _failing = false;
            _metrics.Commits.Add();
        }
        foreach (KafkaPosition offset in offsets)
        {
            KafkaPartition partition = _assignment.Find(offset.Topic, offset.Partition);
            // One that went and came back meanwhile has begun anew.
            if (partition.Assigned && offset.Offset <= partition.Settled) partition.Committed = Math.Max(partition.Committed, offset.Offset);
        }
    }

    /// <summary>Waits until everything taken of the partitions is durable and committed, at most <paramref name="limit"/>.</summary>
    /// <returns>True when it is.</returns>
    public bool Finish(IReadOnlyList<KafkaPartition> partitions, TimeSpan limit)
    {
        long deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (true)
        {
            Settle(partitions);
            bool durable = true, committed = true;
            foreach (KafkaPartition partition in partitions)
            {
                durable &= partition.Ledger.IsEmpty;
                committed &= partition.Settled <= partition.Committed;
            }
            if (durable && committed) return true;
            if (Environment.TickCount64 >= deadline) break;
            // One commit when all of it is durable, and not one for each fsync.
            if (!_isUnderWay && durable) Send(partitions);
            if (_isUnderWay) TryEnd(Look);
            else Thread.Sleep(Look);
        }
        // The time is up: what is durable is committed all the same.
        if (_isUnderWay) TryEnd(LastAnswer);
        if (!_isUnderWay) Send(partitions);
        if (_isUnderWay) TryEnd(LastAnswer);
        return false;
    }

    private void Settle(IReadOnlyList<KafkaPartition> partitions)
    {
        for (int i = 0; i < _durable.Length; i++) _durable[i] = _intake[i].DurableSequence;
        for (int i = 0; i < partitions.Count; i++)
        {
            long settled = partitions[i].Ledger.Settle(_durable);
            if (settled >= 0) partitions[i].Settled = settled;
        }
    }

    private void Send(IReadOnlyList<KafkaPartition> partitions)
    {
        // The library may be about to commit what it was told before: after this commit, that would set the group back.
        Store(partitions);
        _offsets.Clear();
        _underWay.Clear();
        for (int i = 0; i < partitions.Count; i++)
        {
            KafkaPartition partition = partitions[i];
            if (partition.Settled <= partition.Committed) continue;
            _offsets.Add(new KafkaPosition(partition.Topic, partition.Number, partition.Settled));
            partition.InCommit = partition.Settled;
            _underWay.Add(partition);
        }
        if (_offsets.Count == 0) return;
        KafkaError error = _consumer.StartCommit(_offsets);
        if (error.IsError) Failed(error);
        else _isUnderWay = true;
    }

    private void TryEnd(TimeSpan limit)
    {
        if (!_consumer.TryEndCommit(limit, out KafkaError error)) return;
        _isUnderWay = false;
        if (error.IsError)
        {
            Failed(error);
            return;
        }
        _failing = false;
        _metrics.Commits.Add();
        foreach (KafkaPartition partition in _underWay)
        {
            // One that went and came back meanwhile has begun anew.
            if (partition.InCommit >= 0) partition.Committed = partition.InCommit;
            partition.InCommit = KafkaPartition.None;
        }
    }

    private void Failed(KafkaError error)
    {
        _metrics.CommitFailures.Add();
        if (!_failing) KafkaSourceLog.CommitFailed(_logger, _source, error.ToString());
        _failing = true;
    }
}
