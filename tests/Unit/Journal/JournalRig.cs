using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Journal;

/// <summary>A journal in a folder of its own, and readings that are a function of their number, so that what is read back can be told from what was written.</summary>
internal sealed class JournalRig : IDisposable
{
    /// <summary>Gateway time of reading 0; reading n comes n ticks later.</summary>
    public static readonly long FirstTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).Ticks;

    private readonly string _root;

    public JournalRig(int batchReadings = 1000)
    {
        _root = Directory.CreateTempSubdirectory("hyperingest-journal-").FullName;
        Folder = Path.Combine(_root, "journal");
        Options = new JournalOptions { Path = Folder, SegmentBytes = 64 * 1024 };
        BatchReadings = batchReadings;
        Pool = new BatchPool(batchReadings, 64);
    }

    public string Folder { get; private set; }

    public JournalOptions Options { get; set; }

    public int BatchReadings { get; }

    public BatchPool Pool { get; }

    public MetricRegistry Metrics { get; private set; } = new();

    /// <summary>Number of the next reading that <see cref="Append"/> writes.</summary>
    public long Next { get; set; }

    public static Reading Make(long n) => new((int)(n % 600), (uint)(n * 7), FirstTime - n, FirstTime + n, n * 0x1E37_79B9_7F4A_7C15);

    /// <summary>The number of a reading; fails when it is not as it was written.</summary>
    public static long NumberOf(in Reading reading)
    {
        long n = reading.GatewayTime - FirstTime;
        Assert.Equal(Make(n), reading);
        return n;
    }

    public ReadingJournal Open(int shards = 1)
    {
        Metrics = new MetricRegistry();
        return ReadingJournal.Open(Options with { Path = Folder }, shards, BatchReadings, Metrics, NullLogger.Instance);
    }

    /// <summary>Appends a batch of the next readings and gives its position.</summary>
    public JournalPosition Append(ReadingJournal journal, int count, int shard = 0)
    {
        ReadingBatch batch = Filled(count);
        AppendOutcome outcome = journal.Shard(shard).Append(batch);
        Assert.True(outcome.Appended, outcome.Reason);
        Next += count;
        JournalPosition position = batch.Position;
        batch.Release();
        return position;
    }

    public ReadingBatch Filled(int count)
    {
        ReadingBatch batch = Pool.Rent();
        for (int i = 0; i < count; i++) batch.Slots[i] = Make(Next + i);
        batch.Count = count;
        return batch;
    }

    /// <summary>What a kill of the process would leave: a copy of the files as they are now, which takes the place of the folder.</summary>
    public void Kill(ReadingJournal journal)
    {
        string crashed = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        CopyTo(crashed);
        journal.Dispose();
        Folder = crashed;
    }

    /// <summary>Goes on in another folder, such as a copy.</summary>
    public void UseFolder(string folder) => Folder = folder;

    public void CopyTo(string target)
    {
        foreach (string file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            // Not File.Copy: the lock file of an open journal cannot be opened, and is empty.
            if (Path.GetFileName(file) == "lock")
            {
                File.WriteAllBytes(copy, []);
                continue;
            }
            using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream to = new(copy, FileMode.Create);
            CopyWithHoles(from, to);
        }
    }

    // A thinned segment's holes stay holes.
    private static void CopyWithHoles(FileStream from, FileStream to)
    {
        byte[] block = new byte[4096];
        int read;
        while ((read = from.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0)
        {
            if (block.AsSpan(0, read).ContainsAnyExcept((byte)0)) to.Write(block, 0, read);
            else to.Seek(read, SeekOrigin.Current);
        }
        to.SetLength(from.Length);
    }

    public string[] SegmentFiles(int shard = 0)
    {
        string[] files = Directory.GetFiles(Path.Combine(Folder, $"shard-{shard:D2}"), "*.seg");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Reads to the end: the readings' numbers and the gaps, in order.</summary>
    public (List<long> Numbers, List<LostRange> Gaps) ReadAll(ReadingJournal journal, JournalPosition from = default, int shard = 0)
    {
        using JournalReader reader = journal.Shard(shard).OpenReader(from);
        return ReadAll(reader);
    }

    public (List<long> Numbers, List<LostRange> Gaps) ReadAll(JournalReader reader)
    {
        List<long> numbers = [];
        List<LostRange> gaps = [];
        ReadingBatch batch = Pool.Rent();
        while (reader.TryRead(batch) is { Status: not ReadStatus.AtEnd } outcome)
        {
            if (outcome.Status == ReadStatus.Gap) gaps.Add(outcome.Lost);
            else foreach (ref readonly Reading reading in batch.Readings) numbers.Add(NumberOf(reading));
        }
        batch.Release();
        return (numbers, gaps);
    }

    public static void Flip(string file, long at, byte bits = 0x10)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = at;
        int old = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(old ^ bits));
    }

    public static IEnumerable<long> Range(long from, long to)
    {
        for (long n = from; n < to; n++) yield return n;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
