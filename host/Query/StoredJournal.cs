using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Host.Query;

/// <summary>A journal opened to read, whether or not a node is appending to it.</summary>
internal sealed class StoredJournal : IDisposable
{
    private readonly ReadingJournal _journal;
    private readonly List<LostRange> _gaps = [];

    private StoredJournal(ReadingJournal journal)
    {
        _journal = journal;
        // One batch a shard is out at a time.
        Pool = new BatchPool(Math.Max(1, journal.LargestBatch), journal.ShardCount);
    }

    /// <summary>The journal.</summary>
    public ReadingJournal Journal => _journal;

    /// <summary>Batches with room for its largest record.</summary>
    public BatchPool Pool { get; }

    /// <summary>Ranges that were missing or damaged and were read over.</summary>
    public IReadOnlyList<LostRange> Gaps
    {
        get
        {
            lock (_gaps) return [.. _gaps];
        }
    }

    /// <summary>Opens the journal in a folder.</summary>
    /// <exception cref="IOException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no journal.</exception>
    public static StoredJournal Open(string path) =>
        Directory.Exists(path) ? new StoredJournal(ReadingJournal.OpenRead(path)) : throw new DirectoryNotFoundException($"{path}: no such folder; expected a journal");

    /// <summary>All shards from the first record with a gateway time of <paramref name="fromTicks"/> or later; 0 for all there is.</summary>
    public IReadOnlyList<IStoredShard> OpenShards(long fromTicks)
    {
        List<IStoredShard> shards = [];
        for (int i = 0; i < _journal.ShardCount; i++) shards.Add(new ReaderShard(OpenReader(i, fromTicks), this));
        return shards;
    }

    /// <summary>The place in a shard at which readings of gateway time <paramref name="ticks"/> begin.</summary>
    public JournalPosition PositionOf(int shard, long ticks)
    {
        using JournalReader reader = OpenReader(shard, ticks);
        return reader.Position;
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    private JournalReader OpenReader(int shard, long fromTicks)
    {
        JournalReader reader = _journal.Shard(shard).OpenReader(JournalPosition.Start);
        if (fromTicks > 0) reader.SeekTime(fromTicks);
        return reader;
    }

    private void Report(LostRange gap)
    {
        lock (_gaps) _gaps.Add(gap);
    }

    private sealed class ReaderShard(JournalReader reader, StoredJournal journal) : IStoredShard
    {
        public bool TryRead(ReadingBatch batch)
        {
            while (true)
            {
                ReadOutcome outcome = reader.TryRead(batch);
                if (outcome.Status != ReadStatus.Gap) return outcome.Status == ReadStatus.Read;
                journal.Report(outcome.Lost);
            }
        }

        public void Dispose() => reader.Dispose();
    }
}
