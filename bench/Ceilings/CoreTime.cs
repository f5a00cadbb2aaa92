using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HyperIngest.Bench.Ceilings;

/// <summary>Processor time of the calling thread, in user and kernel: what a rate "a core" is by, whatever else has the cores meanwhile.</summary>
internal static partial class CoreTime
{
    // clock_gettime(2) on Linux.
    private const int ThreadCpuTimeId = 3;

    /// <summary>Seconds of processor time of the calling thread; elsewhere than on Linux the elapsed time, which is never less.</summary>
    public static double Seconds
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
            if (ClockGetTime(ThreadCpuTimeId, out TimeSpec time) != 0) throw new InvalidOperationException($"clock_gettime failed: error {Marshal.GetLastPInvokeError()}.");
            return time.Seconds + (time.Nanoseconds * 1e-9);
        }
    }

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

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
