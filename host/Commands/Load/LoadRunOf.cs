using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>Makes the run that is kept of what was measured, and holds it to the profile's thresholds.</summary>
internal static class LoadRunOf
{
    /// <summary>The run of a product.</summary>
    public static LoadRun Measured(LoadPlan plan, string route, LoadMeasured measured, VerifySummary verified, GeneratorCeiling? ceiling, KafkaReport? kafka)
    {
        LoadReport report = new()
        {
            Route = route,
            Seconds = Math.Round(measured.Seconds, 3),
            OfferedPerS = Math.Round(measured.Offered.Offered / measured.Seconds),
            Readings = measured.Delivered,
            ReadingsPerS = Math.Round(measured.Delivered / measured.Seconds, 1),
            Lost = verified.Lost,
            Duplicated = verified.Duplicated,
            Reordered = verified.Reordered,
            Altered = verified.Altered + verified.Unknown,
            LatencyMs = LatencyReport.Of(measured.Latency, LoadSampler.LatencyDecimals),
            AllocatedBytesPerReading = Math.Round(measured.Use.AllocatedBytes / (double)Math.Max(1, measured.Delivered), 4),
            Gc = measured.Use.Gc,
            CpuCores = Math.Round(measured.Use.CpuCores, 3),
            RssMb = Math.Round(measured.Use.PeakRssMb, 1),
            Machine = MachineInfo.Read(),
            Kafka = kafka,
            Simulator = measured.Simulator,
        };
        bool allVerifiable = plan.Plant.Devices.All(d => d.Template.Tags.All(t => t.IsVerifiable));
        // Readings of tags that cannot be verified are in the journal too; then the devices' own count says what must be found.
        long expected = allVerifiable ? measured.Journalled - verified.Bad : verified.Served - verified.Lost;
        LoadOutcome outcome = new(report, measured.Offered, plan.Profile.Curve.Seconds, expected, verified.Received, plan.Profile.Faults.Count > 0);
        return new LoadRun
        {
            Name = plan.Profile.Name,
            Command = plan.Command,
            ProgramVersion = ProgramVersion.Text,
            Started = measured.Started,
            ProfileText = plan.ProfileText,
            PlantText = plan.PlantText,
            Report = report with { Promises = [.. plan.Profile.Thresholds.Judge(outcome)] },
            Offered = measured.Offered,
            Generator = ceiling,
            Samples = measured.Samples,
            Stages = StagesUpTo(plan, measured.Seconds),
            Faults = measured.Faults,
            Latency = DistributionOf(measured.Latency),
            LatencyError = LatencyHistogram.LargestError,
            Pauses = measured.Pauses,
        };
    }

    /// <summary>The stages that were begun by then; the last may be cut short.</summary>
    public static IReadOnlyList<LoadStage> StagesUpTo(LoadPlan plan, double seconds) =>
        [.. plan.Stages.Where(s => s.From < seconds).Select(s => s with { To = Math.Min(s.To, Math.Round(seconds, 3)) })];

    private static List<LatencyPoint> DistributionOf(LatencyHistogram latency)
    {
        List<LatencyPoint> points = [];
        (TimeSpan UpTo, long Count)[] filled = [.. latency.Filled()];
        long total = filled.Sum(b => b.Count), seen = 0;
        foreach ((TimeSpan upTo, long count) in filled)
        {
            seen += count;
            points.Add(new LatencyPoint(seen / (double)total, Math.Round(upTo.TotalMilliseconds, 3)));
        }
        return points;
    }
}
