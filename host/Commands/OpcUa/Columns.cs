namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>Rows in columns as wide as what is in them.</summary>
internal static class Columns
{
    /// <summary>The lines; the last column is not filled up.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. header.Select((title, column) => rows.Select(r => r[column].Length).Append(title.Length).Max())];
        foreach (IReadOnlyList<string> row in rows.Prepend(header)) yield return string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
    }
}
