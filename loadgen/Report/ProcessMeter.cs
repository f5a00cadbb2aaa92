using System.Diagnostics;

namespace HyperIngest.LoadGen.Report;

/// <summary>
/// Measures this process over the steady part of a run: processor time, collections and allocation from <see cref="Begin"/> to <see cref="End"/>, and the largest
/// resident memory over its whole life. Memory is sampled, because a process that rises and falls must answer for its highest point.
/// </summary>
public sealed class ProcessMeter : IDisposable
{
    // Four samples a second see every rise that lasts, and cost nothing.
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(250);

    private readonly Timer _sampling;

    // Written by the timer's thread and by End, with Interlocked.
    private long _peakBytes;
    private Sample _begin;
    private Sample _end;

    /// <summary>Starts to sample memory.</summary>
    public ProcessMeter() => _sampling = new Timer(_ => SampleMemory(), null, TimeSpan.Zero, SamplePeriod);

    private readonly record struct Sample(long Timestamp, TimeSpan Cpu, long Allocated, int Gen0, int Gen1, int Gen2)
    {
        public static Sample Now()
        {
            // Collections count from the highest generation down: a collection of generation 2 is one of 1 and 0 too.
            int gen2 = GC.CollectionCount(2), gen1 = GC.CollectionCount(1), gen0 = GC.CollectionCount(0);
            using Process self = Process.GetCurrentProcess();
            return new Sample(
                Stopwatch.GetTimestamp(), self.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true), gen0 - gen1, gen1 - gen2, gen2);
        }
    }

    /// <summary>Steady state begins.</summary>
    public void Begin() => _begin = _end = Sample.Now();

    /// <summary>Steady state ends; may be called again to move the end.</summary>
    public void End()
    {
        _end = Sample.Now();
        SampleMemory();
    }

    /// <summary>Seconds measured.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_begin.Timestamp, _end.Timestamp).TotalSeconds;

    /// <summary>What the process took in those seconds.</summary>
    public ProcessUse Use => new(
        _end.Allocated - _begin.Allocated,
        new GcReport(_end.Gen0 - _begin.Gen0, _end.Gen1 - _begin.Gen1, _end.Gen2 - _begin.Gen2),
        Seconds > 0 ? (_end.Cpu - _begin.Cpu).TotalSeconds / Seconds : 0,
        Volatile.Read(ref _peakBytes) / (1024.0 * 1024.0));

    /// <inheritdoc/>
    public void Dispose() => _sampling.Dispose();

    private void SampleMemory()
    {
        long bytes = Environment.WorkingSet;
        long peak = Volatile.Read(ref _peakBytes);
        while (bytes > peak)
        {
            long seen = Interlocked.CompareExchange(ref _peakBytes, bytes, peak);
            if (seen == peak) break;
            peak = seen;
        }
    }
}

/// <summary>What a process took.</summary>
/// <param name="AllocatedBytes">Bytes allocated by all threads in the steady part.</param>
/// <param name="Gc">Collections in it, each counted under the highest generation it took in.</param>
/// <param name="CpuCores">Cores kept busy in it, on average.</param>
/// <param name="PeakRssMb">Largest resident memory seen from the start on, in MiB.</param>
public sealed record ProcessUse(long AllocatedBytes, GcReport Gc, double CpuCores, double PeakRssMb);
