using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Delivery;

/// <summary>A shard's journal as its lanes see it.</summary>
public sealed class ShardLaneLog(ReadingJournal journal, int shard) : ILaneLog, IDisposable
{
    private readonly ShardJournal _log = journal.Shard(shard);

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
    public ILaneLogReader OpenReader(long offset) => new Reader(_log.OpenReader(new JournalPosition(offset, 0)));

    /// <inheritdoc/>
    public void SetCursor(string sink, JournalPosition cursor) => _log.SetCursor(sink, cursor);

    /// <inheritdoc/>
    public JournalPosition? LoadCursor(string sink) => (_cursor ??= journal.OpenCursor(sink, shard)).Cursor;

    /// <inheritdoc/>
    public void StoreCursor(string sink, JournalPosition cursor) => (_cursor ??= journal.OpenCursor(sink, shard)).Store(cursor);

    /// <inheritdoc/>
    public void Dispose() => _cursor?.Dispose();

    private sealed class Reader(JournalReader reader) : ILaneLogReader
    {
        public LaneRead TryRead(ReadingBatch into)
        {
            ReadOutcome outcome = reader.TryRead(into);
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
