using System.Diagnostics;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Tests.Unit.Journal;

namespace HyperIngest.Tests.Fuzz;

/// <summary>
/// Random damage to a journal's files: bits flipped, pieces cut off, taken out, doubled or overwritten. Opening it may refuse with <see cref="InvalidDataException"/> or
/// <see cref="IOException"/>; what is read must have been written, each reading under its own series, in order.
/// </summary>
public sealed class JournalFuzzTests
{
    private const int Rounds = 80;

    // Far more than a round needs, far less than a loop that does not end.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("*.seg", 1)]
    [InlineData("*.seg", 2)]
    [InlineData("series.catalog", 3)]
    [InlineData("*.cursor", 4)]
    [InlineData("end", 5)]
    [InlineData("journal.json", 6)]
    [InlineData("*", 7)]
    public void Damage_never_gives_a_reading_that_was_not_written(string files, int seed)
    {
        using JournalRig rig = new();
        ReadingJournal written = rig.Open(shards: 2);
        for (int n = 0; n < 600; n++) written.Catalog.Register(new SeriesDefinition("d", $"t{n}"));
        Random random = new(seed);
        long[] ends = new long[2];
        for (int i = 0; i < 12; i++)
        {
            int shard = i % 2;
            rig.Append(written, random.Next(1, 900), shard);
            ends[shard] = written.Shard(shard).EndOffset;
        }
        using (CursorFile cursor = written.OpenCursor("sink", 0)) cursor.Store(new JournalPosition(64, 1));
        long last = rig.Next;
        rig.Kill(written);
        string whole = rig.Folder;
        long refused = 0, read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string damaged = whole + "-" + round;
            rig.CopyTo(damaged);
            Damage(random, damaged, files);
            long begun = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
            using (JournalRig opened = new())
            {
                opened.Options = opened.Options with { Path = damaged };
                try
                {
                    using (ReadingJournal reader = ReadingJournal.OpenRead(damaged)) Check(opened, reader, last);
                    using ReadingJournal journal = ReadingJournal.Open(opened.Options, 2, 1000, new(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
                    read += Check(opened, journal, last);
                    using CursorFile cursor = journal.OpenCursor("sink", 0);
                    Assert.True(cursor.Cursor is null || cursor.Cursor == new JournalPosition(64, 1));
                    // And it goes on: what is appended now comes back, at offsets never given before.
                    for (int shard = 0; shard < 2; shard++)
                    {
                        opened.Next = last;
                        Assert.True(opened.Append(journal, 10, shard).Offset >= (files == "*.seg" ? ends[shard] : 0));
                        Assert.Equal(JournalRig.Range(last, last + 10), opened.ReadAll(journal, shard: shard).Numbers.TakeLast(10));
                    }
                }
                catch (Exception e) when (e is InvalidDataException or IOException)
                {
                    Assert.Contains(damaged, e.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
            Directory.Delete(damaged, recursive: true);
            Assert.True(Stopwatch.GetElapsedTime(begun) < Longest, $"round {round} of seed {seed} took {Stopwatch.GetElapsedTime(begun)}");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 64L << 20);
        }
        Assert.True(read > 0 || refused == Rounds);
        if (files is "*.seg" or "*.cursor" or "end") Assert.Equal(0, refused);
    }

    // Readings of two shards were numbered in one row: in each shard they only grow.
    private static long Check(JournalRig rig, ReadingJournal journal, long last)
    {
        long read = 0;
        for (int shard = 0; shard < journal.ShardCount; shard++)
        {
            long before = -1;
            foreach (long n in rig.ReadAll(journal, shard: shard).Numbers)
            {
                Assert.InRange(n, before + 1, last - 1);
                Assert.Equal($"t{n % 600}", journal.Catalog.TagOf((int)(n % 600)));
                before = n;
                read++;
            }
        }
        return read;
    }

    private static void Damage(Random random, string folder, string pattern)
    {
        string[] files = [.. Directory.GetFiles(folder, pattern, SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            string file = files[random.Next(files.Length)];
            if (File.Exists(file)) File.WriteAllBytes(file, Damaged(random, File.ReadAllBytes(file)));
        }
    }

    private static byte[] Damaged(Random random, byte[] bytes)
    {
        if (bytes.Length == 0) return bytes;
        int from = random.Next(bytes.Length), length = random.Next(1, Math.Min(bytes.Length - from, 4096) + 1);
        switch (random.Next(7))
        {
            case 0:
                bytes[from] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return bytes[..from];
            case 2:
                return [.. bytes[..from], .. bytes[(from + length)..]];
            case 3:
                return [.. bytes[..(from + length)], .. bytes[from..]];
            case 4:
                random.NextBytes(bytes.AsSpan(from, length));
                return bytes;
            case 5:
                bytes.AsSpan(from, length).Clear();
                return bytes;
            default:
                return [.. bytes, .. bytes[from..(from + length)]];
        }
    }
}
