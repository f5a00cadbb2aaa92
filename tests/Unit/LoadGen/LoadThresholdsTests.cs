using System.Xml.Linq;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Tests.Unit.LoadGen;

public class LoadThresholdsTests
{
    private static readonly OfferedReport AllOffered = new(10_000, 10_000, 0, 0);

    [Fact]
    public void A_run_that_kept_everything_passes() => Assert.All(Judge(new LoadThresholds(), Report(), AllOffered), p => Assert.True(p.Kept, p.Name));

    [Fact]
    public void A_run_cannot_pass_by_offering_less()
    {
        // 11 of 10,000 is more than the share allowed where nothing is said.
        PromiseReport broken = Assert.Single(Judge(new LoadThresholds(), Report(), new OfferedReport(10_000, 9_989, 11, 0)), p => !p.Kept);
        Assert.Equal(("not offered, share", "<= 0.001", 0.0011), (broken.Name, broken.Target, broken.Actual));
        Assert.All(Judge(new LoadThresholds(), Report(), new OfferedReport(10_000, 9_990, 10, 0)), p => Assert.True(p.Kept, p.Name));
        Assert.Contains(Judge(new LoadThresholds(), Report(), new OfferedReport(0, 0, 0, 0)), p => p is { Kept: false, Name: "not offered, share" });
    }

    [Fact]
    public void A_run_cannot_pass_by_ending_early_failing_or_proving_nothing()
    {
        Assert.Contains(Judge(new LoadThresholds(), Report() with { Seconds = 4 }, AllOffered), p => p is { Kept: false, Name: "seconds run" });
        Assert.Contains(Judge(new LoadThresholds(), Report(), new OfferedReport(10_000, 10_000, 0, 11)), p => p is { Kept: false, Name: "failed, share" });
        Assert.DoesNotContain(Judge(new LoadThresholds(), Report(), new OfferedReport(10_000, 10_000, 0, 11), faults: true), p => !p.Kept);
        Assert.Contains(new LoadThresholds().Judge(new LoadOutcome(Report(), AllOffered, 10, 0, 0, false)), p => p is { Kept: false, Name: "verified readings" });
        Assert.Contains(new LoadThresholds().Judge(new LoadOutcome(Report(), AllOffered, 10, 10_000, 9_999, false)), p => p is { Kept: false, Name: "verified readings" });
        // Nothing delivered was not delivered fast.
        Assert.Contains(Judge(new LoadThresholds { P50Ms = 1000 }, Report() with { Readings = 0, LatencyMs = new LatencyReport(0, 0, 0, 0) }, AllOffered), p => p is { Kept: false, Name: "latency p50 ms" });
    }

    [Fact]
    public void Each_threshold_is_broken_by_what_is_beyond_it()
    {
        LoadReport report = Report() with { Lost = 1, Duplicated = 1, Reordered = 1, Altered = 1 };
        LoadThresholds strict = new() { P50Ms = 0.9, P99Ms = 1.9, P999Ms = 2.9, MaxMs = 3.9, MinRate = 1001, RssMb = 99, CpuCores = 0.4, AllocBytes = 0.04 };
        string[] broken = [.. Judge(strict, report, AllOffered).Where(p => !p.Kept).Select(p => p.Name)];
        Assert.Equal(
            ["lost", "duplicated", "reordered", "altered", "readings/s delivered", "latency p50 ms", "latency p99 ms", "latency p99.9 ms", "latency max ms", "resident MiB", "cores", "allocated bytes a reading"],
            broken);
        LoadThresholds kept = new() { Lost = 1, Duplicated = 1, Reordered = 1, Altered = 1, P50Ms = 1, P99Ms = 2, P999Ms = 3, MaxMs = 4, MinRate = 1000, RssMb = 100, CpuCores = 0.5, AllocBytes = 0.05 };
        Assert.All(Judge(kept, report, AllOffered), p => Assert.True(p.Kept, p.Name));
    }

    [Fact]
    public void Each_broken_promise_is_a_failed_test_case()
    {
        LoadRun run = Run(Report() with { Promises = [PromiseReport.AtMost("lost", 0, 0), PromiseReport.AtMost("latency p99 ms", 250, 300)] }, name: "a <b> \u0001 \"c\"");
        string path = Path.Combine(Directory.CreateTempSubdirectory("hyperingest-tmp-").FullName, "below", "junit.xml");
        try
        {
            JUnitReport.Write(run, path);
            XElement suite = XDocument.Load(path).Root!.Element("testsuite")!;
            Assert.Equal(("2", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value));
            XElement failed = Assert.Single(suite.Elements("testcase"), c => c.Element("failure") is not null);
            Assert.Equal("latency p99 ms", failed.Attribute("name")!.Value);
            Assert.Equal("expected <= 250, found 300", failed.Element("failure")!.Attribute("message")!.Value);
            Assert.Equal("hyperingest load a <b> ? \"c\"", suite.Attribute("name")!.Value);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(path))!, recursive: true);
        }
    }

    [Fact]
    public void A_rate_above_half_of_the_generator_s_own_is_said()
    {
        LoadRun run = Run(Report(), "r") with { Generator = new GeneratorCeiling("it by itself", 1999), Samples = [Sample(1000)] };
        Assert.Contains("more than half of that", LoadRunText.Render(run), StringComparison.Ordinal);
        Assert.DoesNotContain("more than half of that", LoadRunText.Render(run with { Generator = new GeneratorCeiling("it by itself", 2000) }), StringComparison.Ordinal);
    }

    private static PromiseReport[] Judge(LoadThresholds thresholds, LoadReport report, OfferedReport offered, bool faults = false) =>
        [.. thresholds.Judge(new LoadOutcome(report, offered, 10, 10_000, 10_000, faults))];

    private static LoadRun Run(LoadReport report, string name) => new()
    {
        Name = name,
        Command = "hyperingest load p.yaml",
        ProgramVersion = "1",
        Started = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        ProfileText = "",
        Report = report,
        Offered = AllOffered,
        Samples = [],
        Stages = [],
        Faults = [],
        Latency = [],
        LatencyError = 0,
        Pauses = [],
    };

    private static LoadSample Sample(double scheduled) => new()
    {
        At = 1,
        ScheduledPerS = scheduled,
        OfferedPerS = scheduled,
        DeliveredPerS = scheduled,
        CpuCores = 0,
        SimulatorCpuCores = 0,
        RssMb = 0,
        GcPauseMs = 0,
        RingFill = 0,
        JournalBytes = 0,
        LaneReadings = 0,
        Faults = 0,
    };

    private static LoadReport Report() => new()
    {
        Route = "r",
        Seconds = 10,
        OfferedPerS = 1000,
        Readings = 10_000,
        ReadingsPerS = 1000,
        Lost = 0,
        Duplicated = 0,
        Reordered = 0,
        Altered = 0,
        LatencyMs = new LatencyReport(1, 2, 3, 4),
        AllocatedBytesPerReading = 0.05,
        Gc = new GcReport(0, 0, 0),
        CpuCores = 0.5,
        RssMb = 100,
        Machine = new MachineInfo(2, "cpu", 1, "os", "net"),
    };
}
