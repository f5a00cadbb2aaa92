using System.Diagnostics;

namespace HyperIngest.Bench.Ceilings;

/// <summary>Processor time of the calling thread, in user and kernel: what a rate "a core" is by, whatever else has the cores meanwhile.</summary>
internal static class CoreTime
{
    /// <summary>Seconds of processor time of the calling thread; elsewhere than on Linux the elapsed time, which is never less.</summary>
    public static double Seconds => MeasuringClock.ThreadNanoseconds() * 1e-9;

    /// <summary>Calls <paramref name="step"/>, which returns how many units it did, until <paramref name="slice"/> has passed, and counts its processor time.</summary>
    public static ContenderSample Measure(TimeSpan slice, Func<long> step)
    {
        long until = Stopwatch.GetTimestamp() + (long)(slice.TotalSeconds * Stopwatch.Frequency);
        long units = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        double began = Seconds;
        do
        {
            units += step();
        }
        while (Stopwatch.GetTimestamp() < until);
        double seconds = Seconds - began;
        return new ContenderSample(units, seconds, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
