using HyperIngest.Bench.Ceilings;
using HyperIngest.Bench.Ceilings.PingPong;
using HyperIngest.Bench.Ceilings.Stages;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Tests.Unit.Bench;

public sealed class CeilingsReportTests
{
    [Fact]
    public void A_rate_is_judged_by_its_best_round_and_a_ratio_by_the_middle_of_the_rounds()
    {
        // Best rounds say 4 : 4; the rounds' own ratios are 0.5, 0.5 and 4.
        StageReport report = Judge([1e6, 2e6, 4e6], [2e6, 4e6, 1e6], new LeastRate(4), new LeastRate(4.1), new LeastRatio(0.5, "limit"), new LeastRatio(0.51, "limit"));
        Assert.Equal([true, false, true, false], report.Targets.Select(t => t.Kept));
        Assert.Equal([4, 4, 0.5, 0.5], report.Targets.Select(t => t.Actual));
        Assert.Equal(2e6, report.Product.Median);
        Assert.Equal(1e6, report.Product.Least);
    }

    [Fact]
    public void One_allocated_byte_breaks_nothing_allocated_and_so_does_not_having_measured()
    {
        Assert.True(Kept(0, allowed: 0));
        Assert.False(Kept(1, allowed: 0));
        Assert.False(Kept(ContenderSample.NotMeasured, allowed: 0));
        Assert.True(Kept(100, allowed: 0.1));
        Assert.False(Kept(101, allowed: 0.1));
        Assert.False(Kept(ContenderSample.NotMeasured, allowed: 0.1));

        static bool Kept(long bytes, double allowed)
        {
            FixedStage stage = new([new AllocatedAtMost(allowed)]);
            StageReport report = new(stage, [new ContenderFigure("product", [new ContenderSample(1000, 1, bytes)])]);
            return Assert.Single(report.Targets).Kept;
        }
    }

    [Fact]
    public void A_missed_target_is_one_missed_in_the_whole_report()
    {
        PromiseReport kept = PromiseReport.AtLeast("a", 1, 1), missed = PromiseReport.AtLeast("b", 1, 0.9);
        Assert.True(Whole([kept], [kept]).AllKept);
        Assert.False(Whole([kept, missed], []).AllKept);
        Assert.False(Whole([kept], [missed]).AllKept);

        static CeilingsReport Whole(PromiseReport[] stage, PromiseReport[] sink) => new(
            MachineInfo.Read(), [new StageFigures("s", "readings", true, "", [], stage)], [new SinkCeiling("kafka", 1, 1, "a loop", sink)]);
    }

    [Fact]
    public void Every_contender_runs_in_every_round_and_another_one_first_in_each()
    {
        List<string> order = [];
        FixedStage stage = new([], new RecordingContender("a", order), new RecordingContender("b", order), new RecordingContender("c", order));
        StageReport report = Interleaving.Measure(stage, 0.1);
        Assert.All(report.Figures, f => Assert.Equal(report.Product.Rates.Count, f.Rates.Count));
        string[] measured = [.. order.Skip(9).Take(9)];
        Assert.Equal(["a", "b", "c", "b", "c", "a", "c", "a", "b"], measured);
    }

    [Fact]
    public void What_dd_says_is_read_and_what_it_does_not_say_is_refused()
    {
        ContenderSample sample = DiskDump.Read("64+0 records in\n64+0 records out\n33558528 bytes (34 MB, 32 MiB) copied, 0.0134 s, 2.5 GB/s\n");
        Assert.Equal(33_558_528, sample.Units);
        Assert.Equal(0.0134, sample.Seconds);
        Assert.Equal(512, DiskDump.Read("512 bytes copied, 1e-05 s, 51 MB/s").Units);
        Assert.Throws<FormatException>(() => DiskDump.Read("dd: no space left on device"));
        Assert.Throws<FormatException>(() => DiskDump.Read(""));
    }

    [Fact]
    public void A_demo_without_a_report_or_without_a_ceiling_is_no_figure()
    {
        LoadReport report = new()
        {
            Route = "modbus > journal > postgres",
            Seconds = 1,
            OfferedPerS = 0,
            Readings = 10,
            ReadingsPerS = 10,
            Lost = 0,
            Duplicated = 0,
            Reordered = 0,
            Altered = 0,
            LatencyMs = new LatencyReport(1, 1, 1, 1),
            AllocatedBytesPerReading = 0,
            Gc = new GcReport(0, 0, 0),
            CpuCores = 1,
            RssMb = 1,
            Machine = MachineInfo.Read(),
            Promises = [PromiseReport.AtLeast("of psql \\copy", 0.8, 0.9)],
        };
        SinkCeiling read = SinkCeiling.Read("postgres", "text\n" + (report with { CeilingRatio = 0.9, CeilingOf = "psql \\copy" }).ToJson() + "\n", exitCode: 0);
        Assert.Equal(0.9, read.Ratio);
        Assert.Equal("postgres: of psql \\copy", Assert.Single(read.Targets).Name);
        Assert.Throws<InvalidOperationException>(() => SinkCeiling.Read("postgres", report.ToJson(), exitCode: 0));
        Assert.Throws<InvalidOperationException>(() => SinkCeiling.Read("postgres", "postgres: psql is missing", exitCode: 3));
    }

    [Theory]
    [InlineData(1, 9)]
    [InlineData(4, 3)]
    [InlineData(int.MaxValue, 1)]
    public void Bare_sockets_move_as_many_bytes_as_a_poll_of_the_plant(int atOnce, int turns)
    {
        PollShape shape = PollShape.Of(new Plant(DemoPlant.Create(devices: 1)), atOnce);
        Assert.Equal(turns, shape.Turns.Count);
        Assert.Equal((shape.RequestBytes.Length, shape.ResponseBytes.Sum()), (shape.Turns.Sum(t => t.Send.Length), shape.Turns.Sum(t => t.Receive)));
        Assert.Equal(600, shape.Readings);
        Assert.Equal(12 * shape.Requests, shape.RequestBytes.Length);
        // Nine bytes before the data, two a register, and 1,020 registers in all.
        Assert.Equal((9 * shape.Requests) + (2 * 1020), shape.ResponseBytes.Sum());
    }

    [Theory]
    [InlineData(1.234e9, "1.23 G")]
    [InlineData(12_340_000, "12.3 M")]
    [InlineData(1_500, "1.5 k")]
    [InlineData(7, "7.0")]
    public void Rates_are_shown_with_their_magnitude(double rate, string expected) => Assert.Equal(expected, CeilingsText.Scaled(rate));

    private static StageReport Judge(double[] product, double[] limit, params StageTarget[] targets)
    {
        FixedStage stage = new(targets);
        return new StageReport(stage, [Figure("product", product), Figure("limit", limit)]);

        static ContenderFigure Figure(string name, double[] rates) => new(name, [.. rates.Select(r => new ContenderSample(r, 1, 0))]);
    }

    private sealed class FixedStage(StageTarget[] targets, params IContender[] contenders) : CeilingStage
    {
        public override string Name => "fixed";

        public override string Unit => "readings";

        public override StageClock Clock => StageClock.Core;

        public override string Includes => "nothing";

        public override IReadOnlyList<IContender> Contenders => contenders;

        public override IReadOnlyList<StageTarget> Targets => targets;
    }

    private sealed class RecordingContender(string name, List<string> order) : IContender
    {
        public string Name => name;

        public ContenderSample Run(TimeSpan slice)
        {
            order.Add(name);
            return new ContenderSample(1, 1, 0);
        }
    }
}
