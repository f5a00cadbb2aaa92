using System.Globalization;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>Two texts line by line: what only one has, with a few lines of what both have around it.</summary>
internal static class LineDiff
{
    // Lines of either text between the first and the last difference: the table has the square of it, 16 MB here.
    private const int MostLines = 2000;

    // Lines of both around a difference, enough to see where in the file it is.
    private const int Around = 2;

    /// <summary>Whose line it is.</summary>
    public enum Side
    {
        /// <summary>In both, or a note on what is left out.</summary>
        Both,

        /// <summary>Only the first.</summary>
        A,

        /// <summary>Only the second.</summary>
        B,
    }

    /// <summary>A line.</summary>
    /// <param name="Side">Whose.</param>
    /// <param name="Text">The line without its end.</param>
    public readonly record struct Line(Side Side, string Text);

    /// <summary>The fewest lines to take from <paramref name="a"/> and to add for <paramref name="b"/>; null when the texts are too long for that.</summary>
    public static IReadOnlyList<Line>? Of(string a, string b)
    {
        string[] first = Lines(a), second = Lines(b);
        int head = 0, tail = 0, shorter = Math.Min(first.Length, second.Length);
        while (head < shorter && first[head] == second[head]) head++;
        while (tail < shorter - head && first[^(tail + 1)] == second[^(tail + 1)]) tail++;
        if (Math.Max(first.Length, second.Length) - head - tail > MostLines) return null;
        List<Line> all = [.. first[..head].Select(l => new Line(Side.Both, l))];
        Compare(first.AsSpan(head..^tail), second.AsSpan(head..^tail), all);
        all.AddRange(first[^tail..].Select(l => new Line(Side.Both, l)));
        return Shorten(all);
    }

    // The longest common subsequence, from the ends.
    private static void Compare(ReadOnlySpan<string> a, ReadOnlySpan<string> b, List<Line> into)
    {
        int[,] common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--) common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                into.Add(new Line(Side.Both, a[i++]));
                j++;
            }
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1])) into.Add(new Line(Side.A, a[i++]));
            else into.Add(new Line(Side.B, b[j++]));
        }
    }

    private static List<Line> Shorten(List<Line> all)
    {
        bool[] isNear = new bool[all.Count];
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Side == Side.Both) continue;
            for (int near = Math.Max(0, i - Around); near <= Math.Min(all.Count - 1, i + Around); near++) isNear[near] = true;
        }
        List<Line> shown = [];
        for (int i = 0; i < all.Count;)
        {
            int from = i;
            while (i < all.Count && !isNear[i]) i++;
            int left = i - from;
            if (left == 1) shown.Add(all[from]);
            else if (left > 1) shown.Add(new Line(Side.Both, string.Create(CultureInfo.InvariantCulture, $"\u2026 {left:N0} lines that are the same")));
            for (; i < all.Count && isNear[i]; i++) shown.Add(all[i]);
        }
        return shown;
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
