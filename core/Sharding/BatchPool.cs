using System.Collections.Concurrent;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// Batches of one size for the shards, lanes and readers of a process. Keeps what comes back up to a limit; makes a new one when empty, because refusing
/// would stall the shard, and counts it: a steady state that keeps making batches is a leak or a limit set too low.
/// </summary>
public sealed class BatchPool
{
    private readonly ConcurrentBag<ReadingBatch> _idle = [];

    // Raised before the pool is at work; read by whoever returns a batch.
    private int _maxIdle;

    // Written by any thread with Interlocked; read for metrics only.
    private int _idleCount;
    private long _made;
    private int _rented;

    /// <summary>A pool of batches of <paramref name="batchCapacity"/> readings that keeps at most <paramref name="maxIdle"/> of them.</summary>
    public BatchPool(int batchCapacity, int maxIdle)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxIdle, 1);
        BatchCapacity = batchCapacity;
        _maxIdle = maxIdle;
    }

    /// <summary>Readings a batch holds at most.</summary>
    public int BatchCapacity { get; }

    /// <summary>Batches ever made.</summary>
    public long Made => Volatile.Read(ref _made);

    /// <summary>Batches out of the pool now.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Keeps <paramref name="more"/> batches more: another holder (a sink's lanes) may have so many out at once.</summary>
    public void KeepMore(int more)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(more);
        Interlocked.Add(ref _maxIdle, more);
    }

    /// <summary>An empty batch with one holder, the caller.</summary>
    public ReadingBatch Rent()
    {
        if (_idle.TryTake(out ReadingBatch? batch)) Interlocked.Decrement(ref _idleCount);
        else
        {
            batch = new ReadingBatch(this, BatchCapacity);
            Interlocked.Increment(ref _made);
        }
        Interlocked.Increment(ref _rented);
        batch.Rented();
        return batch;
    }

    internal void Return(ReadingBatch batch)
    {
        Interlocked.Decrement(ref _rented);
        if (Interlocked.Increment(ref _idleCount) <= Volatile.Read(ref _maxIdle)) _idle.Add(batch);
        else Interlocked.Decrement(ref _idleCount);
    }
}
