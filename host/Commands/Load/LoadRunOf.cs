using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>Makes the run that is kept of what was measured, and holds it to the profile's thresholds.</summary>
internal static class LoadRunOf
{
    // 128 buckets an octave; see LatencyHistogram.
    private const double LatencyError = 1 / 128.0;

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
            LatencyMs = LoadSampler.LatencyOf(measured.Latency),
            AllocatedBytesPerReading = Math.Round(measured.AllocatedBytes / (double)Math.Max(1, measured.Delivered), 4),
            Gc = measured.Gc,
            CpuCores = Math.Round(measured.CpuCores, 3),
            RssMb = Math.Round(measured.PeakRssMb, 1),
            Machine = MachineInfo.Read(),
            Kafka = kafka,
            Simulator = SimulatorOf(measured.SimulatorBefore, measured.SimulatorAfter, measured.Seconds),
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
            LatencyError = LatencyError,
            Pauses = measured.Pauses,
        };
    }

    /// <summary>The simulator's part of a report.</summary>
    public static SimulatorReport SimulatorOf(SimulatorStats before, SimulatorStats after, double seconds) =>
        new(Math.Round((after.CpuSeconds - before.CpuSeconds) / seconds, 3), after.RssMb, Math.Round((after.Readings - before.Readings) / seconds));

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
