using System.Xml.Linq;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>The whole run in figures.</summary>
internal static class FiguresSection
{
    // Nearer to what the generator reaches by itself than this, a run may show the generator's limit and not the product's.
    private const double NearCeiling = 0.8;

    /// <summary>The percentiles that a report names.</summary>
    public static IReadOnlyList<(string Name, double Share)> Percentiles { get; } =
        [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999), ("max", 1)];

    /// <summary>Rate, latency, what it took, and what was not offered.</summary>
    public static XElement Of(RunView view)
    {
        LoadRun run = view.Run;
        LoadReport report = run.Report;
        return Element("section", Class("figures"),
            view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null,
            Element("dl",
                Figure("Delivered", Quantity.Rate(report.ReadingsPerS), $"{Quantity.Count(report.Readings)} readings in {Quantity.Seconds(report.Seconds)}"),
                Percentiles.Where(p => p.Share is 0.5 or 0.99 or 0.999).Select(p => Figure("Latency " + p.Name, Quantity.Ms(view.LatencyMs(p.Share)), "from the intended time")),
                Figure("Latency max", Quantity.Ms(view.LatencyMs(1)), "from the intended time"),
                Figure("Product", Quantity.Cores(report.CpuCores) + " cores", report.Simulator is { } s ? $"simulator {Quantity.Cores(s.CpuCores)} cores" : "kept busy"),
                Figure("Memory", Quantity.Bytes(report.RssMb * (1 << 20)), "resident, at most"),
                Figure("Allocated", Quantity.Exact(report.AllocatedBytesPerReading) + "\u00A0B", $"a reading; collections {report.Gc.Gen0} / {report.Gc.Gen1} / {report.Gc.Gen2}")));
    }

    /// <summary>What was due and what became of it, and how near the run came to what the generator can do.</summary>
    public static XElement Offered(RunView view)
    {
        LoadRun run = view.Run;
        OfferedReport offered = run.Offered;
        return Element("section", Class("offered"),
            view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null,
            Table(["Readings", "#Count", "#Of the scheduled"],
            [
                Row("scheduled", offered.Scheduled), Row("offered", offered.Offered), Row("not offered", offered.NotOffered), Row("failed", offered.Failed), Row("delivered", run.Report.Readings),
            ]),
            Element("p", Class("note"), "Not offered: the device was busy, unreachable or backing off when its poll was due. Failed: the poll was begun and had no good answer."),
            Element("p", Ceiling(view)),
            run.Report is { CeilingRatio: { } ratio, CeilingOf: { } of } ? Element("p", $"The run reached {Quantity.Share(ratio)} of {of}.") : null);

        IReadOnlyList<object> Row(string name, long count) => [name, Quantity.Count(count), Quantity.Share((double)count / offered.Scheduled)];
    }

    private static string Ceiling(RunView view)
    {
        if (view.Run.Generator is not { } generator) return "The generator\u2019s own ceiling was not measured: what limits a run at its highest rate cannot be told from this page.";
        double share = view.MostScheduledPerS / generator.ReadingsPerS;
        string judged = share >= NearCeiling
            ? "That is near: what limits the run there may be the generator and not the product."
            : "That leaves room: it is hardly the generator that limits the run.";
        return $"By itself the generator reaches {Quantity.Rate(generator.ReadingsPerS)} ({generator.Of}). The most that was scheduled in a step is {Quantity.Rate(view.MostScheduledPerS)}, {Quantity.Share(share)} of it. {judged}";
    }

    private static XElement Figure(string name, string value, string note) => Element("div", Element("dt", name), Element("dd", Element("b", value), Element("span", note)));
}
