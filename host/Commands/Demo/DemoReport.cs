using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Makes a demo's report, and holds it to what the product promises.</summary>
internal static class DemoReport
{
    // The promises are made for two cores and the standard plant; a smaller or larger plant is held to its shares.
    private const double MostLatencyMs = 250;
    private const double MostCommitMs = 1000;
    private const double MostAllocatedBytes = 0.1;
    private const double MostRssMb = 256;
    private const double LeastDelivered = 0.999;
    private const double LeastMaxRate = 2_000_000;
    private const double LeastMaxRowRate = 1_000_000;
    private const double LeastCeilingRatio = 0.8;

    /// <summary>The report.</summary>
    public static LoadReport Of(DemoOptions options, Measured measured, VerifySummary verified, (double RowsPerSecond, long Rows)? ceiling)
    {
        bool postgres = options.Sink == DemoSink.Postgres;
        // What is offered by schedule is counted by when its response came, to the reading; what goes as fast as it will, by when the sink took it.
        bool byCommit = postgres && options.Max;
        long readings = byCommit ? measured.Delivered : postgres ? measured.Commits.Sum(c => c.Readings) : measured.Window.Readings;
        double seconds = byCommit ? measured.Seconds : options.Seconds;
        LatencyHistogram latency = postgres ? new LatencyHistogram() : measured.Window.Latency;
        if (postgres)
        {
            foreach (MeasuredWindow commit in measured.Commits) latency.Add(commit.Latency);
        }
        double rate = readings / seconds;
        LoadReport report = new()
        {
            Route = options.Route,
            Seconds = Math.Round(seconds, 3),
            OfferedPerS = options.OfferedPerSecond ?? 0,
            Readings = readings,
            ReadingsPerS = Math.Round(rate, 0),
            Lost = verified.Lost,
            Duplicated = verified.Duplicated,
            Reordered = verified.Reordered,
            Altered = verified.Altered + verified.Unknown,
            LatencyMs = new LatencyReport(Ms(latency, 0.5), Ms(latency, 0.99), Ms(latency, 0.999), Math.Round(latency.Max.TotalMilliseconds, 1)),
            AllocatedBytesPerReading = Math.Round(measured.AllocatedBytes / (double)Math.Max(1, readings), 4),
            Gc = measured.Gc,
            CpuCores = Math.Round(measured.CpuCores, 3),
            RssMb = Math.Round(measured.PeakRssMb, 1),
            Machine = MachineInfo.Read(),
            CeilingRatio = ceiling is { } c ? Math.Round(rate / c.RowsPerSecond, 3) : null,
            Simulator = SimulatorOf(measured),
        };
        return report with { Promises = [.. Promises(options, report, verified, measured)] };
    }

    private static IEnumerable<PromiseReport> Promises(DemoOptions options, LoadReport report, VerifySummary verified, Measured measured)
    {
        yield return PromiseReport.AtMost("lost", 0, report.Lost);
        yield return PromiseReport.AtMost("duplicated", 0, report.Duplicated);
        yield return PromiseReport.AtMost("reordered", 0, report.Reordered);
        yield return PromiseReport.AtMost("altered", 0, report.Altered);
        // A verifier that found nothing to look at has proved nothing.
        yield return PromiseReport.AtLeast("verified readings", measured.Journalled - verified.Bad, verified.Received);
        bool postgres = options.Sink == DemoSink.Postgres;
        if (options.OfferedPerSecond is { } offered)
        {
            yield return PromiseReport.AtLeast("delivered of offered", LeastDelivered, Math.Round(report.ReadingsPerS / offered, 5));
            yield return postgres
                ? PromiseReport.AtMost("commit p99 ms", MostCommitMs, report.LatencyMs.P99)
                : PromiseReport.AtMost("durable p99 ms", MostLatencyMs, report.LatencyMs.P99);
            // Socket to journal is this product's own; what Npgsql allocates for a COPY and its waits is reported and not promised.
            if (!postgres) yield return PromiseReport.AtMost("allocated bytes a reading", MostAllocatedBytes, report.AllocatedBytesPerReading);
            yield return PromiseReport.AtMost("resident MiB", MostRssMb, report.RssMb);
        }
        else
        {
            yield return postgres
                ? PromiseReport.AtLeast("rows/s committed", LeastMaxRowRate, report.ReadingsPerS)
                : PromiseReport.AtLeast("readings/s durable", LeastMaxRate, report.ReadingsPerS);
        }
        if (report.CeilingRatio is { } ratio && options.Max) yield return PromiseReport.AtLeast("of psql \\copy", LeastCeilingRatio, ratio);
    }

    private static SimulatorReport SimulatorOf(Measured measured)
    {
        SimulatorStats before = measured.SimulatorBefore, after = measured.SimulatorAfter;
        return new SimulatorReport(
            Math.Round((after.CpuSeconds - before.CpuSeconds) / measured.Seconds, 3), after.RssMb, Math.Round((after.Readings - before.Readings) / measured.Seconds, 0));
    }

    private static double Ms(LatencyHistogram latency, double quantile) => Math.Round(latency.Percentile(quantile).TotalMilliseconds, 1);
}
