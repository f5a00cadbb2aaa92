using System.Globalization;
using System.Text;

namespace HyperIngest.Core.Telemetry;

/// <summary>Writes a registry in the Prometheus text exposition format, version 0.0.4.</summary>
public static class PrometheusText
{
    /// <summary>The content type of what <see cref="Write"/> writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    // Upper bounds in seconds: 1 ms to 10 s by 1-2.5-5 steps, wide enough for a poll and fine enough for the 250 ms promise.
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>All metrics of the registry as text.</summary>
    public static string Write(MetricRegistry registry)
    {
        StringBuilder text = new();
        foreach (MetricFamily family in registry.Snapshot())
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help.Replace("\\", "\\\\").Replace("\n", "\\n")).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeName(family.Type)).Append('\n');
            foreach (MetricMember member in family.Members.ToArray()) WriteMember(text, family.Name, member);
        }
        return text.ToString();
    }

    private static string TypeName(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Gauge => "gauge",
        _ => "histogram",
    };

    private static void WriteMember(StringBuilder text, string name, MetricMember member)
    {
        if (member.Counter is { } counter) Sample(text, name, "", member.Labels, null, counter.Value);
        else if (member.Gauge is { } gauge) Sample(text, name, "", member.Labels, null, gauge());
        else if (member.Histogram is { } histogram)
        {
            foreach (double bound in Bounds)
            {
                Sample(text, name, "_bucket", member.Labels, Number(bound), histogram.CountUpTo(TimeSpan.FromSeconds(bound)));
            }
            Sample(text, name, "_bucket", member.Labels, "+Inf", histogram.Total);
            Sample(text, name, "_sum", member.Labels, null, histogram.SumSeconds);
            Sample(text, name, "_count", member.Labels, null, histogram.Total);
        }
    }

    private static void Sample(StringBuilder text, string name, string suffix, MetricLabel[] labels, string? le, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || le is not null)
        {
            text.Append('{');
            for (int i = 0; i < labels.Length; i++)
            {
                if (i > 0) text.Append(',');
                text.Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
            }
            if (le is not null) text.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(le).Append('"');
            text.Append('}');
        }
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
