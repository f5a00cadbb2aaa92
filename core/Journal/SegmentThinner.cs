using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>
/// Counts what a closed segment holds of each class, and writes the file that takes its place without the lowest of them. Keeps its buffers, two of the largest batch; one thread.
/// </summary>
internal sealed class SegmentThinner
{
    private readonly JournalOptions _options;
    private readonly SeriesClasses _classes;
    private readonly ThinnedSegmentWriter _writer;

    // Besides the readings of the largest batch a record has at most what a byte counts of marks and of origins.
    private readonly byte[] _buffer;
    private readonly OriginRun[] _stood = new OriginRun[RecordOrigins.MaxRuns];
    private readonly OriginRun[] _stay;

    public SegmentThinner(JournalOptions options, int largestBatch, SeriesClasses classes)
    {
        _options = options;
        _classes = classes;
        _writer = new ThinnedSegmentWriter(largestBatch);
        _buffer = new byte[JournalRecord.BytesOf(largestBatch + (2 * byte.MaxValue))];
        _stay = new OriginRun[largestBatch];
    }

    /// <summary>Reads all of the segment and counts its readings; those before <paramref name="deliveredBefore"/> are with every sink and not counted. What is damaged is stepped over.</summary>
    public SegmentCensus Count(Segment segment, JournalStamp stamp, long deliveredBefore)
    {
        SegmentCensus census = new(deliveredBefore);
        // Somebody took the file away: there is nothing in it.
        if (!File.Exists(segment.Path)) return census;
        using SafeFileHandle file = segment.OpenRead();
        for (long at = segment.Start; TryNext(file, segment, stamp, ref at, out JournalRecord record, out int runs);)
        {
            ReadOnlySpan<Reading> readings = ReadingsOf(record);
            int next = 0;
            foreach (OriginRun run in _stood.AsSpan(0, runs))
            {
                int delivered = DeliveredOf(run, record, deliveredBefore);
                foreach (ref readonly Reading reading in readings.Slice(next + delivered, run.Count - delivered)) census.Add(_classes.Of(reading), record, reading.GatewayTime);
                next += run.Count;
            }
        }
        return census;
    }

    /// <summary>
    /// Writes <see cref="Segment.ThinnedPath"/>, durably: the segment without what is delivered and without the classes up to <paramref name="highest"/>. The segment is left as it is.
    /// </summary>
    /// <returns>Bytes of it that are holes.</returns>
    /// <exception cref="IOException">There is no room for it, or the disk failed; there is no such file then.</exception>
    public long Write(Segment segment, JournalStamp stamp, long deliveredBefore, Classification highest)
    {
        try
        {
            using SafeFileHandle file = segment.OpenRead();
            using SafeFileHandle thinned = _options.CreateSegment(segment.ThinnedPath, 0);
            _writer.Begin(thinned, segment.Start, stamp);
            for (long at = segment.Start; TryNext(file, segment, stamp, ref at, out JournalRecord record, out int runs);)
            {
                int kept = Filter(record, runs, deliveredBefore, highest, out int staying);
                _writer.Add(record, ReadingsOf(record)[..kept], _stay.AsSpan(0, staying), MarksOf(record));
            }
            _writer.Flush();
            long length = segment.End - segment.Start;
            RandomAccess.SetLength(thinned, length);
            // Retention goes by age, also after a restart, and the readings are as old as they were.
            File.SetLastWriteTimeUtc(thinned, new DateTime(segment.LastWritten, DateTimeKind.Utc));
            _options.FlushToDisk(thinned);
            return length - SparseFile.StoredBytes(thinned, length);
        }
        catch
        {
            File.Delete(segment.ThinnedPath);
            throw;
        }
    }

    // The next whole record at or behind "at", with its readings' origins; "at" goes to its end.
    private bool TryNext(SafeFileHandle file, Segment segment, JournalStamp stamp, ref long at, out JournalRecord record, out int runs)
    {
        record = default;
        runs = 0;
        while (at >= 0 && at < segment.End)
        {
            if (SegmentScan.TryReadAt(file, segment, at, stamp, _buffer, out record) && RecordOrigins.TryRead(_buffer.AsSpan(0, record.Bytes), record, _stood, out runs))
            {
                at = record.End;
                return true;
            }
            at = SegmentScan.FindAfter(file, segment, at, segment.End, stamp, _buffer);
        }
        return false;
    }

    // Moves the readings that stay together at the front of the record and says where they stood.
    private int Filter(in JournalRecord record, int runs, long deliveredBefore, Classification highest, out int staying)
    {
        Span<Reading> readings = ReadingsOf(record);
        int kept = 0, next = 0;
        staying = 0;
        foreach (OriginRun run in _stood.AsSpan(0, runs))
        {
            int begun = -1;
            for (int i = DeliveredOf(run, record, deliveredBefore); i < run.Count; i++)
            {
                ref readonly Reading reading = ref readings[next + i];
                if (_classes.Of(reading) > highest)
                {
                    if (begun < 0) begun = i;
                    readings[kept++] = reading;
                }
                else if (begun >= 0)
                {
                    _stay[staying++] = new OriginRun(run.Slot + begun, i - begun);
                    begun = -1;
                }
            }
            if (begun >= 0) _stay[staying++] = new OriginRun(run.Slot + begun, run.Count - begun);
            next += run.Count;
        }
        return kept;
    }

    // How many of a run's readings stood before an offset.
    private static int DeliveredOf(OriginRun run, in JournalRecord record, long before)
    {
        long first = record.Offset + JournalRecord.BytesOf(run.Slot);
        return (int)Math.Clamp((before - first) / JournalRecord.Alignment, 0, run.Count);
    }

    private Span<Reading> ReadingsOf(in JournalRecord record) =>
        MemoryMarshal.Cast<byte, Reading>(_buffer.AsSpan(JournalRecord.HeaderBytes, record.Count * Reading.SizeInBytes));

    private ReadOnlySpan<byte> MarksOf(in JournalRecord record) => _buffer.AsSpan(JournalRecord.BytesOf(record.Count), record.Marks * JournalRecord.Alignment);
}
