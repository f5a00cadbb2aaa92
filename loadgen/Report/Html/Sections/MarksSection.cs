using System.Globalization;
using System.Xml.Linq;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Report.Html.Charts;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>The stages and faults that charts mark, with their names.</summary>
internal static class MarksSection
{
    // A fault that comes again and again is told by its first windows and a number.
    private const int MostWindows = 5;

    /// <summary>The stages; null without any.</summary>
    public static XElement? Stages(RunView view) => view.Marks.Stages.Count == 0 ? null : Section(view, "stages-of", Table(["Stage", "Name", "#From", "#To"],
        view.Marks.Stages.Select((s, i) => (IReadOnlyList<object>)[(i + 1).ToString(CultureInfo.InvariantCulture), s.Name, Quantity.Seconds(s.From), Quantity.Seconds(s.To)])));

    /// <summary>The faults; null without any.</summary>
    public static XElement? Faults(RunView view) => view.Marks.Faults.Count == 0 ? null : Section(view, "faults-of", Table(["Mark", "Fault", "Devices", "Requests hit", "In force", "#Hits"],
        view.Marks.Faults.Select(lane => (IReadOnlyList<object>)[lane.Label, Name(lane.Fault), lane.Fault.Devices, Which(lane.Fault), When(lane), Quantity.Count(lane.Windows.Sum(w => w.Hits))])));

    private static XElement Section(RunView view, string css, XElement table) =>
        Element("section", Class(css), view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null, table);

    // The name and what belongs to this kind alone.
    private static string Name(FaultSpec fault)
    {
        string name = string.Concat(fault.Kind.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
        string pause = Quantity.Ms(fault.Pause.TotalMilliseconds);
        return fault.Kind switch
        {
            FaultKind.Delay when fault.Jitter > TimeSpan.Zero => $"{name} of {pause} and up to {Quantity.Ms(fault.Jitter.TotalMilliseconds)} more",
            FaultKind.Delay => $"{name} of {pause}",
            FaultKind.Trickle => $"{name}, {pause} between bytes",
            FaultKind.Exception => string.Create(CultureInfo.InvariantCulture, $"{name} {fault.ExceptionCode}"),
            FaultKind.ClockSkew => $"{name} of {Quantity.Ms(fault.Skew.TotalMilliseconds)}",
            _ => name,
        };
    }

    private static string Which(FaultSpec fault)
    {
        List<string> which = [];
        if (fault.Chance < 1) which.Add(Quantity.Share(fault.Chance));
        if (fault.Every > 1) which.Add($"one in {Quantity.Count(fault.Every)}");
        if (which.Count == 0) which.Add("every one");
        if (fault.After > 0) which.Add($"after the first {Quantity.Count(fault.After)}");
        if (fault.Requests is { } most) which.Add($"at most {Quantity.Count(most)} a device");
        return string.Join(", ", which);
    }

    private static string When(FaultLane lane)
    {
        string windows = string.Join(", ", lane.Windows.Take(MostWindows).Select(w => $"{Quantity.Seconds(w.From)} to {Quantity.Seconds(w.To)}"));
        return lane.Windows.Count > MostWindows ? $"{windows} and {lane.Windows.Count - MostWindows} times more" : windows;
    }
}
