using System.Globalization;
using System.Text;

namespace HyperIngest.Bench.Scale;

/// <summary>The table of a scale run, and what it says of 1.2 million devices.</summary>
internal static class ScaleText
{
    // The fleet the mission begins with: 1.2 million servers polled every 10 s.
    private const double Fleet = 1_200_000;

    /// <summary>Heading of the table.</summary>
    public static string Heading =>
        "layout    devices  sockets  polls/s  skipped  late p99/max ms  durable p99 ms  cores  us/poll  resident MiB  bytes/device  alloc B/poll";

    /// <summary>A line of it.</summary>
    public static string Line(ScaleLayout layout, ScalePoint p) => string.Create(
        CultureInfo.InvariantCulture,
        $"{layout.ToString().ToLowerInvariant(),-8} {p.Devices,8:N0} {p.Sockets,8:N0} {p.Polls / p.Seconds,8:N0} {p.Skipped,8:N0} {p.LatenessP99Ms,10:F1} / {p.LatenessMaxMs,-6:F1}{p.DurableP99Ms,12:F0} {p.CpuCores,8:F3} {p.CpuMicrosecondsPerPoll,8:F1} {p.PeakMb,13:F0} {p.BytesPerDevice,13:N0} {p.AllocatedBytesPerPoll,13:F1}");

    /// <summary>The arithmetic for the fleet, by the largest point of a layout.</summary>
    public static string Extrapolate(ScaleLayout layout, ScalePoint largest, TimeSpan interval)
    {
        double polls = Fleet / interval.TotalSeconds;
        double cores = polls * largest.CpuMicrosecondsPerPoll / 1e6;
        double gib = ((Fleet * largest.BytesPerDevice / (1024 * 1024)) + largest.EmptyMb) / 1024;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{layout.ToString().ToLowerInvariant()}: {Fleet:N0} devices / {interval.TotalSeconds:0} s = {polls:N0} polls/s x {largest.CpuMicrosecondsPerPoll:F1} us = {cores:F1} cores; ");
        text.Append(CultureInfo.InvariantCulture, $"{Fleet:N0} x {largest.BytesPerDevice:N0} B + {largest.EmptyMb:F0} MiB = {gib:F1} GiB. By what {largest.Devices:N0} devices took; nothing that large was run.");
        return text.ToString();
    }
}
