using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using HyperIngest.LoadGen.Report.Html.Charts;
using HyperIngest.LoadGen.Report.Html.Sections;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html;

/// <summary>
/// A load run as one HTML file that needs nothing else: no network, no font, no other file, and no script to be read. The page forbids itself all of them, so that text of a
/// user could do nothing if it ever became markup. It is made of the <see cref="LoadRun"/> alone: the same run makes the same page.
/// </summary>
public static class LoadRunPage
{
    /// <summary>What the page is called in the folder of a run.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the page of <paramref name="run"/>; a file that is there is replaced.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(LoadRun run, string path) => File.WriteAllText(path, Render(run));

    /// <summary>Writes the page of two runs side by side on the same axes, with what is different; a file that is there is replaced.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(LoadRun a, LoadRun b, string path) => File.WriteAllText(path, Render(a, b));

    /// <summary>The page of one run.</summary>
    public static string Render(LoadRun run)
    {
        TimeScale time = new(RunView.Length(run));
        RunView view = new(run, "", time);
        return Markup.Write(Document(run.Name,
            Element("header", Element("p", Class("kind"), "Load run"), Element("h1", run.Name), Element("p", Class("when"), When(run))),
            VerdictSection.Of(view),
            Body([view], time)));
    }

    /// <summary>The page of two runs.</summary>
    public static string Render(LoadRun a, LoadRun b)
    {
        TimeScale time = new(Math.Max(RunView.Length(a), RunView.Length(b)));
        RunView first = new(a, "A", time), second = new(b, "B", time);
        return Markup.Write(Document($"{a.Name} and {b.Name}",
            Element("header", Element("p", Class("kind"), "Two load runs"),
                Element("h1", a.Name == b.Name ? a.Name : $"{a.Name} and {b.Name}"),
                Element("p", Class("when"), Element("b", "A"), " ", When(a), Element("br"), Element("b", "B"), " ", When(b))),
            Pair([first, second], VerdictSection.Of),
            Part("Differences", DifferenceSection.Figures(first, second)),
            Part("Machine and configuration: differences", DifferenceSection.Origins(first, second)),
            Body([first, second], time)));
    }

    private static IEnumerable<XElement?> Body(IReadOnlyList<RunView> runs, TimeScale time)
    {
        TimeCharts charts = new(runs, time);
        return
        [
            .. runs.Select(r => r.Marks.Definitions()),
            Part("In figures", Pair(runs, FiguresSection.Of)),
            Part("Readings", ChartWriter.Write(charts.Readings()), Pair(runs, MarksSection.Stages), Pair(runs, FiguresSection.Offered)),
            Part("Latency", ChartWriter.Write(charts.Latency()), ChartWriter.Write(DistributionChart.Of(runs)), Percentiles(runs)),
            Part("What it took", ChartWriter.Write(charts.Cpu()), ChartWriter.Write(charts.Memory()), ChartWriter.Write(charts.Pauses())),
            Part("Where readings waited", ChartWriter.Write(charts.Rings()), ChartWriter.Write(charts.Journal()), ChartWriter.Write(charts.Backlog())),
            Part("Faults", Pair(runs, MarksSection.Faults) ?? Element("p", "None were made."), ChartWriter.Write(charts.Faults())),
            Part("Machine", Pair(runs, OriginSection.Machine)),
            Part("To repeat it", Pair(runs, OriginSection.Command)),
            Part("Configuration", Pair(runs, OriginSection.Configuration)),
        ];
    }

    private static XElement Percentiles(IReadOnlyList<RunView> runs) => Element("section", Class("percentiles"), Table(
        ["Percentile", .. runs.Select(r => r.Letter.Length > 0 ? "#" + r.Letter : "#Latency")],
        FiguresSection.Percentiles.Select(p => (IReadOnlyList<object>)[p.Name, .. runs.Select(r => Quantity.Ms(r.LatencyMs(p.Share)))])));

    private static XElement Part(string title, params ReadOnlySpan<object?> content) => Element("section", Class("part"), Element("h2", title), content.ToArray());

    // One run as it is, two beside each other; null when there is nothing of any.
    private static XElement? Pair(IReadOnlyList<RunView> runs, Func<RunView, XElement?> of)
    {
        XElement?[] all = [.. runs.Select(of)];
        return all.All(e => e is null) ? null : all.Length == 1 ? all[0] : Element("div", Class("pair"), all.Select(e => e ?? Element("p", Class("note"), "None.")));
    }

    private static string When(LoadRun run) => $"{Quantity.Moment(run.Started)} \u00B7 {Quantity.Seconds(run.Report.Seconds)} \u00B7 {run.Report.Route} \u00B7 HyperIngest {run.ProgramVersion}";

    private static XElement Document(string title, params ReadOnlySpan<object?> content) => Element("html", Attribute("lang", "en"),
        Element("head",
            Element("meta", Attribute("charset", "utf-8")),
            Element("meta", Attribute("http-equiv", "Content-Security-Policy"), Attribute("content", Policy())),
            Element("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1")),
            Element("meta", Attribute("name", "color-scheme"), Attribute("content", "light dark")),
            Element("title", title + " \u00B7 HyperIngest"),
            Element("style", new RawText(PageStyle.Text))),
        Element("body", Element("main", content.ToArray()), Element("script", new RawText(PageScript.Text))));

    // Nothing from anywhere, and of scripts this one alone.
    private static string Policy() =>
        $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(PageScript.Text)))}'; base-uri 'none'; form-action 'none'";
}
