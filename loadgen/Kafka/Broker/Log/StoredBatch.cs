namespace HyperIngest.LoadGen.Kafka;

/// <summary>What became of the transaction that a batch was written in.</summary>
internal enum BatchOutcome
{
    /// <summary>Not transactional, or committed: everybody sees it.</summary>
    Visible,

    /// <summary>Its transaction is open.</summary>
    Open,

    /// <summary>Its transaction was aborted: read-uncommitted consumers alone see it.</summary>
    Aborted,
}

/// <summary>A batch at its place in the log.</summary>
internal sealed class StoredBatch
{
    public StoredBatch(RecordBatch batch)
    {
        Bytes = batch.Bytes;
        BaseOffset = batch.BaseOffset;
        LastOffset = batch.BaseOffset + batch.LastOffsetDelta;
        Records = batch.IsControl ? 0 : batch.RecordCount;
        MaxTimestamp = batch.MaxTimestamp;
        Outcome = batch.IsTransactional && !batch.IsControl ? BatchOutcome.Open : BatchOutcome.Visible;
        Header = batch;
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public RecordBatch Header { get; }

    public long BaseOffset { get; }

    public long LastOffset { get; }

    /// <summary>Records of data; a control batch has none.</summary>
    public int Records { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long MaxTimestamp { get; }

    public BatchOutcome Outcome { get; set; }
}
