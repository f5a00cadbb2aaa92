using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Delivery;

/// <summary>A journal in memory: records of 64 + 32 n bytes, as the real one's.</summary>
internal sealed class MemoryLaneLog : ILaneLog
{
    private readonly Lock _lock = new();
    private readonly List<(long Offset, Reading[] Readings)> _records = [];
    private readonly Dictionary<string, JournalPosition> _stored = [];
    private long _start;
    private long _end;

    public MemoryLaneLog(long recoveredEnd = 0) => RecoveredEndOffset = recoveredEnd;

    public long StartOffset => Volatile.Read(ref _start);

    public long EndOffset => Volatile.Read(ref _end);

    public long RecoveredEndOffset { get; set; }

    public int ReadersOpened { get; private set; }

    public int CursorsStored { get; private set; }

    public JournalPosition? Retention { get; private set; }

    /// <summary>Appends the batch's readings as one record and gives the batch its offsets.</summary>
    public void Append(ReadingBatch batch)
    {
        lock (_lock)
        {
            batch.Offset = _end;
            _records.Add((_end, batch.Readings.ToArray()));
            batch.NextOffset = _end + ReadingBatch.HeaderRoomBytes + (batch.Count * (long)Reading.SizeInBytes);
            Volatile.Write(ref _end, batch.NextOffset);
        }
    }

    /// <summary>The next record's offset is not where the last one ended.</summary>
    public void JumpTo(long offset) => Volatile.Write(ref _end, offset);

    /// <summary>Retention takes everything before <paramref name="offset"/>.</summary>
    public void DropBefore(long offset)
    {
        lock (_lock)
        {
            _records.RemoveAll(r => r.Offset < offset);
            Volatile.Write(ref _start, offset);
        }
    }

    public ILaneLogReader OpenReader(long offset)
    {
        ReadersOpened++;
        return new Reader(this, offset);
    }

    public long BytesFrom(long offset)
    {
        lock (_lock)
        {
            return _records.Where(r => r.Offset >= offset).Sum(r => ReadingBatch.HeaderRoomBytes + (r.Readings.Length * (long)Reading.SizeInBytes));
        }
    }

    public void SetCursor(string sink, JournalPosition cursor) => Retention = cursor;

    public JournalPosition? LoadCursor(string sink) => _stored.TryGetValue(sink, out JournalPosition cursor) ? cursor : null;

    public void StoreCursor(string sink, JournalPosition cursor)
    {
        _stored[sink] = cursor;
        CursorsStored++;
    }

    public void NoteCursor(string sink, JournalPosition cursor) => _stored[sink] = cursor;

    private sealed class Reader(MemoryLaneLog log, long offset) : ILaneLogReader
    {
        private long _offset = offset;

        public LaneRead TryRead(ReadingBatch into)
        {
            lock (log._lock)
            {
                if (_offset < log._start)
                {
                    long from = _offset;
                    _offset = log._start;
                    return new LaneRead(LaneReadStatus.Gap, from, _offset);
                }
                foreach ((long at, Reading[] readings) in log._records)
                {
                    if (at < _offset) continue;
                    readings.CopyTo(into.Slots);
                    into.Count = readings.Length;
                    into.Offset = at;
                    into.NextOffset = at + ReadingBatch.HeaderRoomBytes + (readings.Length * (long)Reading.SizeInBytes);
                    _offset = into.NextOffset;
                    return new LaneRead(LaneReadStatus.Read);
                }
                return new LaneRead(LaneReadStatus.AtEnd);
            }
        }

        public void Dispose()
        {
        }
    }
}
