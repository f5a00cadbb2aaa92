using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HyperIngest.Bench;

/// <summary>
/// The clock of a sample. Of a workload on one thread it is that thread's processor time: what other processes do to the core between its slices does not count. Threads that wait
/// for each other burn processor time while they wait, so of those it is the wall's.
/// </summary>
public static partial class MeasuringClock
{
    // <bits/time.h>.
    private const int ThreadCpuTime = 3;

    /// <summary>Whether the operating system says how much processor time a thread has had, in nanoseconds.</summary>
    public static bool HasThreadTime { get; } = OperatingSystem.IsLinux();

    /// <summary>Nanoseconds of the calling thread's processor time; the wall's where the operating system does not say.</summary>
    public static long ThreadNanoseconds()
    {
        if (!HasThreadTime) return WallNanoseconds();
        if (GetTime(ThreadCpuTime, out Timespec time) != 0) throw new InvalidOperationException("clock_gettime refused the thread's clock.");
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    /// <summary>Nanoseconds of the wall, from any start.</summary>
    public static long WallNanoseconds() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
