using System.Globalization;
using System.Text;
using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.LoadGen.Report;

/// <summary>A load run as a human reads it on a terminal: what was asked, what became of it, and the report.</summary>
public static class LoadRunText
{
    private const int LabelWidth = 26;

    /// <summary>The summary, plain text, aligned as the report is.</summary>
    public static string Render(LoadRun run)
    {
        StringBuilder text = new();
        Line(text, "profile", run.Name);
        foreach (LoadStage stage in run.Stages) Line(text, "stage", string.Create(CultureInfo.InvariantCulture, $"{stage.From:0.###} to {stage.To:0.###} s: {stage.Name}"));
        foreach (FaultMark mark in run.Faults)
        {
            Line(text, "fault", string.Create(CultureInfo.InvariantCulture, $"{mark.From:0.###} to {mark.To:0.###} s: {mark.Fault.Kind} on {mark.Fault.Devices}, {mark.Hits:#,0} requests hit"));
        }
        OfferedReport offered = run.Offered;
        if (offered.Scheduled > 0)
        {
            Line(text, "scheduled", $"{Whole(offered.Scheduled)} readings");
            Line(text, "not offered", $"{Whole(offered.NotOffered)} ({Share(offered.NotOffered, offered.Scheduled)}); of the offered {Whole(offered.Failed)} without a good answer");
        }
        if (run.Generator is { } generator)
        {
            Line(text, "generator by itself", $"{Whole(generator.ReadingsPerS)} readings/s: {generator.Of}");
            double peak = run.Samples.Count == 0 ? 0 : run.Samples.Max(s => s.ScheduledPerS);
            if (peak > GeneratorCheck.ComfortableShare * generator.ReadingsPerS)
            {
                Line(text, "", $"up to {Whole(peak)} readings/s were due, more than half of that: the numbers below are the generator's as well as the product's");
            }
        }
        return text.Append(LoadReportText.Render(run.Report)).ToString();
    }

    /// <summary>A label, as wide as all of them.</summary>
    public static string Label(string label) => label.PadRight(LabelWidth);

    private static void Line(StringBuilder text, string label, string value) => text.Append(Label(label)).Append(value).Append('\n');

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Share(long part, long whole) => (100.0 * part / whole).ToString("0.####", CultureInfo.InvariantCulture) + " %";
}
