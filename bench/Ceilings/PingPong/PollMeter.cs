using System.Diagnostics;

namespace HyperIngest.Bench.Ceilings.PingPong;

/// <summary>Counts over a slice what connections do that run by themselves, and the processor time of both ends.</summary>
internal sealed class PollMeter(Process server)
{
    // Connecting, first polls; on a loaded machine the first may come late, and without one nothing is measured.
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    /// <summary>Waits until <paramref name="count"/> has begun to grow, and measures its growth for about <paramref name="slice"/>.</summary>
    /// <exception cref="TimeoutException">It does not grow.</exception>
    public ContenderSample Measure(string name, Func<long> count, TimeSpan slice)
    {
        long started = Stopwatch.GetTimestamp();
        while (count() == 0)
        {
            if (Stopwatch.GetElapsedTime(started) > LongestStart) throw new TimeoutException($"{name}: not one poll was answered in {LongestStart.TotalSeconds:0} s.");
            Thread.Sleep(1);
        }
        Thread.Sleep(SettleTime);
        double processor = ProcessorSeconds();
        long before = count();
        long began = Stopwatch.GetTimestamp();
        Thread.Sleep(slice);
        return new ContenderSample(count() - before, ProcessorSeconds() - processor) { ElapsedSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds };
    }

    // The kernel counts another process' time in steps of 10 ms; a slice is long beside that.
    private double ProcessorSeconds()
    {
        server.Refresh();
        return (Environment.CpuUsage.TotalTime + server.TotalProcessorTime).TotalSeconds;
    }
}
