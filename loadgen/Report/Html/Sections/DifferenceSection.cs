using System.Globalization;
using System.Xml.Linq;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>What is different between two runs: figures, machine, configuration.</summary>
internal static class DifferenceSection
{
    // What one digit behind the point of a percentage does not show.
    private const double LeastToldShare = 0.0005;

    /// <summary>Every figure of both, and what changed from A to B.</summary>
    public static XElement Figures(RunView a, RunView b)
    {
        double error = a.Run.LatencyError + b.Run.LatencyError;
        return Element("section", Class("differences"),
            Table(["Figure", "#A", "#B", "#Change", "#Relative"],
            [
                Row("Delivered", r => r.Run.Report.ReadingsPerS, Quantity.Rate),
                Row("Scheduled", r => r.ScheduledPerS, Quantity.Rate),
                Row("Not offered, of the scheduled", r => r.NotOfferedShare, Quantity.Share),
                Row("Failed", r => r.Run.Offered.Failed, Quantity.Count),
                .. FiguresSection.Percentiles.Select(p => Row("Latency " + p.Name, r => r.LatencyMs(p.Share), Quantity.Ms, error)),
                Row("Product, cores", r => r.Run.Report.CpuCores, Quantity.Exact),
                Row("Simulator, cores", r => r.Run.Report.Simulator?.CpuCores ?? double.NaN, Quantity.Exact),
                Row("Readings a core second", r => r.Run.Report.ReadingsPerS / r.Run.Report.CpuCores, Quantity.Count),
                Row("Resident memory, at most", r => r.Run.Report.RssMb * (1 << 20), Quantity.Bytes),
                Row("Allocated a reading, bytes", r => r.Run.Report.AllocatedBytesPerReading, Quantity.Exact),
                Row("Collector pauses, in all", r => r.PausedMs, Quantity.Ms),
                Row("Lost", r => r.Run.Report.Lost, Quantity.Count),
                Row("Duplicated", r => r.Run.Report.Duplicated, Quantity.Count),
                Row("Reordered", r => r.Run.Report.Reordered, Quantity.Count),
                Row("Altered", r => r.Run.Report.Altered, Quantity.Count),
            ]),
            Element("p", Class("note"), "The change is from A to B. These are two single runs: they do not tell how far runs of one and the same configuration differ. A latency changed less than its histogram can tell is marked \u2248."));

        IReadOnlyList<object> Row(string name, Func<RunView, double> of, Func<double, string> format, double uncertainty = 0)
        {
            (double from, double to) = (of(a), of(b));
            return [name, format(from), format(to), Change(to - from, format), Relative(from, to, uncertainty)];
        }
    }

    /// <summary>Machine, program and configuration, where they differ.</summary>
    public static XElement Origins(RunView a, RunView b)
    {
        Dictionary<string, string> ofB = OriginSection.Facts(b.Run).ToDictionary(f => f.Name, f => f.Value);
        Dictionary<string, string> ofA = OriginSection.Facts(a.Run).ToDictionary(f => f.Name, f => f.Value);
        IReadOnlyList<object>[] facts =
        [
            .. ofA.Keys.Union(ofB.Keys).Where(n => ofA.GetValueOrDefault(n) != ofB.GetValueOrDefault(n))
                .Select(n => (IReadOnlyList<object>)[n, ofA.GetValueOrDefault(n, Quantity.None), ofB.GetValueOrDefault(n, Quantity.None)]),
        ];
        return Element("section", Class("origins"),
            facts.Length > 0 ? Table(["", "A", "B"], facts) : Element("p", "Machine, program and route are the same, as far as the runs say."),
            Texts("Profile", a.Run.ProfileText, b.Run.ProfileText),
            Texts("Plant", a.Run.PlantText ?? "", b.Run.PlantText ?? ""));
    }

    private static IEnumerable<XElement> Texts(string title, string a, string b)
    {
        if (a == b) return [Element("p", a.Length > 0 ? $"{title}: the same in both." : $"{title}: none of its own in either.")];
        IReadOnlyList<LineDiff.Line>? lines = LineDiff.Of(a, b);
        return lines is null
            ? [Element("p", $"{title}: they differ, and are too long to be compared line by line here.")]
            : [Element("h3", title, " ", Element("span", Class("unit"), "\u2212 only in A, + only in B")), Element("pre", Class("diff"), lines.Select(Line))];
    }

    private static XElement Line(LineDiff.Line line) => line.Side switch
    {
        LineDiff.Side.A => Element("del", "\u2212 " + line.Text + "\n"),
        LineDiff.Side.B => Element("ins", "+ " + line.Text + "\n"),
        _ => Element("span", "  " + line.Text + "\n"),
    };

    private static string Change(double change, Func<double, string> format)
    {
        if (!double.IsFinite(change)) return Quantity.None;
        if (change == 0) return "0";
        string size = format(Math.Abs(change));
        return size == format(0) ? "\u2248\u00A00" : (change > 0 ? "+" : "\u2212") + size;
    }

    private static string Relative(double from, double to, double uncertainty)
    {
        if (!double.IsFinite(from) || !double.IsFinite(to)) return Quantity.None;
        if (from == to) return "same";
        if (from == 0) return "from 0";
        double change = to / from - 1;
        if (Math.Abs(change) < LeastToldShare) return "\u2248\u00A00\u00A0%";
        string sign = Math.Abs(change) <= uncertainty ? "\u2248\u00A0" : "";
        return sign + (change > 0 ? "+" : "\u2212") + string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(change) * 100:#,0.0}\u00A0%");
    }
}
