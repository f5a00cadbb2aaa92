using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>A batch's life between ring and journal: rented, filled by copies as the ring shows its readings, counted, handed to a second holder, and returned by the last.</summary>
internal sealed class BatchFill : Workload
{
    /// <summary>Readings of a batch.</summary>
    public const int Readings = 4096;

    /// <summary>Readings a look at the ring shows.</summary>
    public const int Seen = 256;

    private readonly BatchPool _pool = new(Readings, 4);
    private readonly Reading[] _ring = new Reading[Readings];

    public override int OperationsPerIteration => Readings;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            ReadingBatch batch = _pool.Rent();
            while (batch.Count < batch.Capacity)
            {
                ReadOnlySpan<Reading> seen = _ring.AsSpan(batch.Count, Seen);
                seen.CopyTo(batch.Slots.Slice(batch.Count, seen.Length));
                batch.Count += seen.Length;
            }
            batch.Retain();
            batch.Release();
            batch.Release();
        }
        if (_pool.Made != 1) throw new InvalidOperationException($"The pool made {_pool.Made} batches for one holder.");
    }
}
