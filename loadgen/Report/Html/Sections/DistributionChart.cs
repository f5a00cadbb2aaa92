using HyperIngest.LoadGen.Report.Html.Charts;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>The whole distribution of latency, as an HDR plot has it: every further nine of the percentile as wide as the one before. Two runs lie over each other.</summary>
internal static class DistributionChart
{
    // Two lines that are to be told apart where they cross.
    private static readonly Ink[] Inks = [Ink.Main, Ink.Second];

    /// <summary>The chart.</summary>
    public static Chart Of(IReadOnlyList<RunView> runs)
    {
        double[] all = [.. runs.SelectMany(r => r.Run.Latency).Select(p => p.Ms).Where(ms => ms > 0)];
        double error = runs.Max(r => r.Run.LatencyError);
        return new Chart
        {
            Title = "Latency distribution",
            Unit = "from the intended time, logarithmic",
            Measure = Measure.Ms,
            Note = $"Read it so: on the right of 99 % lie the slowest readings of every hundred. A latency is the upper end of its bucket in a histogram: the true one is less by at most {Quantity.Share(error)}.",
            X = new PercentileScale(runs.Max(r => r.Run.Report.Readings)),
            Y = all.Length > 0 ? new LogScale(all.Min(), all.Max(), Quantity.Ms) : new LogScale(1, 10, Quantity.Ms),
            Panels = [new ChartPanel("all", "", [.. runs.Select((run, i) => Curve(run, Inks[i]))], null)],
            IsTall = true,
        };
    }

    private static ChartSeries Curve(RunView run, Ink ink)
    {
        List<(double, double)> points = new(run.Run.Latency.Count * 2);
        double before = 0;
        foreach (LatencyPoint point in run.Run.Latency)
        {
            points.Add((before, point.Ms));
            points.Add((point.Share, point.Ms));
            before = point.Share;
        }
        string name = run.Heading.Length > 0 ? run.Heading : "All readings";
        return new ChartSeries(name, ink, SeriesShape.Line, points, $"{Quantity.Count(run.Run.Report.Readings)} readings");
    }
}
