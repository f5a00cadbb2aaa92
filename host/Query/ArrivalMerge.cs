using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Host.Query;

/// <summary>
/// The readings of several shards as one stream, by gateway time. Holds one batch a shard, however long the stream is. Within a shard the order of arrival is kept,
/// also where a clock was stepped back.
/// </summary>
internal sealed class ArrivalMerge : IDisposable
{
    // Responses that arrive together are stamped by several threads: near neighbours may stand in the wrong order. Past this much nothing earlier follows.
    private static readonly long Disorder = TimeSpan.TicksPerSecond * 10;

    private readonly IReadOnlyList<IStoredShard> _shards;
    private readonly ReadingBatch[] _batches;
    private readonly int[] _next;
    private readonly SeriesFilter _filter;
    private readonly long _from;
    private readonly long _to;
    private readonly PriorityQueue<int, (long Time, int Shard)> _heads = new();

    /// <summary>The wanted readings from gateway time <paramref name="fromTicks"/> up to, without, <paramref name="toTicks"/>. Takes the shards over.</summary>
    public ArrivalMerge(IReadOnlyList<IStoredShard> shards, BatchPool pool, SeriesFilter filter, long fromTicks, long toTicks)
    {
        _shards = shards;
        _filter = filter;
        _from = fromTicks;
        _to = toTicks;
        _batches = new ReadingBatch[shards.Count];
        _next = new int[shards.Count];
        for (int i = 0; i < _batches.Length; i++)
        {
            _batches[i] = pool.Rent();
            Advance(i);
        }
    }

    /// <summary>The next reading; false at the end.</summary>
    public bool TryNext(out Reading reading)
    {
        if (!_heads.TryDequeue(out int shard, out _))
        {
            reading = default;
            return false;
        }
        reading = _batches[shard].Readings[_next[shard]++];
        Advance(shard);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IStoredShard shard in _shards) shard.Dispose();
        foreach (ReadingBatch batch in _batches) batch.Release();
    }

    // Goes to the shard's next wanted reading and queues it.
    private void Advance(int shard)
    {
        ReadingBatch batch = _batches[shard];
        while (true)
        {
            ReadOnlySpan<Reading> readings = batch.Readings;
            for (int i = _next[shard]; i < readings.Length; i++)
            {
                ref readonly Reading reading = ref readings[i];
                if (reading.GatewayTime < _from || reading.GatewayTime >= _to || !_filter.Wants(reading.SeriesId)) continue;
                _next[shard] = i;
                _heads.Enqueue(shard, (reading.GatewayTime, shard));
                return;
            }
            bool past = readings.Length > 0 && _to < long.MaxValue - Disorder && readings[^1].GatewayTime >= _to + Disorder;
            _next[shard] = 0;
            if (past || !_shards[shard].TryRead(batch)) return;
        }
    }
}
