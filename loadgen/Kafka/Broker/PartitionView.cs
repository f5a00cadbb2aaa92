namespace HyperIngest.LoadGen.Kafka;

/// <summary>A partition as it is now.</summary>
/// <param name="Start">Offset of the first record kept.</param>
/// <param name="HighWatermark">Offset of the next record; control batches take one each.</param>
/// <param name="LastStableOffset">Where a read-committed consumer has to stop.</param>
/// <param name="CommittedRecords">Records that a read-committed consumer is given.</param>
/// <param name="AllRecords">Records that a read-uncommitted consumer is given.</param>
/// <param name="OpenTransactions">Transactions that have written here and are neither committed nor aborted.</param>
/// <param name="Bytes">Bytes kept.</param>
public readonly record struct PartitionView(
    long Start, long HighWatermark, long LastStableOffset, long CommittedRecords, long AllRecords, int OpenTransactions, long Bytes);
