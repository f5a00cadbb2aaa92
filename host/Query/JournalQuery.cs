using HyperIngest.Core;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Host.Query;

/// <summary>What is asked for.</summary>
/// <param name="Devices">Patterns of device names; empty for all.</param>
/// <param name="Tags">Patterns of tag names; empty for all.</param>
/// <param name="FromTicks">First gateway time, UTC ticks.</param>
/// <param name="ToTicks">Gateway time before which it ends, UTC ticks.</param>
/// <param name="Limit">Most readings.</param>
/// <param name="NewestFirst">The newest ones, newest first; with it, <paramref name="Limit"/> readings are held in memory.</param>
internal sealed record JournalQuery(
    IReadOnlyList<Glob> Devices, IReadOnlyList<Glob> Tags, long FromTicks, long ToTicks, long Limit, bool NewestFirst)
{
    /// <summary>Writes what is asked for as it is found; the readings written.</summary>
    public long Run(SeriesCatalog catalog, IReadOnlyList<IStoredShard> shards, BatchPool pool, TextWriter output, QueryFormat format)
    {
        SeriesFilter filter = new(catalog, Devices, Tags);
        using ArrivalMerge merge = new(shards, pool, filter, FromTicks, ToTicks);
        ReadingWriter writer = new(output, catalog, format, filter);
        writer.Begin();
        long written = NewestFirst ? WriteNewest(merge, writer) : WriteAll(merge, writer);
        output.Flush();
        return written;
    }

    private long WriteAll(ArrivalMerge merge, ReadingWriter writer)
    {
        long written = 0;
        while (written < Limit && merge.TryNext(out Reading reading))
        {
            writer.Write(reading);
            written++;
        }
        return written;
    }

    // The journal reads forwards only: keep the last ones in a circle, then write it backwards.
    private long WriteNewest(ArrivalMerge merge, ReadingWriter writer)
    {
        Reading[] newest = new Reading[Math.Min(Limit, 1024)];
        long seen = 0;
        while (merge.TryNext(out Reading reading))
        {
            if (seen == newest.Length && newest.Length < Limit) Array.Resize(ref newest, (int)Math.Min(Limit, newest.Length * 2L));
            newest[seen++ % newest.Length] = reading;
        }
        long kept = Math.Min(seen, newest.Length);
        for (long i = 1; i <= kept; i++) writer.Write(newest[(seen - i) % newest.Length]);
        return kept;
    }
}
