using System.Globalization;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>A device name that stands for many: <c>press-{001..120}</c>; the digits written give the width.</summary>
internal readonly record struct NameRange(string Prefix, string Suffix, int First, int Last, int Width)
{
    /// <summary>Most devices one range makes: beyond it somebody slipped on a key.</summary>
    public const int MaxDevices = 100_000;

    /// <summary>How many devices it makes.</summary>
    public int Count => Last - First + 1;

    /// <summary>The name of device <paramref name="n"/>.</summary>
    public string NameOf(int n) => Width == 0 ? Prefix : string.Concat(Prefix, n.ToString("D" + Width, CultureInfo.InvariantCulture), Suffix);

    /// <summary>Reads a name; one without braces is a range of one whose n is 1.</summary>
    public static bool TryParse(string name, out NameRange range, out string? problem)
    {
        range = new NameRange(name, "", 1, 1, 0);
        problem = null;
        int open = name.IndexOf('{', StringComparison.Ordinal);
        int close = name.IndexOf('}', StringComparison.Ordinal);
        if (open < 0 && close < 0) return true;
        string wrong = $"expected a name, or one range such as press-{{001..120}} in it, found '{name}'";
        if (open < 0 || close < open || name.IndexOfAny(['{', '}'], close + 1) >= 0)
        {
            problem = wrong;
            return false;
        }
        string inside = name[(open + 1)..close];
        int dots = inside.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0 || !TryNumber(inside.AsSpan(0, dots), out int first) || !TryNumber(inside.AsSpan(dots + 2), out int last))
        {
            problem = wrong;
            return false;
        }
        if (last < first || last - first >= MaxDevices)
        {
            problem = $"expected a range that counts up, with at most {MaxDevices} devices, found '{{{inside}}}'";
            return false;
        }
        range = new NameRange(name[..open], name[(close + 1)..], first, last, dots);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && text.Length <= 9;
}
