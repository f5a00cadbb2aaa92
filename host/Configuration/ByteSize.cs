using System.Globalization;

namespace HyperIngest.Host.Configuration;

/// <summary>Sizes in bytes: <c>4096</c>, <c>64MiB</c>, <c>8GiB</c> (powers of 1024) and <c>64MB</c> (powers of 1000).</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000L), ("MB", 1_000_000L), ("GB", 1_000_000_000L), ("TB", 1_000_000_000_000L),
        ("B", 1L),
    ];

    /// <summary>Reads a size; a number without a unit is bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        long unit = 1;
        foreach ((string suffix, long factor) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            text = text[..^suffix.Length];
            unit = factor;
            break;
        }
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
        if (number > long.MaxValue / unit) return false;
        bytes = (long)(number * unit);
        return true;
    }

    /// <summary>The largest binary unit that is exact: <c>64MiB</c>.</summary>
    public static string Format(long bytes)
    {
        for (int i = 3; i >= 0; i--)
        {
            if (bytes != 0 && bytes % Units[i].Bytes == 0) return string.Create(CultureInfo.InvariantCulture, $"{bytes / Units[i].Bytes}{Units[i].Suffix}");
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
