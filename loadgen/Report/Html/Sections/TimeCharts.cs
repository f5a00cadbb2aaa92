using HyperIngest.LoadGen.Report.Html.Charts;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>What happened over the measured time.</summary>
internal sealed class TimeCharts(IReadOnlyList<RunView> runs, TimeScale time)
{
    // The histogram's first bucket: what is faster counts as this on an axis that has no zero.
    private const double LeastMs = 0.001;

    /// <summary>What was due, what was asked for, what arrived.</summary>
    public Chart Readings() => Over("Scheduled, offered, delivered", "readings a second", Measure.Count, Linear(Quantity.Short, s => Math.Max(s.ScheduledPerS, s.DeliveredPerS)), run =>
    [
        Steps(run, "Scheduled", Ink.Band, SeriesShape.Line, s => s.ScheduledPerS, Quantity.Rate),
        Steps(run, "Delivered", Ink.Main, SeriesShape.Line, s => s.DeliveredPerS, Quantity.Rate),
        Steps(run, "Offered", Ink.Second, SeriesShape.Line, s => s.OfferedPerS, Quantity.Rate),
    ], "Scheduled is what the profile asks for, whatever the product does; offered are the polls that took place; delivered is what reached the end of the route.") with
    { IsTall = true };

    /// <summary>Percentiles of each step.</summary>
    public Chart Latency()
    {
        LatencyReport[] all = [.. runs.SelectMany(r => r.Run.Samples).Select(s => s.LatencyMs).OfType<LatencyReport>()];
        double least = Math.Max(LeastMs, all.Length > 0 ? all.Min(l => l.P50) : 1);
        Scale scale = new LogScale(least, all.Length > 0 ? all.Max(l => l.Max) : 1, Quantity.Ms);
        return Over("Latency over time", "from the intended time, logarithmic", Measure.Ms, scale, run =>
        [
            Percentile(run, "max", Ink.Fourth, l => l.Max),
            Percentile(run, "p99.9", Ink.Second, l => l.P999),
            Percentile(run, "p99", Ink.Third, l => l.P99),
            Percentile(run, "p50", Ink.Main, l => l.P50),
        ], "Of the readings that arrived in each step, counted from when their poll was due: a reading whose poll had to wait has waited.") with
        { IsTall = true };
    }

    /// <summary>Processor time.</summary>
    public Chart Cpu() => Over("Processor", "cores kept busy", Measure.Count, Linear(Quantity.Number, s => Math.Max(s.CpuCores, s.SimulatorCpuCores)), run =>
    [
        Steps(run, "Simulator", Ink.Second, SeriesShape.Line, s => s.SimulatorCpuCores, Quantity.Cores),
        Steps(run, "Product", Ink.Main, SeriesShape.Line, s => s.CpuCores, Quantity.Cores),
    ], "");

    /// <summary>Memory.</summary>
    public Chart Memory() => Over("Resident memory", "of the product\u2019s process", Measure.Bytes, LinearScale.Bytes(Most(s => Bytes(s))), run =>
        [Steps(run, "Resident", Ink.Main, SeriesShape.Area, s => Bytes(s), Quantity.Bytes, withMean: false)], "");

    /// <summary>Collector pauses.</summary>
    public Chart Pauses()
    {
        double most = runs.SelectMany(r => r.Run.Pauses).Select(p => p.Ms).DefaultIfEmpty(0).Max();
        return Over("Collector pauses", "length of each", Measure.Ms, new LinearScale(most, Quantity.Ms), run =>
        [
            .. new[] { (0, Ink.Main), (1, Ink.Third), (2, Ink.Second) }.Select(generation => PausesOf(run, generation.Item1, generation.Item2)),
        ], "The process stands still while the collector works. Of pauses too close to be told apart the longest is drawn.");
    }

    /// <summary>The shards' rings.</summary>
    public Chart Rings() => Over("Ring fill", "of the fullest shard\u2019s ring", Measure.Share, new LinearScale(1, Quantity.Share), run =>
        [Steps(run, "Fullest ring", Ink.Main, SeriesShape.Area, s => s.RingFill, Quantity.Share, withMean: false)], "At 100 % the pollers wait: that is how the product slows its devices down.");

    /// <summary>The journal on disk.</summary>
    public Chart Journal() => Over("Journal", "bytes in its files", Measure.Bytes, LinearScale.Bytes(Most(s => s.JournalBytes)), run =>
        [Steps(run, "Journal", Ink.Main, SeriesShape.Area, s => s.JournalBytes, Quantity.Bytes, withMean: false)], "");

    /// <summary>What the sink is behind.</summary>
    public Chart Backlog() => Over("Lane backlog", "readings the sink has not taken", Measure.Count, Linear(Quantity.Short, s => s.LaneReadings), run =>
        [Steps(run, "Behind", Ink.Main, SeriesShape.Area, s => s.LaneReadings, Quantity.Count, withMean: false)], "They are in the journal: a backlog is waiting, not loss.");

    /// <summary>Faults that devices' clients met.</summary>
    public Chart Faults() => Over("Faults met by clients", "in each step", Measure.Count, Linear(Quantity.Short, s => s.Faults), run =>
        [Steps(run, "Faults", Ink.Second, SeriesShape.Area, s => s.Faults, Quantity.Count, withMean: false, $"{Quantity.Count(run.Run.Samples.Sum(s => s.Faults))} in all, ")],
        "Requests that timed out, were refused or answered wrongly.");

    private Chart Over(string title, string unit, Measure measure, Scale scale, Func<RunView, IReadOnlyList<ChartSeries>> series, string note) => new()
    {
        Title = title,
        Unit = unit,
        Measure = measure,
        Note = note,
        X = time,
        Y = scale,
        Panels = [.. runs.Select(run => new ChartPanel(run.Id, run.Heading, series(run), run.Marks))],
    };

    private LinearScale Linear(Func<double, string> label, Func<LoadSample, double> largest) => new(Most(largest), label);

    private double Most(Func<LoadSample, double> value) => runs.SelectMany(r => r.Run.Samples).Select(value).Where(double.IsFinite).DefaultIfEmpty(0).Max();

    private static double Bytes(LoadSample sample) => sample.RssMb * (1 << 20);

    private static ChartSeries Steps(
        RunView run, string name, Ink ink, SeriesShape shape, Func<LoadSample, double> value, Func<double, string> format, bool withMean = true, string before = "")
    {
        double from = 0, sum = 0, least = double.PositiveInfinity, most = double.NegativeInfinity;
        List<(double, double)> points = new(run.Run.Samples.Count * 2);
        foreach (LoadSample sample in run.Run.Samples)
        {
            double y = value(sample);
            points.Add((from, y));
            points.Add((sample.At, y));
            if (double.IsFinite(y))
            {
                sum += y * (sample.At - from);
                least = Math.Min(least, y);
                most = Math.Max(most, y);
            }
            from = sample.At;
        }
        if (least > most) return new ChartSeries(name, ink, shape, points, "nothing measured");
        string mean = withMean ? $"mean {format(sum / from)}, " : "";
        return new ChartSeries(name, ink, shape, points, $"{before}{mean}{format(least)} to {format(most)}");
    }

    private static ChartSeries Percentile(RunView run, string name, Ink ink, Func<LatencyReport, double> of) =>
        Steps(run, name, ink, SeriesShape.Line, s => s.LatencyMs is { } latency ? of(latency) : double.NaN, Quantity.Ms, withMean: false);

    private static ChartSeries PausesOf(RunView run, int generation, Ink ink)
    {
        GcPause[] pauses = [.. run.Run.Pauses.Where(p => p.Generation == generation).OrderBy(p => p.At)];
        string summary = pauses.Length == 0 ? "none" : $"{Quantity.Count(pauses.Length)}, longest {Quantity.Ms(pauses.Max(p => p.Ms))}, in all {Quantity.Ms(pauses.Sum(p => p.Ms))}";
        return new ChartSeries($"Generation {generation}", ink, SeriesShape.Stems, [.. pauses.Select(p => (p.At, p.Ms))], summary);
    }
}
