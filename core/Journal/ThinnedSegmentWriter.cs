using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>
/// Writes what is left of a segment's records: consecutive ones are joined into one, up to the journal's largest batch, whose span covers what was taken out. A record stands where the
/// first of those it was made of stood, so that a place in the file is still a logical offset; what is behind it, up to its end, is never written and a hole in the file.
/// </summary>
/// <remarks>
/// What is written always fits its span. Runs cost 8 bytes each. There is at most one for each joined record and one for each reading that went, and a joined record gives its header of
/// 64 bytes, a reading that went its 32.
/// </remarks>
internal sealed class ThinnedSegmentWriter(int largestBatch)
{
    private const int MaxMarks = byte.MaxValue;

    // A record may have had marks besides a whole batch of readings, and gets its runs.
    private readonly byte[] _bytes = new byte[JournalRecord.BytesOf(largestBatch + MaxMarks + RecordOrigins.SlotsOf(RecordOrigins.MaxRuns))];
    private readonly byte[] _marks = new byte[MaxMarks * JournalRecord.Alignment];
    private readonly OriginRun[] _runs = new OriginRun[RecordOrigins.MaxRuns];

    private SafeFileHandle _file = null!;
    private long _fileStart;
    private JournalStamp _stamp;

    // The record being put together; none while _begun is false.
    private bool _begun;
    private JournalRecord _record;
    private int _runCount;

    /// <summary>Begins a segment's file.</summary>
    public void Begin(SafeFileHandle file, long start, JournalStamp stamp)
    {
        _file = file;
        _fileStart = start;
        _stamp = stamp;
        _begun = false;
    }

    /// <summary>Adds what is left of a record, which may be nothing.</summary>
    /// <param name="record">As it was read.</param>
    /// <param name="kept">The readings that stay, in order.</param>
    /// <param name="runs">Where they stood, from the record's header on.</param>
    /// <param name="marks">Its source marks, all of them.</param>
    public void Add(in JournalRecord record, ReadOnlySpan<Reading> kept, ReadOnlySpan<OriginRun> runs, ReadOnlySpan<byte> marks)
    {
        if (_begun && !Joins(record, kept.Length, runs.Length)) Flush();
        if (runs.Length > RecordOrigins.MaxRuns)
        {
            AddInPieces(record, kept, runs, marks);
            return;
        }
        if (!_begun)
        {
            _record = record with { Count = 0, Marks = 0, Span = 0, Earliest = long.MaxValue, Latest = long.MinValue };
            _runCount = 0;
            _begun = true;
        }
        Join(record, kept, runs, marks);
    }

    /// <summary>Writes what has been put together.</summary>
    public void Flush()
    {
        if (!_begun) return;
        _begun = false;
        ReadOnlySpan<OriginRun> runs = _runs.AsSpan(0, _runCount);
        int origins = RecordOrigins.SlotsOf(runs);
        _record = _record with { Origins = origins };
        if (_record.Bytes > _record.End - _record.Offset)
        {
            throw new InvalidOperationException($"The thinned record at {_record.Offset} has {_record.Bytes} bytes and room for {_record.End - _record.Offset}.");
        }
        Span<byte> bytes = _bytes.AsSpan(0, _record.Bytes);
        _marks.AsSpan(0, _record.Marks * JournalRecord.Alignment).CopyTo(bytes[JournalRecord.BytesOf(_record.Count)..]);
        RecordOrigins.Write(runs[..(origins == 0 ? 0 : runs.Length)], bytes[JournalRecord.BytesOf(_record.Count + _record.Marks)..]);
        JournalRecord.Seal(_record, _stamp, bytes);
        RandomAccess.Write(_file, bytes, _record.Offset - _fileStart);
    }

    // Behind damage a new record begins: its "previous end" is how a reader knows that something is missing there.
    private bool Joins(in JournalRecord record, int kept, int runs) =>
        record.Offset == _record.End
        && record.PreviousEnd <= _record.End
        && _runCount + runs <= RecordOrigins.MaxRuns
        && _record.Marks + record.Marks <= MaxMarks
        && _record.Count + kept + _record.Marks + record.Marks + RecordOrigins.SlotsOf(_runCount + runs) <= largestBatch
        && record.End - _record.Offset <= JournalRecord.BytesOf(JournalRecord.MaxSpan);

    private void Join(in JournalRecord record, ReadOnlySpan<Reading> kept, ReadOnlySpan<OriginRun> runs, ReadOnlySpan<byte> marks)
    {
        int shift = (int)((record.Offset - _record.Offset) / JournalRecord.Alignment);
        foreach (OriginRun run in runs) _runs[_runCount++] = run with { Slot = run.Slot + shift };
        MemoryMarshal.AsBytes(kept).CopyTo(_bytes.AsSpan(JournalRecord.BytesOf(_record.Count)));
        marks.CopyTo(_marks.AsSpan(_record.Marks * JournalRecord.Alignment));
        long earliest = _record.Earliest, latest = _record.Latest;
        foreach (ref readonly Reading reading in kept)
        {
            earliest = Math.Min(earliest, reading.GatewayTime);
            latest = Math.Max(latest, reading.GatewayTime);
        }
        _record = _record with
        {
            Count = _record.Count + kept.Length,
            Marks = _record.Marks + (marks.Length / JournalRecord.Alignment),
            Span = (int)((record.End - _record.Offset - JournalRecord.HeaderBytes) / JournalRecord.Alignment),
            Earliest = earliest,
            Latest = latest,
            CatalogBytes = Math.Max(_record.CatalogBytes, record.CatalogBytes),
        };
    }

    // More runs than a record can tell of: that many readings went between them that there is room for the headers of several. Each piece has its first reading where it stood; they
    // have about as many runs, because a last one of a run alone would have no room for it.
    private void AddInPieces(in JournalRecord record, ReadOnlySpan<Reading> kept, ReadOnlySpan<OriginRun> runs, ReadOnlySpan<byte> marks)
    {
        int pieces = (runs.Length + RecordOrigins.MaxRuns - 1) / RecordOrigins.MaxRuns;
        int each = (runs.Length + pieces - 1) / pieces;
        long previousEnd = record.PreviousEnd;
        for (int at = 0, readings = 0; at < runs.Length; at += each)
        {
            bool last = at + each >= runs.Length;
            ReadOnlySpan<OriginRun> taken = last ? runs[at..] : runs.Slice(at, each);
            int first = at == 0 ? 0 : taken[0].Slot;
            long end = last ? record.End : record.Offset + ((long)runs[at + each].Slot * JournalRecord.Alignment);
            int count = 0;
            foreach (OriginRun run in taken) count += run.Count;
            JournalRecord piece = record with
            {
                Offset = record.Offset + ((long)first * JournalRecord.Alignment),
                PreviousEnd = previousEnd,
                Count = 0,
                Marks = 0,
                Earliest = long.MaxValue,
                Latest = long.MinValue,
            };
            _record = piece;
            _runCount = 0;
            _begun = true;
            JournalRecord whole = piece with { Span = (int)((end - piece.Offset - JournalRecord.HeaderBytes) / JournalRecord.Alignment) };
            Join(whole, kept.Slice(readings, count), taken, last ? marks : []);
            // The runs are counted from the piece's own header.
            for (int i = 0; i < _runCount; i++) _runs[i] = _runs[i] with { Slot = _runs[i].Slot - first };
            Flush();
            previousEnd = end;
            readings += count;
        }
    }
}
