using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Makes a demo's report, and holds it to what the product promises.</summary>
internal static class DemoReport
{
    // The promises are made for two cores and the standard plant; a smaller or larger plant is held to its shares.
    private const double UsualRssMb = 256;

    // What a monitored item, or a node that is read, may take on this side besides.
    private const double MostBytesAnItem = 200;

    private const double LeastDelivered = 0.999;

    /// <summary>Most resident memory of one node, in MiB.</summary>
    public static double MostRssMb(DemoOptions options) =>
        options.Source == DemoSource.OpcUa ? Math.Round(UsualRssMb + (MostBytesAnItem * options.Devices * options.Tags / (1 << 20))) : UsualRssMb;

    /// <summary>The report.</summary>
    public static LoadReport Of(DemoOptions options, string route, Measured measured, VerifySummary verified, IDemoTarget target, Ceiling? ceiling)
    {
        // What is offered by schedule is counted by when its response came, to the reading; what goes as fast as it will, by when the sink took it.
        bool byCommit = target.HasSink && options.Max;
        long readings = byCommit ? measured.Delivered : target.HasSink ? measured.Commits.Sum(c => c.Readings) : measured.Window.Readings;
        double seconds = byCommit ? measured.Seconds : options.Seconds;
        LatencyHistogram latency = target.HasSink ? new LatencyHistogram() : measured.Window.Latency;
        if (target.HasSink)
        {
            foreach (MeasuredWindow commit in measured.Commits) latency.Add(commit.Latency);
        }
        double rate = readings / seconds;
        LoadReport report = new()
        {
            Route = route,
            Seconds = Math.Round(seconds, 3),
            OfferedPerS = options.OfferedPerSecond ?? 0,
            Readings = readings,
            ReadingsPerS = Math.Round(rate, 0),
            Lost = verified.Lost,
            Duplicated = verified.Duplicated,
            Reordered = verified.Reordered,
            Altered = verified.Altered + verified.Unknown,
            LatencyMs = LatencyReport.Of(latency, decimals: 1),
            AllocatedBytesPerReading = Math.Round(measured.Use.AllocatedBytes / (double)Math.Max(1, readings), 4),
            Gc = measured.Use.Gc,
            CpuCores = Math.Round(measured.Use.CpuCores, 3),
            RssMb = Math.Round(measured.Use.PeakRssMb, 1),
            Machine = MachineInfo.Read(),
            CeilingRatio = ceiling is null ? null : Math.Round(rate / ceiling.PerSecond, 3),
            CeilingOf = ceiling?.Of,
            Kafka = target.Kafka(),
            Simulator = measured.Simulator,
        };
        return report with { Promises = [.. Promises(options, report, verified, measured, target)] };
    }

    private static IEnumerable<PromiseReport> Promises(DemoOptions options, LoadReport report, VerifySummary verified, Measured measured, IDemoTarget target)
    {
        yield return PromiseReport.AtMost("lost", 0, report.Lost);
        yield return PromiseReport.AtMost("duplicated", 0, report.Duplicated);
        yield return PromiseReport.AtMost("reordered", 0, report.Reordered);
        yield return PromiseReport.AtMost("altered", 0, report.Altered);
        // A verifier that found nothing to look at has proved nothing.
        yield return PromiseReport.AtLeast("verified readings", measured.Journalled - verified.Bad, verified.Received);
        if (options.OfferedPerSecond is { } offered) yield return PromiseReport.AtLeast("delivered of offered", LeastDelivered, Math.Round(report.ReadingsPerS / offered, 5));
        foreach (PromiseReport promise in target.Promises(options, report)) yield return promise;
    }
}
