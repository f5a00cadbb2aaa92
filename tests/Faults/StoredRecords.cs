using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Faults;

/// <summary>A record as it stands in a journal.</summary>
/// <param name="Offset">Logical offset of its first byte.</param>
/// <param name="End">Logical offset behind it.</param>
/// <param name="Count">Its readings.</param>
/// <param name="Earliest">Smallest gateway time in it.</param>
/// <param name="Latest">Largest gateway time in it.</param>
internal readonly record struct StoredRecord(long Offset, long End, int Count, DateTime Earliest, DateTime Latest);

/// <summary>A segment file of a shard and the records in it.</summary>
internal sealed record StoredSegment(string Path, long Start, IReadOnlyList<StoredRecord> Records);

/// <summary>What a sound journal holds, so that a test knows what it damages.</summary>
internal static class StoredRecords
{
    /// <summary>All segments of shard 0, oldest first, with their records; a node may be appending.</summary>
    public static IReadOnlyList<StoredSegment> Of(string journal)
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(journal, "shard-00"), "*.seg").Order(StringComparer.Ordinal)];
        long[] starts = [.. files.Select(f => long.Parse(Path.GetFileNameWithoutExtension(f), System.Globalization.CultureInfo.InvariantCulture))];
        List<StoredRecord>[] records = [.. files.Select(_ => new List<StoredRecord>())];
        using ReadingJournal stored = ReadingJournal.OpenRead(journal);
        using JournalReader reader = stored.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch batch = new BatchPool(stored.LargestBatch, 1).Rent();
        while (true)
        {
            ReadOutcome read = reader.TryRead(batch);
            if (read.Status == ReadStatus.AtEnd) break;
            Assert.Equal(ReadStatus.Read, read.Status);
            long earliest = long.MaxValue, latest = long.MinValue;
            foreach (ref readonly Reading reading in batch.Readings)
            {
                earliest = Math.Min(earliest, reading.GatewayTime);
                latest = Math.Max(latest, reading.GatewayTime);
            }
            int segment = Array.FindLastIndex(starts, s => s <= batch.Offset);
            records[segment].Add(new StoredRecord(batch.Offset, batch.NextOffset, batch.Count, Utc(earliest), Utc(latest)));
        }
        return [.. files.Select((f, i) => new StoredSegment(f, starts[i], records[i]))];
    }

    private static DateTime Utc(long ticks) => new(ticks, DateTimeKind.Utc);
}
