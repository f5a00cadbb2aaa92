using System.Globalization;
using System.Text;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Ceilings;

/// <summary>Stages as a human reads them: plain text, aligned.</summary>
internal static class CeilingsText
{
    private const int NameWidth = 46;
    private const int TargetWidth = 62;
    private const int LineWidth = 150;

    /// <summary>A measured stage.</summary>
    public static string Render(StageReport stage)
    {
        StringBuilder text = new();
        string clock = stage.Clock == StageClock.Wall ? "" : " a core";
        text.AppendLine(CultureInfo.InvariantCulture, $"{stage.Name}, {stage.Unit}/s{clock}: median, worst and best of {stage.Product.Rates.Count} rounds; how many times it the product is");
        foreach (ContenderFigure figure in stage.Figures)
        {
            string ratio = figure == stage.Product ? "" : string.Create(CultureInfo.InvariantCulture, $"x {stage.RatioTo(figure.Name),-8:0.###}");
            string allocated = figure.AllocatedBytes < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{figure.AllocatedBytes:N0} B");
            string range = $"({Scaled(figure.Least)} to {Scaled(figure.Best)})";
            string elapsed = figure.ElapsedMedian is { } rate ? $"elapsed {Scaled(rate)}/s" : "";
            text.AppendLine($"  {figure.Name,-NameWidth} {Scaled(figure.Median),10}  {range,-24} {ratio,-10} {allocated}{elapsed}".TrimEnd());
        }
        foreach (string line in Wrapped(stage.Includes)) text.Append("  ").AppendLine(line);
        foreach (PromiseReport target in stage.Targets) text.AppendLine(Render(target));
        return text.ToString();
    }

    /// <summary>A sink whose demo was run.</summary>
    public static string Render(SinkCeiling sink)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{sink.Sink}: {sink.ReadingsPerS:N0} readings/s the whole way, which is {sink.Ratio:0.###} of {sink.Of}");
        foreach (PromiseReport target in sink.Targets) text.AppendLine(Render(target));
        return text.ToString();
    }

    /// <summary>1234567 as <c>1.23 M</c>.</summary>
    internal static string Scaled(double rate) => rate switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:0.00} G"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{rate / 1e6:0.0} M"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{rate / 1e3:0.0} k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}"),
    };

    private static string Render(PromiseReport target) => string.Create(CultureInfo.InvariantCulture,
        $"  {(target.Kept ? "kept  " : "BROKEN")} {target.Name,-TargetWidth} {target.Target,-16} {target.Actual:0.###}");

    private static IEnumerable<string> Wrapped(string text)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' '))
        {
            if (line.Length + word.Length >= LineWidth)
            {
                yield return line.ToString();
                line.Clear();
            }
            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }
        yield return line.ToString();
    }
}
