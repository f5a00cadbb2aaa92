using System.Globalization;
using System.Text;
using System.Xml.Linq;
using HyperIngest.LoadGen.Devices.Faults;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>A fault with all its windows.</summary>
/// <param name="Label">Its name on the page, such as <c>F1</c>.</param>
/// <param name="Fault">What it was.</param>
/// <param name="Windows">When, in order.</param>
internal sealed record FaultLane(string Label, FaultSpec Fault, IReadOnlyList<FaultMark> Windows);

/// <summary>Stages and faults of a run on the axis of time. They are drawn once in the page, and every chart of the run refers to the drawing.</summary>
internal sealed class TimeMarks
{
    // Rows below an axis; with more faults than that the last row has all the others.
    private const int MostRows = 4;

    // A window is drawn at least so wide, in units of the box, or it would not be seen.
    private const double LeastWidth = 2;

    private readonly string _id;
    private readonly TimeScale _time;

    /// <summary>The marks of <paramref name="run"/>.</summary>
    /// <param name="id">Tells this run's drawing from another's.</param>
    /// <param name="run">The run.</param>
    /// <param name="time">The axis.</param>
    public TimeMarks(string id, LoadRun run, TimeScale time)
    {
        (_id, _time) = (id, time);
        Stages = run.Stages;
        Faults =
        [
            .. run.Faults.GroupBy(m => m.Fault).Select(g => g.OrderBy(m => m.From).ToArray()).OrderBy(g => g[0].From)
                .Select((g, i) => new FaultLane($"F{i + 1}", g[0].Fault, g)),
        ];
        Rows = Faults.Count <= MostRows
            ? [.. Faults.Select(f => (f.Label, f.Windows))]
            : [.. Faults.Take(MostRows - 1).Select(f => (f.Label, f.Windows)), ($"F{MostRows}+", [.. Faults.Skip(MostRows - 1).SelectMany(f => f.Windows)])];
    }

    /// <summary>The run's stages.</summary>
    public IReadOnlyList<LoadStage> Stages { get; }

    /// <summary>The run's faults, numbered in the order they came.</summary>
    public IReadOnlyList<FaultLane> Faults { get; }

    /// <summary>Rows below an axis: a label, and when to mark.</summary>
    public IReadOnlyList<(string Label, IReadOnlyList<FaultMark> Windows)> Rows { get; }

    /// <summary>Where a stage lies, 0 to 1.</summary>
    public (double From, double To) Place(LoadStage stage) => (_time.Place(stage.From), _time.Place(stage.To));

    /// <summary>The drawing, which shows nothing by itself.</summary>
    public XElement Definitions() => Element("svg", Class("definitions"), Attribute("aria-hidden", "true"), Attribute("width", "0"), Attribute("height", "0"), Element("defs",
        Element("g", Attribute("id", $"marks-{_id}"),
            Element("path", Class("fault"), Attribute("d", Boxes(Faults.SelectMany(f => f.Windows)))),
            Element("path", Class("stage"), Attribute("d", Uprights(Stages.Where(s => s.From > 0).Select(s => _time.Place(s.From)))))),
        Rows.Select((row, i) => Element("path", Attribute("id", $"row-{_id}-{i}"), Class("window"), Attribute("d", Boxes(row.Windows))))));

    /// <summary>Refers to what lies behind a plot.</summary>
    public XElement Behind() => Element("use", Attribute("href", $"#marks-{_id}"));

    /// <summary>Refers to a row below an axis.</summary>
    public XElement Row(int index) => Element("use", Attribute("href", $"#row-{_id}-{index}"));

    // Windows may lie over each other, when faults do: they are joined, or the shade would be darker there and the page larger.
    private string Boxes(IEnumerable<FaultMark> windows)
    {
        StringBuilder path = new();
        double from = double.NaN, to = double.NaN;
        foreach (FaultMark window in windows.OrderBy(w => w.From))
        {
            double left = _time.Place(window.From) * PathData.Width;
            double right = Math.Max(left + LeastWidth, _time.Place(window.To) * PathData.Width);
            if (left <= to)
            {
                to = Math.Max(to, right);
                continue;
            }
            Box(path, from, to);
            (from, to) = (left, right);
        }
        Box(path, from, to);
        return path.ToString();
    }

    private static void Box(StringBuilder path, double left, double right)
    {
        if (!double.IsNaN(left)) path.Append(CultureInfo.InvariantCulture, $"M{left:0.#} 0H{right:0.#}V{PathData.Height}H{left:0.#}Z");
    }

    private static string Uprights(IEnumerable<double> places) =>
        string.Concat(places.Select(p => string.Create(CultureInfo.InvariantCulture, $"M{p * PathData.Width:0.#} 0V{PathData.Height}")));
}
