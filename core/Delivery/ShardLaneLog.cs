using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Delivery;

/// <summary>A shard's journal as its lanes see it.</summary>
public sealed class ShardLaneLog(ReadingJournal journal, int shard) : ILaneLog, IDisposable
{
    private readonly ShardJournal _log = journal.Shard(shard);

    private readonly LaneHold _hold = journal.Shard(shard).Held.AddHold();

    // Opened by the lane's loop when the sink keeps no cursor of its own, and used by that loop alone.
    private CursorFile? _cursor;

    /// <inheritdoc/>
    public long StartOffset => _log.StartOffset;

    /// <inheritdoc/>
    public long EndOffset => _log.ReadingsEnd;

    /// <inheritdoc/>
    public long RecoveredEndOffset => _log.RecoveredEndOffset;

    /// <inheritdoc/>
    public long RecoveredRecordsEnd => _log.RecoveredRecordsEnd;

    /// <inheritdoc/>
    public long BytesFrom(long offset) => _log.BytesFrom(offset);

    /// <inheritdoc/>
    public ILaneLogReader OpenReader(long offset) => new Reader(_log.OpenReader(new JournalPosition(offset, 0)), _hold);

    /// <inheritdoc/>
    public void SetCursor(string sink, JournalPosition cursor)
    {
        _log.SetCursor(sink, cursor);
        _hold.MoveTo(cursor.Offset);
    }

    /// <inheritdoc/>
    public void Offered(long offset, long end) => _hold.Offered(offset, end);

    /// <inheritdoc/>
    public void Took(long end) => _hold.Took(end);

    /// <inheritdoc/>
    public JournalPosition? LoadCursor(string sink) => (_cursor ??= journal.OpenCursor(sink, shard)).Cursor;

    /// <inheritdoc/>
    public void StoreCursor(string sink, JournalPosition cursor) => (_cursor ??= journal.OpenCursor(sink, shard)).Store(cursor);

    /// <inheritdoc/>
    public void NoteCursor(string sink, JournalPosition cursor) => (_cursor ??= journal.OpenCursor(sink, shard)).Note(cursor);

    /// <inheritdoc/>
    public void Dispose() => _cursor?.Dispose();

    private sealed class Reader(JournalReader reader, LaneHold hold) : ILaneLogReader
    {
        public LaneRead TryRead(ReadingBatch into)
        {
            ReadOutcome outcome = reader.TryRead(into);
            // The reader still stands in the record's segment: retention cannot come in between.
            if (outcome.Status == ReadStatus.Read) hold.Read(into.NextOffset);
            return outcome.Status switch
            {
                ReadStatus.Read => new LaneRead(LaneReadStatus.Read),
                ReadStatus.Gap => new LaneRead(LaneReadStatus.Gap, outcome.Lost.FromOffset, outcome.Lost.ToOffset),
                _ => new LaneRead(LaneReadStatus.AtEnd),
            };
        }

        public void Dispose() => reader.Dispose();
    }
}
