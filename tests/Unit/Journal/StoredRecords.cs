using System.Runtime.InteropServices;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Journal;

/// <summary>A record as it stands in a segment, marks and all: what no reader is given.</summary>
internal sealed record StoredRecord(long Offset, long End, long PreviousEnd, List<Reading> Readings, List<SourceMark> Marks)
{
    /// <summary>All whole records of a shard, by walking its segments' bytes.</summary>
    public static List<StoredRecord> Of(ShardJournal shard)
    {
        List<StoredRecord> records = [];
        foreach (Segment segment in shard.Held.All()) records.AddRange(Of(shard, segment));
        return records;
    }

    public static List<StoredRecord> Of(ShardJournal shard, Segment segment)
    {
        List<StoredRecord> records = [];
        byte[] buffer = new byte[JournalRecord.BytesOf(JournalRecord.MaxReadings / 16)];
        using var file = segment.OpenRead();
        long at = segment.Start;
        while (at < segment.End && SegmentScan.TryReadAt(file, segment, at, shard.Stamp, buffer, out JournalRecord record))
        {
            Span<Reading> readings = MemoryMarshal.Cast<byte, Reading>(buffer.AsSpan(JournalRecord.HeaderBytes, record.Count * Reading.SizeInBytes));
            records.Add(new StoredRecord(at, record.End, record.PreviousEnd, [.. readings], [.. record.MarksIn(buffer)]));
            at = record.End;
        }
        Assert.Equal(segment.End, at);
        return records;
    }
}
