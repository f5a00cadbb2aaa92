using System.Globalization;
using System.Xml.Linq;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>
/// Writes a chart. The plot is an SVG that stretches to the room there is, its lines staying as thin as they are; the words around it are HTML, which stays as large as it is on
/// a screen of any width.
/// </summary>
internal static class ChartWriter
{
    // The room a plot has on a wide screen, and what a letter of a stage's name takes, in pixels.
    private const double WholeRoom = 900, HalfRoom = 400, LetterWidth = 6.6;

    private static readonly string Box = string.Create(CultureInfo.InvariantCulture, $"0 0 {PathData.Width} {PathData.Height}");

    /// <summary>The chart as a figure.</summary>
    public static XElement Write(Chart chart) => Element("figure", Class(chart.IsTall ? "chart tall" : "chart"),
        Element("figcaption", Element("h3", chart.Title, " ", Element("span", Class("unit"), chart.Unit)), chart.Note.Length > 0 ? Element("p", chart.Note) : null),
        Element("div", Class(chart.Panels.Count > 1 ? "panels two" : "panels"), chart.Panels.Select(p => Panel(chart, p))));

    private static XElement Panel(Chart chart, ChartPanel panel) => Element("div", Class("panel"),
        panel.Heading.Length > 0 ? Element("p", Class("run"), panel.Heading) : null,
        Element("ul", Class("legend"), panel.Series.Select(Legend)),
        Element("div", Class("frame"),
            panel.Marks is { Stages.Count: > 0 } staged ? Stages(staged, chart.Panels.Count > 1) : null,
            Element("div", Class("y"), Attribute("aria-hidden", "true"),
                chart.Y.Ticks.Where(t => t.Label.Length > 0).Select(t => Element("span", Attribute("style", $"bottom:{Percent(t.Place)}"), t.Label))),
            Element("div", Class("view"), Plot(chart, panel)),
            panel.Marks?.Rows.Select((row, i) => FaultRow(panel.Marks, row.Label, i)),
            Element("div", Class("x"), Attribute("aria-hidden", "true"),
                chart.X.Ticks.Where(t => t.Label.Length > 0)
                    .Select(t => Element("span", t.IsFirst ? null : Class("wide"), Attribute("style", $"left:{Percent(t.Place)}"), t.Label)))));

    private static XElement Legend(ChartSeries series) => Element("li",
        Element("svg", Class("swatch"), Attribute("viewBox", "0 0 28 10"), Attribute("aria-hidden", "true"), Element("path", Class(Css(series.Ink)), Attribute("d", "M0 5H28"))),
        Element("span", Element("b", series.Name), series.Summary.Length > 0 ? " " + series.Summary : null));

    private static XElement Plot(Chart chart, ChartPanel panel)
    {
        string id = "plot-" + string.Concat(chart.Title.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')) + "-" + panel.Id;
        int columns = chart.Panels.Count > 1 ? PathData.Width / 2 : PathData.Width;
        string grid = string.Concat(chart.Y.Ticks.Select(t => Line($"M0 {Down(t.Place)}H{PathData.Width}")));
        string uprights = string.Concat(chart.X.Ticks.Select(t => Line($"M{t.Place * PathData.Width:0.#} 0V{PathData.Height}")));
        return Element("svg", Class("plot"), Attribute("viewBox", Box), Attribute("preserveAspectRatio", "none"), Attribute("role", "img"),
            Attribute("aria-labelledby", $"{id}-title {id}-desc"),
            Attribute("data-x", chart.X.Formula), Attribute("data-y", chart.Y.Formula), Attribute("data-measure", chart.Measure.ToString().ToLowerInvariant()),
            Element("title", Attribute("id", $"{id}-title"), $"{chart.Title}, {chart.Unit}{(panel.Heading.Length > 0 ? ": " + panel.Heading : "")}"),
            Element("desc", Attribute("id", $"{id}-desc"), Describe(chart, panel)),
            panel.Marks?.Behind(),
            Element("path", Class("grid"), Attribute("d", grid + uprights)),
            panel.Series.Where(s => s.Points.Count > 0).SelectMany(s => Paths(chart, s, columns)));
    }

    private static IEnumerable<XElement> Paths(Chart chart, ChartSeries series, int columns)
    {
        IEnumerable<(double X, double Y)> places = series.Points.Select(p => (chart.X.Place(p.X), double.IsFinite(p.Y) ? chart.Y.Place(p.Y) : double.NaN));
        if (series.Shape == SeriesShape.Area) yield return Element("path", Class($"{Css(series.Ink)} area"), Attribute("d", PathData.Area(places, columns)));
        string data = series.Shape == SeriesShape.Stems ? PathData.Stems(places, columns) : PathData.Line(places, columns);
        yield return Element("path", Class(series.Shape == SeriesShape.Area ? $"{Css(series.Ink)} edge" : Css(series.Ink)), Attribute("data-name", series.Name), Attribute("d", data));
    }

    private static string Describe(Chart chart, ChartPanel panel)
    {
        string axis = $"From {chart.X.Ticks[0].Label} to {chart.X.Ticks[^1].Label}, upright from {chart.Y.Ticks[0].Label} to {chart.Y.Ticks[^1].Label}.";
        return string.Join(' ', panel.Series.Select(s => s.Summary.Length > 0 ? $"{s.Name}: {s.Summary}." : $"{s.Name}.").Prepend(axis));
    }

    private static XElement Stages(TimeMarks marks, bool isHalf) => Element("div", Class("stages"), Attribute("aria-hidden", "true"), marks.Stages.Select((stage, i) =>
    {
        (double from, double to) = marks.Place(stage);
        string number = (i + 1).ToString(CultureInfo.InvariantCulture);
        double room = (to - from) * (isHalf ? HalfRoom : WholeRoom);
        return Element("span", Attribute("style", $"left:{Percent(from)};width:{Percent(to - from)}"), Attribute("title", $"{number} {stage.Name}"),
            room > LetterWidth * (number.Length + 1) ? Element("b", number) : null,
            room > LetterWidth * (number.Length + stage.Name.Length + 3) ? Element("i", stage.Name) : null);
    }));

    private static IEnumerable<XElement> FaultRow(TimeMarks marks, string label, int index) =>
    [
        Element("span", Class("row-label"), Attribute("aria-hidden", "true"), label),
        Element("svg", Class("row"), Attribute("viewBox", Box), Attribute("preserveAspectRatio", "none"), Attribute("aria-hidden", "true"), marks.Row(index)),
    ];

    private static string Css(Ink ink) => ink switch { Ink.Main => "k1", Ink.Second => "k2", Ink.Third => "k3", Ink.Fourth => "k4", _ => "k0" };

    private static string Line(FormattableString path) => FormattableString.Invariant(path);

    private static string Down(double place) => ((1 - place) * PathData.Height).ToString("0", CultureInfo.InvariantCulture);
}
