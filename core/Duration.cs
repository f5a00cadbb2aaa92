using System.Globalization;

namespace HyperIngest.Core;

/// <summary>Durations as people write them: <c>100ms</c>, <c>1.5s</c>, <c>20m</c>, <c>24h</c>, <c>7d</c>.</summary>
public static class Duration
{
    // Longest suffix first, so that "ms" is not read as "s".
    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>Reads a duration; 0 needs no unit, everything else does.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text is "0") return true;
        foreach ((string suffix, long ticks) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            if (!decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
            decimal total;
            try
            {
                total = number * ticks;
            }
            catch (OverflowException)
            {
                return false;
            }
            if (total > TimeSpan.MaxValue.Ticks) return false;
            value = TimeSpan.FromTicks((long)total);
            return true;
        }
        return false;
    }

    /// <summary>The same with a minus sign before it where the time may lie behind: <c>-5s</c>.</summary>
    public static bool TryParseSigned(ReadOnlySpan<char> text, out TimeSpan value)
    {
        bool behind = text.StartsWith("-");
        if (!TryParse(behind ? text[1..] : text, out value)) return false;
        if (behind) value = -value;
        return true;
    }

    /// <summary>The shortest exact form: <c>100ms</c>, <c>1d</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero) return "0";
        for (int i = Units.Length - 1; i >= 0; i--)
        {
            if (value.Ticks % Units[i].Ticks == 0) return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / Units[i].Ticks}{Units[i].Suffix}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / (decimal)TimeSpan.TicksPerMicrosecond}us");
    }
}
