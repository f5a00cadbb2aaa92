namespace HyperIngest.LoadGen.Kafka;

/// <summary>Where a transactional id's transaction stands. Markers are written at once here, so that the two "prepare" states of a real coordinator never show.</summary>
internal enum TransactionState
{
    Empty,
    Ongoing,
    Committed,
    Aborted,
}

/// <summary>What the coordinator knows of one transactional id.</summary>
internal sealed class TransactionalProducer
{
    public TransactionalProducer(string transactionalId) => TransactionalId = transactionalId;

    public string TransactionalId { get; }

    public long ProducerId { get; set; } = -1;

    public short Epoch { get; set; } = -1;

    /// <summary>The epoch before the last bump that the producer itself asked for: its request may come again because the answer was lost. -1 when there is none.</summary>
    public short EpochBefore { get; set; } = -1;

    public TransactionState State { get; set; }

    public TimeSpan Timeout { get; set; }

    /// <summary>When the open transaction began.</summary>
    public TimeSpan Began { get; set; }

    public HashSet<PartitionId> Partitions { get; } = [];

    public HashSet<string> Groups { get; } = [];
}
