using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.LoadGen.Verify;

/// <summary>
/// Reads a journal back, one task a shard, in the order the readings were taken in. Works beside a process that is appending; each call reads on where the last one ended.
/// </summary>
public sealed class JournalReadback : IReadback, IDisposable
{
    private readonly ReadingJournal _journal;
    private readonly JournalReader[] _readers;
    private readonly List<LostRange> _gaps = [];
    private CatalogReadings[]? _lanes;

    /// <summary>A reader of the journal in <paramref name="path"/>.</summary>
    /// <exception cref="InvalidDataException">The folder is no journal.</exception>
    public JournalReadback(string path)
    {
        _journal = ReadingJournal.OpenRead(path);
        _readers = [.. Enumerable.Range(0, _journal.ShardCount).Select(i => _journal.Shard(i).OpenReader(JournalPosition.Start))];
    }

    /// <summary>Records that were found damaged or missing.</summary>
    public IReadOnlyList<LostRange> Gaps => _gaps;

    /// <inheritdoc/>
    public async Task<long> ReadAsync(Verifier verifier, CancellationToken cancellationToken)
    {
        _lanes ??= [.. _readers.Select(_ => new CatalogReadings(_journal.Catalog, verifier, inArrivalOrder: true))];
        (long Readings, List<LostRange> Gaps)[] read = await Task.WhenAll(_readers.Select((reader, i) => Task.Run(() => Read(reader, _lanes[i], cancellationToken), cancellationToken)))
            .ConfigureAwait(false);
        _gaps.AddRange(read.SelectMany(r => r.Gaps));
        return read.Sum(r => r.Readings);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (JournalReader reader in _readers) reader.Dispose();
        _journal.Dispose();
    }

    private (long Readings, List<LostRange> Gaps) Read(JournalReader reader, CatalogReadings lane, CancellationToken cancellationToken)
    {
        ReadingBatch batch = new BatchPool(_journal.LargestBatch, 1).Rent();
        long readings = 0;
        List<LostRange> gaps = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            ReadOutcome outcome = reader.TryRead(batch);
            if (outcome.Status == ReadStatus.AtEnd) break;
            if (outcome.Status == ReadStatus.Gap)
            {
                gaps.Add(outcome.Lost);
                continue;
            }
            lane.Take(batch.Readings);
            readings += batch.Count;
        }
        return (readings, gaps);
    }
}
