using System.Globalization;
using System.Text;

namespace HyperIngest.Bench.Gate;

/// <summary>A result as people read it: a table in columns for a terminal, or in Markdown for a pull request.</summary>
public static class GateTable
{
    private static readonly string[] Headings = ["workload", "ns", "ratio", "baseline", "change", "bound", "B", "baseline", "verdict"];

    /// <summary>Columns, the faults, and a last line with the counts.</summary>
    public static string Text(GateResult result)
    {
        List<string[]> lines = [Headings, .. result.Rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Headings.Length).Select(column => lines.Max(l => l[column].Length))];
        StringBuilder text = new();
        foreach (string[] line in lines)
        {
            // Names and verdicts left, numbers right.
            IEnumerable<string> cells = line.Select((cell, i) => i == 0 || i == line.Length - 1 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
        text.Append('\n');
        foreach (string note in Notes(result)) text.Append(note).Append('\n');
        return text.Append(Counts(result)).Append('\n').ToString();
    }

    /// <summary>The same as Markdown.</summary>
    public static string Markdown(GateResult result)
    {
        StringBuilder text = new($"### Benchmark gate: {(result.Passed ? "passed" : "failed")}\n\n");
        text.Append("| ").AppendJoin(" | ", Headings).Append(" |\n|---|").Insert(text.Length, "---:|", Headings.Length - 2).Append("---|\n");
        foreach (GateRow row in result.Rows) text.Append("| ").AppendJoin(" | ", Cells(row)).Append(" |\n");
        text.Append('\n');
        foreach (string note in Notes(result)) text.Append("- ").Append(note).Append('\n');
        return text.Append("- ").Append(Counts(result)).Append('\n').ToString();
    }

    private static string[] Cells(GateRow row)
    {
        double? change = row.Figures is null || row.BaselineRatio is null ? null : (row.Figures.Ratio / row.BaselineRatio) - 1;
        string verdict = row.Passed ? (row.Figures!.Attempts > 1 ? $"ok (at {row.Figures.Attempts})" : "ok") : "FAIL";
        return
        [
            row.Name, Number(row.Figures?.Nanoseconds, "F2"), Number(row.Figures?.Ratio, "F3"), Number(row.BaselineRatio, "F3"), Number(change, "+0 %;-0 %;0 %"),
            Number(row.Figures?.Bound, "0 %"), Number(row.Figures?.BytesAnOperation, "0.####"), Number(row.BaselineBytes, "0.####"), verdict,
        ];
    }

    private static IEnumerable<string> Notes(GateResult result)
    {
        foreach (GateRow row in result.Rows)
        {
            foreach (string fault in row.Faults) yield return $"{row.Name}: {fault}";
        }
        if (result.IsForeign) yield return "The baseline has no figures of this kind of processor: bounds are wide. To add it: gate --update \"first figures of this processor\"";
        yield return $"Machine: {result.Machine}";
    }

    private static string Counts(GateResult result) => $"gate: {result.Rows.Count(r => r.Passed)} passed, {result.Rows.Count(r => !r.Passed)} failed";

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
