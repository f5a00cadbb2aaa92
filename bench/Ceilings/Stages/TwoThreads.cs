using System.Diagnostics;
using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>
/// A way from producer threads to one consumer. A struct, so that the loops of <see cref="TwoThreads{TWay}"/> are compiled for it and call a sealed ring as the product does, not an interface.
/// </summary>
internal interface IReadingWay
{
    /// <summary>A producer's thread: puts a block of <see cref="TwoThreads.ClaimReadings"/> readings in; false when there is no room now.</summary>
    bool TryPut(ReadOnlySpan<Reading> block);

    /// <summary>The consumer's thread: copies readings that are there into <paramref name="batch"/> and returns how many; 0 when there are none.</summary>
    int Take(Span<Reading> batch);
}

/// <summary>The sizes that all ways between threads are measured with.</summary>
internal static class TwoThreads
{
    /// <summary>Readings of a claim: about what a Modbus response of 125 registers in the demo's six types makes, 67 on average.</summary>
    public const int ClaimReadings = 64;

    /// <summary>Slots of a ring: 2 MiB.</summary>
    public const int Capacity = 1 << 16;

    /// <summary>Readings of the batch that the consumer copies into, as a shard does: the default batch.</summary>
    public const int BatchReadings = 16_384;
}

/// <summary>
/// Readings moved from producer threads into the batch of one consumer thread, by elapsed time: each producer copies blocks of 64 in, the consumer copies what is there out. Who finds the way
/// full or empty spins a little and then yields.
/// </summary>
internal sealed class TwoThreads<TWay>(string name, int producers, Func<TWay> open) : IContender
    where TWay : struct, IReadingWay
{
    private readonly Reading[] _batch = new Reading[TwoThreads.BatchReadings];

    // Written by the consumer (release), read by producers (acquire).
    private bool _stop;
    private long _producersAllocated;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ContenderSample Run(TimeSpan slice)
    {
        TWay way = open();
        Volatile.Write(ref _stop, false);
        _producersAllocated = 0;
        Thread[] threads = [.. Enumerable.Range(0, producers).Select(n => new Thread(() => Produce(way)) { IsBackground = true, Name = $"producer-{n}" })];
        foreach (Thread thread in threads) thread.Start();
        ContenderSample taken = Consume(way, slice);
        Volatile.Write(ref _stop, true);
        // A producer may wait for room.
        while (threads.Any(t => !t.Join(0))) way.Take(_batch);
        return taken with { AllocatedBytes = taken.AllocatedBytes + _producersAllocated };
    }

    private ContenderSample Consume(TWay way, TimeSpan slice)
    {
        SpinWait wait = default;
        // The clock starts when the producers do.
        while (way.Take(_batch) == 0) wait.SpinOnce(sleep1Threshold: -1);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long began = Stopwatch.GetTimestamp();
        long until = began + (long)(slice.TotalSeconds * Stopwatch.Frequency);
        long readings = 0, now;
        do
        {
            // Some hundred takes for a look at the clock.
            for (int i = 0; i < 256; i++)
            {
                int taken = way.Take(_batch);
                readings += taken;
                if (taken == 0) wait.SpinOnce(sleep1Threshold: -1);
                else if (wait.Count != 0) wait.Reset();
            }
            now = Stopwatch.GetTimestamp();
        }
        while (now < until);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new ContenderSample(readings, (now - began) / (double)Stopwatch.Frequency, allocated);
    }

    private void Produce(TWay way)
    {
        Reading[] block = new Reading[TwoThreads.ClaimReadings];
        for (int i = 0; i < block.Length; i++) block[i] = new Reading(i, 0, 0, DateTime.UtcNow.Ticks, i);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        SpinWait wait = default;
        while (!Volatile.Read(ref _stop))
        {
            if (!way.TryPut(block)) wait.SpinOnce(sleep1Threshold: -1);
            else if (wait.Count != 0) wait.Reset();
        }
        Interlocked.Add(ref _producersAllocated, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
