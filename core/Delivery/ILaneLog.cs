using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Delivery;

/// <summary>What a lane needs of its shard's journal. Called by the lane's loop, beside the shard that appends.</summary>
public interface ILaneLog
{
    /// <summary>Offset of the oldest record still held.</summary>
    long StartOffset { get; }

    /// <summary>Where the next record will be appended.</summary>
    long EndOffset { get; }

    /// <summary>
    /// <see cref="EndOffset"/> as it was when the journal was opened, before this process appended anything. A cursor of an earlier process that lies
    /// past it belongs to records a power cut took from the journal after the sink had them; new records will get those offsets.
    /// </summary>
    long RecoveredEndOffset { get; }

    /// <summary>
    /// Where the last record ended when the journal was opened; less than <see cref="RecoveredEndOffset"/> where offsets jumped, and then no record stands between the two.
    /// </summary>
    long RecoveredRecordsEnd => RecoveredEndOffset;

    /// <summary>Record bytes at and behind <paramref name="offset"/>; offsets that no record ever had do not count.</summary>
    long BytesFrom(long offset);

    /// <summary>
    /// A reader whose first record is the one at <paramref name="offset"/>, or the oldest one held after it; when records between the two are missing, the reader says so with a gap
    /// before it.
    /// </summary>
    ILaneLogReader OpenReader(long offset);

    /// <summary>Tells retention how far <paramref name="sink"/> is: what lies before is no longer needed for it.</summary>
    void SetCursor(string sink, JournalPosition cursor);

    /// <summary>The shard's thread: the lane's memory queue has taken the record between the two offsets. What a lane has in hand, retention leaves alone.</summary>
    void Offered(long offset, long end)
    {
    }

    /// <summary>The lane has taken a record that ends at <paramref name="end"/> from its memory queue.</summary>
    void Took(long end)
    {
    }

    /// <summary>The cursor kept beside the journal for a sink that keeps none itself; null when there is none yet.</summary>
    JournalPosition? LoadCursor(string sink);

    /// <summary>Replaces the cursor beside the journal, atomically and durably.</summary>
    void StoreCursor(string sink, JournalPosition cursor);

    /// <summary>Replaces it so that it outlives the process, and costs no fsync: a power cut may leave the one stored before.</summary>
    void NoteCursor(string sink, JournalPosition cursor);
}

/// <summary>Reads a shard's records in order.</summary>
public interface ILaneLogReader : IDisposable
{
    /// <summary>Reads the next whole record into <paramref name="into"/> (readings, Count, Offset, NextOffset, Shard).</summary>
    LaneRead TryRead(ReadingBatch into);
}

/// <summary>How a read went.</summary>
public enum LaneReadStatus : byte
{
    /// <summary>A record was read.</summary>
    Read,

    /// <summary>There is no record yet after the last one.</summary>
    AtEnd,

    /// <summary>Records are gone (retention's hard limit, or damage); the next read continues after them.</summary>
    Gap,
}

/// <summary>The outcome of one <see cref="ILaneLogReader.TryRead"/>.</summary>
/// <param name="Status">How it went.</param>
/// <param name="LostFrom">For a gap: offset of the first byte that is gone.</param>
/// <param name="LostTo">For a gap: offset of the first record that is there again.</param>
public readonly record struct LaneRead(LaneReadStatus Status, long LostFrom = 0, long LostTo = 0);
