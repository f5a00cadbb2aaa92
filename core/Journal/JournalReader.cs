using HyperIngest.Core.Sharding;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>How a read went.</summary>
public enum ReadStatus : byte
{
    /// <summary>A record was read.</summary>
    Read,

    /// <summary>There is no further record now.</summary>
    AtEnd,

    /// <summary>Records are missing: damage, a missing file, or retention. The next read goes on after them.</summary>
    Gap,
}

/// <summary>Records that are missing.</summary>
/// <param name="FromOffset">Logical offset of the first byte.</param>
/// <param name="ToOffset">Logical offset of the first record that is there again.</param>
/// <param name="AfterTime">Largest gateway time of the record before, UTC ticks; 0 when it is not known.</param>
/// <param name="BeforeTime">Smallest gateway time of the record behind, UTC ticks; 0 when it is not known.</param>
public readonly record struct LostRange(long FromOffset, long ToOffset, long AfterTime, long BeforeTime);

/// <summary>The outcome of one <see cref="JournalReader.TryRead"/>.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Lost">For a gap: what is missing.</param>
public readonly record struct ReadOutcome(ReadStatus Status, LostRange Lost = default);

/// <summary>
/// Reads a shard's records in order, also while they are being appended. Not for two threads at once. Each record's checksum is looked at; what is damaged or missing is
/// reported as a gap, with its exact offsets, and read over.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private readonly ShardJournal _journal;
    private SafeFileHandle? _file;
    private Segment? _segment;

    // Everything before it has been read, or was not asked for; -1 when reading begins with whatever is there. A record that followed one behind it follows a gap; offsets that no
    // record ever had (the jump after an unclean start) are none.
    private long _expected;
    private long _lastLatest;

    internal JournalReader(ShardJournal journal, JournalPosition from)
    {
        _journal = journal;
        Position = from;
        _expected = from.Offset > 0 ? from.Offset : -1;
    }

    /// <summary>Where the next read looks. <see cref="JournalPosition.Index"/> is the caller's to honour: records are read whole.</summary>
    public JournalPosition Position { get; private set; }

    /// <summary>Reads the next record that has readings into <paramref name="into"/>: its readings, count, shard and offsets.</summary>
    /// <exception cref="InvalidDataException">The record is larger than the batch, or the catalog lacks its series.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public ReadOutcome TryRead(ReadingBatch into)
    {
        while (true)
        {
            long offset = Position.Offset;
            long end = _journal.EndOffset;
            if (offset >= end || !Enter(offset)) return new ReadOutcome(ReadStatus.AtEnd);
            Segment segment = _segment!;
            if (offset < segment.Start)
            {
                Position = new JournalPosition(segment.Start, 0);
                continue;
            }
            long limit = Math.Min(segment.End, end);
            if (offset >= limit)
            {
                // The segment is used up; whether the next one begins here or later, its first record says what came before it.
                Segment? following = _journal.Held.At(Math.Max(offset, segment.End));
                if (following is null || ReferenceEquals(following, segment)) return new ReadOutcome(ReadStatus.AtEnd);
                Leave();
                Position = new JournalPosition(Math.Max(offset, following.Start), 0);
                continue;
            }
            if (!TryReadAt(offset, limit, into, out JournalRecord record))
            {
                long found = SegmentScan.FindAfter(_file!, segment, offset, limit, _journal.Stamp, into.Buffer.Span);
                // Nothing whole up to the segment's end: go on with the next one; the record found there reports the gap.
                Position = new JournalPosition(found >= 0 ? found : limit, 0);
                if (_expected < 0) _expected = offset;
                continue;
            }
            if (_expected >= 0 && record.PreviousEnd > _expected)
            {
                LostRange lost = new(_expected, offset, _lastLatest, record.Count > 0 ? record.Earliest : 0);
                _expected = offset;
                _journal.CountGap(lost);
                return new ReadOutcome(ReadStatus.Gap, lost);
            }
            // Where offsets jumped when the journal was opened, the next record with readings stands behind the jump.
            long next = record.End >= _journal.RecoveredRecordsEnd && record.End < _journal.RecoveredEndOffset ? _journal.RecoveredEndOffset : record.End;
            if (record.Count == 0)
            {
                // Marks are the sources' affair.
                _expected = record.End;
                Position = new JournalPosition(next, 0);
                continue;
            }
            if (record.CatalogBytes > _journal.CatalogBytes)
            {
                throw new InvalidDataException(
                    $"{segment.Path}: the record at {offset} needs {record.CatalogBytes} bytes of the series catalog and {_journal.CatalogBytes} are whole: restore series.catalog from a copy.");
            }
            into.Offset = offset;
            into.NextOffset = next;
            into.Shard = record.Shard;
            _expected = record.End;
            Position = new JournalPosition(into.NextOffset, 0);
            // Retention has taken everything there was.
            if (into.Count == 0) continue;
            _lastLatest = record.Latest;
            return new ReadOutcome(ReadStatus.Read);
        }
    }

    /// <summary>
    /// Goes to the first record that has a reading of gateway time <paramref name="utcTicks"/> or later, by the records' headers. Where the clock was stepped back the records are
    /// not in order of time; the first in order of arrival is taken.
    /// </summary>
    public void SeekTime(long utcTicks)
    {
        Leave();
        _expected = -1;
        _lastLatest = 0;
        foreach (Segment segment in _journal.Held.All())
        {
            if (!HasFrom(segment, utcTicks, out long offset)) continue;
            Position = new JournalPosition(offset, 0);
            return;
        }
        Position = new JournalPosition(_journal.EndOffset, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => Leave();

    // The record at an offset, or the rest of the one that retention has joined it with.
    private bool TryReadAt(long offset, long limit, ReadingBatch into, out JournalRecord record)
    {
        if (!SegmentScan.TryReadAt(_file!, _segment!, offset, _journal.Stamp, into.Buffer.Span, out record)
            && !(SegmentScan.TryFindAround(_file!, _segment!, offset, limit, _journal.Stamp, out record)
                && SegmentScan.TryReadAt(_file!, _segment!, record.Offset, _journal.Stamp, into.Buffer.Span, out record)))
        {
            return false;
        }
        into.Count = record.Count;
        return into.TryTakeOrigins(record, offset);
    }

    private bool HasFrom(Segment segment, long utcTicks, out long offset)
    {
        offset = segment.Start;
        SafeFileHandle file;
        try
        {
            file = segment.OpenRead();
        }
        catch (FileNotFoundException)
        {
            // Retention was quicker.
            return false;
        }
        using (file)
        {
            long limit = Math.Min(segment.End, _journal.EndOffset);
            while (SegmentScan.TryNextHeader(file, segment, offset, limit, _journal.Stamp, out JournalRecord record))
            {
                // With damage before it, reading begins there and reports it: what is missing may be of the time asked for.
                if (record.Latest >= utcTicks) return true;
                offset = record.End;
            }
        }
        return false;
    }

    private bool Enter(long offset)
    {
        if (_segment is not null && offset >= _segment.Start && offset <= _segment.End) return true;
        Leave();
        while (_journal.Held.At(offset) is { } segment)
        {
            try
            {
                lock (segment.Gate)
                {
                    _file = segment.OpenRead();
                    segment.Readers++;
                }
                _segment = segment;
                return true;
            }
            catch (FileNotFoundException)
            {
                // Retention was quicker, or somebody took the file away: go on with the next one, whose first record says what is missing.
                if (ReferenceEquals(_journal.Held.At(segment.End), segment)) return false;
                offset = segment.End;
            }
        }
        return false;
    }

    private void Leave()
    {
        if (_segment is null) return;
        _file!.Dispose();
        _file = null;
        lock (_segment.Gate) _segment.Readers--;
        _segment = null;
    }
}
