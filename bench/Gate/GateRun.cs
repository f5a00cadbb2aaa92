using System.Globalization;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Gate;

/// <summary>Measures workloads and holds them against a baseline.</summary>
/// <param name="workloads">What to measure, each name once.</param>
/// <param name="options">How.</param>
/// <param name="processor">The kind of processor whose figures count; null for this machine's.</param>
public sealed class GateRun(IReadOnlyList<GatedWorkload> workloads, GateOptions options, string? processor = null)
{
    // Measurements of a new baseline, each with workload and reference made anew; their median counts.
    private const int BaselineMeasurements = 3;

    // A ratio that has moved by less is taken for the same on the processors that are not at hand.
    private const double SameShare = 0.10;

    private readonly string _processor = processor ?? Processor.Kind;

    /// <summary>Called before a workload is measured, with its name.</summary>
    public Action<string> OnMeasuring { get; init; } = static _ => { };

    private static string Machine
    {
        get
        {
            MachineInfo machine = MachineInfo.Read();
            return $"{machine.Cpu} ({Processor.Kind}), {machine.Cores} cores, {machine.Os}, {machine.Dotnet}";
        }
    }

    /// <summary>Measures all workloads and compares. A workload that the baseline lacks fails, and so does a row of <paramref name="baseline"/> that is not among the workloads.</summary>
    public GateResult Compare(Baseline baseline)
    {
        List<GateRow> rows = [.. workloads.Select(w => Row(w, baseline))];
        HashSet<string> measured = [.. workloads.Select(w => w.Name)];
        foreach ((string name, BaselineRow row) in baseline.Rows.Where(r => !measured.Contains(r.Key)))
        {
            rows.Add(new GateRow(name, "", null, Reference(row).Ratio, row.BytesAnOperation, ["missing from the run: the baseline has it and no workload has its name"]));
        }
        return new GateResult(rows, Machine, !baseline.Rows.Values.Any(r => r.Ratios.ContainsKey(_processor)));
    }

    /// <summary>Measures all workloads for a new baseline. Rows of <paramref name="previous"/> that were not measured stay; of those that were, other processors' ratios move by as much as this one's.</summary>
    public Baseline Measure(Baseline? previous, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        SortedDictionary<string, BaselineRow> rows = previous is null ? [] : new(previous.Rows);
        foreach (GatedWorkload workload in workloads)
        {
            OnMeasuring(workload.Name);
            GateFigures[] measured = [.. Enumerable.Range(0, BaselineMeasurements).Select(_ => Measure(workload, options.Pairs))];
            double ratio = Math.Round(PairedSamples.Median(measured.Select(m => m.Ratio)), 4);
            SortedDictionary<string, double> ratios = [];
            if (rows.TryGetValue(workload.Name, out BaselineRow? row))
            {
                double factor = row.Ratios.TryGetValue(_processor, out double had) && Math.Abs((ratio / had) - 1) > SameShare ? ratio / had : 1;
                foreach ((string other, double value) in row.Ratios) ratios[other] = Math.Round(value * factor, 4);
            }
            ratios[_processor] = ratio;
            rows[workload.Name] = new BaselineRow(measured.Min(m => m.BytesAnOperation), ratios);
        }
        return new Baseline(reason.Trim(), DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Machine, rows);
    }

    private GateRow Row(GatedWorkload workload, Baseline baseline)
    {
        OnMeasuring(workload.Name);
        try
        {
            return Judge(workload, baseline);
        }
        catch (InvalidOperationException wrong)
        {
            return new GateRow(workload.Name, workload.Stage, null, null, null, [$"does its work wrong: {wrong.Message}"]);
        }
    }

    private GateRow Judge(GatedWorkload workload, Baseline baseline)
    {
        if (!baseline.Rows.TryGetValue(workload.Name, out BaselineRow? row))
        {
            return new GateRow(workload.Name, workload.Stage, Measure(workload, options.Pairs), null, null, ["missing from the baseline: run with --update \"why it is new\""]);
        }
        (double ratio, bool isForeign) = Reference(row);
        List<string> faults = [];
        GateFigures figures = null!;
        // Anew from the start each time: a bad place in memory is noise too.
        for (int attempt = 1; attempt <= options.Attempts; attempt++)
        {
            figures = Measure(workload, options.Pairs * Math.Min(1 << (attempt - 1), 4)) with { Attempts = attempt };
            if (isForeign) figures = figures with { Bound = Math.Max(figures.Bound, options.ForeignBound) };
            faults = [.. Faults(figures, ratio, row.BytesAnOperation)];
            if (faults.Count == 0) break;
        }
        return new GateRow(workload.Name, workload.Stage, figures, ratio, row.BytesAnOperation, faults);
    }

    private static IEnumerable<string> Faults(GateFigures figures, double ratio, double bytes)
    {
        double over = (figures.Ratio / ratio) - 1;
        if (over > figures.Bound)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"slower: {over:P0} over the baseline, the bound is {figures.Bound:P0}, in the last of {figures.Attempts} measurements and in each before");
        }
        // Counts, not times: the tolerance is for the last digit of the file's decimals alone, and zero has none.
        if (figures.BytesAnOperation > bytes * (1 + 1e-9))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"allocates more: {figures.BytesAnOperation:G6} bytes an operation, the baseline has {bytes:G6}");
        }
    }

    // On an unknown processor the slowest known one is the measure.
    private (double Ratio, bool IsForeign) Reference(BaselineRow row) =>
        row.Ratios.TryGetValue(_processor, out double ratio) ? (ratio, false) : (row.Ratios.Values.Max(), true);

    private GateFigures Measure(GatedWorkload gated, int pairs)
    {
        using Workload workload = gated.Create();
        using Workload reference = gated.CreateReference();
        PairedSamples samples = new PairedTimer(workload, reference, options).Take(pairs);
        double bound = workload.IsThreaded ? options.ThreadedBound : Math.Min(options.BoundFloor + samples.Spread, options.BoundCap);
        // After the timing, when all code is in its final form.
        return new GateFigures(samples.Nanoseconds, samples.Ratio, bound, AllocationMeter.BytesAnOperation(workload), 1);
    }
}
