using HyperIngest.Bench.Gate;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Unit.Bench;

/// <summary>The gate over real workloads, injected with what it must find, against a baseline measured in the same test.</summary>
[Collection(NodeCollection.Name)]
public sealed class GateRunTests
{
    private static readonly GateOptions Options = new() { Pairs = 120, LongestWarmUp = TimeSpan.FromSeconds(1) };

    // A machine that is busy while the baseline is measured makes it a slow one, beside which a slowdown is none: one in three must be a measure. A gate that is blind is blind three times.
    private const int Baselines = 3;

    [Fact]
    public void A_slowdown_of_30_percent_or_one_allocation_fails_and_unchanged_code_passes()
    {
        const string name = "json.encode";
        GatedWorkload sound = GatedWorkloads.All.Single(w => w.Name == name);
        (Baseline baseline, GateRow unchanged, GateRow slow) = Measured(sound);
        for (int more = 1; more < Baselines && (unchanged.Faults.Count > 0 || slow.Faults.Count == 0); more++) (baseline, unchanged, slow) = Measured(sound);
        Assert.Equal(0, baseline.Rows[name].BytesAnOperation);
        Assert.Empty(unchanged.Faults);
        Assert.Contains("slower", Assert.Single(slow.Faults), StringComparison.Ordinal);
        Assert.Equal(Options.Attempts, slow.Figures!.Attempts);

        GateRow allocating = Row(sound with { Create = () => new InjectedWorkload(sound.Create(), objects: 1) }, baseline);
        Assert.Contains("allocates more", Assert.Single(allocating.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_workload_missing_from_the_baseline_fails()
    {
        GateResult result = new GateRun([Plain("a"), Plain("b")], Options).Compare(BaselineOf(("a", 100)));
        Assert.Equal(["a: True", "b: False"], result.Rows.Select(r => $"{r.Name}: {r.Passed}"));
        Assert.Contains("missing from the baseline", Assert.Single(result.Rows[1].Faults), StringComparison.Ordinal);
        Assert.False(result.Passed);
    }

    [Fact]
    public void A_workload_missing_from_the_run_fails()
    {
        GateResult result = new GateRun([Plain("a")], Options).Compare(BaselineOf(("a", 100), ("gone", 1)));
        Assert.Equal(["a: True", "gone: False"], result.Rows.Select(r => $"{r.Name}: {r.Passed}"));
        Assert.Contains("missing from the run", Assert.Single(result.Rows[1].Faults), StringComparison.Ordinal);
        Assert.False(result.Passed);
        Assert.False(new GateRun([], Options).Compare(BaselineOf()).Passed);
    }

    [Fact]
    public void A_workload_whose_work_comes_out_wrong_fails()
    {
        GatedWorkload broken = Plain("a") with { Create = () => new BrokenWorkload() };
        GateRow row = Assert.Single(new GateRun([broken], Options).Compare(BaselineOf(("a", 100))).Rows);
        Assert.Contains("3 of 4", Assert.Single(row.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_processor_is_held_to_the_slowest_known_one_with_a_wide_bound()
    {
        Baseline baseline = new("r", "d", "m", new() { ["a"] = new BaselineRow(0, new() { ["known"] = 0.01, ["slower"] = 0.8 }) });
        GateRow foreign = Assert.Single(new GateRun([Plain("a")], Options, "unknown").Compare(baseline).Rows);
        Assert.Equal((0.8, 2.0, true), (foreign.BaselineRatio, foreign.Figures!.Bound, foreign.Passed));
        GateResult known = new GateRun([Plain("a")], Options, "known").Compare(baseline);
        Assert.False(known.IsForeign);
        Assert.False(known.Passed);
    }

    [Fact]
    public void An_update_moves_the_other_processors_ratios_by_as_much_as_this_ones()
    {
        Baseline previous = new("r", "d", "m", new()
        {
            ["a"] = new BaselineRow(0, new() { ["here"] = 0.5, ["there"] = 0.6 }),
            ["b"] = new BaselineRow(3, new() { ["there"] = 7 }),
        });
        Baseline updated = new GateRun([Plain("a")], Options, "here").Measure(previous, " faster reference ");
        SortedDictionary<string, double> ratios = updated.Rows["a"].Ratios;
        Assert.Equal("faster reference", updated.Reason);
        Assert.InRange(ratios["here"], 0.8, 1.25);
        Assert.Equal(ratios["here"] * 0.6 / 0.5, ratios["there"], 0.001);
        Assert.Equal(previous.Rows["b"], updated.Rows["b"]);
    }

    private static (Baseline Baseline, GateRow Unchanged, GateRow Slow) Measured(GatedWorkload sound)
    {
        Baseline baseline = new GateRun([sound], Options).Measure(null, "measured by the test");
        return (baseline, Row(sound, baseline), Row(sound with { Create = () => new InjectedWorkload(sound.Create(), slowdown: 0.3) }, baseline));
    }

    private static GatedWorkload Plain(string name) => new(name, "test", () => new ArithmeticLoad(), () => new ArithmeticLoad());

    private static GateRow Row(GatedWorkload workload, Baseline baseline) => Assert.Single(new GateRun([workload], Options).Compare(baseline).Rows);

    private static Baseline BaselineOf(params (string Name, double Ratio)[] rows) =>
        new("r", "d", "m", new(rows.ToDictionary(r => r.Name, r => new BaselineRow(0, new() { ["any"] = r.Ratio }))));

    private sealed class BrokenWorkload : Workload
    {
        public override int OperationsPerIteration => 4;

        public override void Run(int iterations) => throw new InvalidOperationException("3 of 4 rows were encoded.");
    }
}
