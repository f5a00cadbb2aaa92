using HyperIngest.Core.Sharding;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>Finds whole records in a segment's bytes, checksum and all, also behind damage.</summary>
internal static class SegmentScan
{
    // Steps of the search behind damage are read at once, not one by one.
    private const int SearchBytes = 256 * 1024;

    /// <summary>
    /// Reads the record at <paramref name="offset"/> into <paramref name="buffer"/>, a <see cref="ReadingBatch.Buffer"/>. False when no whole record stands there, be it damage, a write in progress or the end.
    /// </summary>
    /// <exception cref="InvalidDataException">The record is whole by its header but larger than the buffer.</exception>
    public static bool TryReadAt(SafeFileHandle file, Segment segment, long offset, JournalStamp stamp, Span<byte> buffer, out JournalRecord record)
    {
        record = default;
        long at = offset - segment.Start;
        Span<byte> header = buffer[..JournalRecord.HeaderBytes];
        if (!TryFill(file, header, at) || !JournalRecord.TryReadHeader(header, offset, stamp, out record)) return false;
        int capacity = ((buffer.Length - JournalRecord.HeaderBytes) / JournalRecord.Alignment) - ReadingBatch.MaxMarks;
        if (record.Count > capacity) throw new InvalidDataException($"{segment.Path}: the record at {offset} has {record.Count} readings and the batches here hold {capacity}.");
        Span<byte> whole = buffer[..record.Bytes];
        return TryFill(file, whole[JournalRecord.HeaderBytes..], at + JournalRecord.HeaderBytes) && JournalRecord.IsWhole(whole);
    }

    /// <summary>The header alone, for skipping; false when none stands there.</summary>
    public static bool TryReadHeaderAt(SafeFileHandle file, Segment segment, long offset, JournalStamp stamp, out JournalRecord record)
    {
        Span<byte> header = stackalloc byte[JournalRecord.HeaderBytes];
        record = default;
        return TryFill(file, header, offset - segment.Start) && JournalRecord.TryReadHeader(header, offset, stamp, out record);
    }

    /// <summary>
    /// The next header at or after <paramref name="at"/> and before <paramref name="limit"/>, for walking a segment without its readings; damage is stepped over. The walk goes on
    /// at the record's <see cref="JournalRecord.End"/>.
    /// </summary>
    public static bool TryNextHeader(SafeFileHandle file, Segment segment, long at, long limit, JournalStamp stamp, out JournalRecord record)
    {
        record = default;
        if (at >= limit) return false;
        if (TryReadHeaderAt(file, segment, at, stamp, out record)) return true;
        long found = FindAfter(file, segment, at, limit, stamp, []);
        return found >= 0 && TryReadHeaderAt(file, segment, found, stamp, out record);
    }

    /// <summary>
    /// The first whole record that begins after <paramref name="offset"/> and before <paramref name="limit"/>; -1 when there is none. With an empty buffer the first header is taken,
    /// and its readings are not looked at.
    /// </summary>
    public static long FindAfter(SafeFileHandle file, Segment segment, long offset, long limit, JournalStamp stamp, Span<byte> buffer)
    {
        byte[] window = new byte[SearchBytes];
        long next = offset + JournalRecord.Alignment - ((offset - segment.Start) % JournalRecord.Alignment);
        while (next < limit)
        {
            int read = RandomAccess.Read(file, window, next - segment.Start);
            if (read < JournalRecord.HeaderBytes) return -1;
            int last = read - JournalRecord.HeaderBytes;
            for (int i = 0; i <= last && next < limit; i += JournalRecord.Alignment, next += JournalRecord.Alignment)
            {
                if (!JournalRecord.TryReadHeader(window.AsSpan(i), next, stamp, out _)) continue;
                if (buffer.IsEmpty || TryReadAt(file, segment, next, stamp, buffer, out _)) return next;
            }
        }
        return -1;
    }

    /// <summary>
    /// Goes over a segment's whole records, damage between them or not, and puts their marks into <paramref name="marks"/>. What stands behind the last of them cannot be trusted.
    /// </summary>
    public static SegmentContents Recover(SafeFileHandle file, Segment segment, JournalStamp stamp, ReadingBatch scratch, MarkTable marks)
    {
        JournalRecord? last = null;
        long latest = 0;
        // A segment begins with the marks there were: records without readings, all of them full but the last.
        long begin = segment.Start;
        bool hasAllMarks = false;
        Span<byte> buffer = scratch.Buffer.Span;
        for (long at = segment.Start, limit = segment.End; at >= 0 && at < limit;)
        {
            if (TryReadAt(file, segment, at, stamp, buffer, out JournalRecord record))
            {
                marks.Set(record.MarksIn(buffer));
                if (record.Count > 0) latest = record.Latest;
                if (record.Offset == begin)
                {
                    hasAllMarks |= record is not { Count: 0, Marks: ReadingBatch.MaxMarks };
                    begin = record.End;
                }
                last = record;
                at = record.End;
            }
            else
            {
                at = FindAfter(file, segment, at, limit, stamp, buffer);
            }
        }
        return new SegmentContents(last, latest, hasAllMarks);
    }

    private static bool TryFill(SafeFileHandle file, Span<byte> target, long at)
    {
        while (!target.IsEmpty)
        {
            int read = RandomAccess.Read(file, target, at);
            if (read == 0) return false;
            target = target[read..];
            at += read;
        }
        return true;
    }
}

/// <summary>What recovery found in a segment.</summary>
/// <param name="Last">The last whole record; null when there is none.</param>
/// <param name="Latest">Largest gateway time of the last record with readings, UTC ticks; 0 when there is none.</param>
/// <param name="HasAllMarks">It begins, undamaged, with all marks there were then: no older segment has to be asked for them.</param>
internal readonly record struct SegmentContents(JournalRecord? Last, long Latest, bool HasAllMarks);
