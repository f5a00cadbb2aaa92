using System.Globalization;
using System.Xml.Linq;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>What comes first: whether the run kept what it had to, and the four counts.</summary>
internal static class VerdictSection
{
    /// <summary>The verdict in a sentence, the four counts, and the thresholds with what was measured.</summary>
    public static XElement Of(RunView view)
    {
        LoadReport report = view.Run.Report;
        PromiseReport[] broken = [.. report.Promises.Where(p => !p.Kept)];
        (string css, string sign, string words) = report.Promises.Count == 0 ? ("open", "\u25CB", "No thresholds were set")
            : broken.Length == 0 ? ("kept", "\u2713", report.Promises.Count == 1 ? "The threshold was kept" : $"All {report.Promises.Count} thresholds were kept")
            : ("broken", "\u2717", broken.Length == 1 ? $"Broken: {broken[0].Name}, {Quantity.Exact(broken[0].Actual)} where {Target(broken[0])} was asked" : $"{broken.Length} of {report.Promises.Count} thresholds broken");
        return Element("section", Class("verdict"), Attribute("aria-label", view.Heading.Length > 0 ? $"Verdict of {view.Heading}" : "Verdict"),
            view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null,
            Element("p", Class($"banner {css}"), Element("span", Class("sign"), Attribute("aria-hidden", "true"), sign), Element("span", words)),
            Element("div", Class("counts"), Count("lost", report.Lost), Count("duplicated", report.Duplicated), Count("reordered", report.Reordered), Count("altered", report.Altered)),
            Element("p", Class("note"), $"of {Quantity.Count(report.Readings)} readings at the end of the route, each checked against what its device answered"),
            report.Promises.Count > 0 ? Thresholds(report.Promises) : null);
    }

    // What is broken is what one wants to see.
    private static XElement Thresholds(IReadOnlyList<PromiseReport> promises) => Table(["Threshold", "#Asked", "#Measured", "Verdict"],
        promises.OrderBy(p => p.Kept).Select(p => (IReadOnlyList<object>)[p.Name, Target(p), Quantity.Exact(p.Actual), Element("span", Class(p.Kept ? "good" : "bad"), p.Kept ? "\u2713\u00A0kept" : "\u2717\u00A0broken")]));

    // "<= 450000" as people write it; a bound of another form as it is.
    private static string Target(PromiseReport promise)
    {
        string[] words = promise.Target.Split(' ');
        string? sign = words[0] switch { "<=" => "\u2264", ">=" => "\u2265", _ => null };
        return sign is not null && words.Length == 2 && double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double limit)
            ? $"{sign}\u00A0{Quantity.Exact(limit)}"
            : promise.Target;
    }

    private static XElement Count(string name, long count) => Element("div", Class(count == 0 ? "count none" : "count some"),
        Element("b", Quantity.Count(count)), Element("span", name));
}
