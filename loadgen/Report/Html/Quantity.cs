using System.Globalization;

namespace HyperIngest.LoadGen.Report.Html;

/// <summary>Quantities as people read them: thousands apart, at most three digits that mean something behind a count, the unit that fits, no break before it.</summary>
internal static class Quantity
{
    /// <summary>For what is no number: nothing was measured.</summary>
    public const string None = "\u2013";

    private const string Gap = "\u00A0";
    private const double MsPerS = 1000, SPerMin = 60, SPerHour = 3600, BytesPerUnit = 1024;

    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];
    private static readonly (double Factor, string Sign)[] Thousands = [(1e9, "G"), (1e6, "M"), (1e3, "k")];

    /// <summary>A whole number.</summary>
    public static string Count(double value) => double.IsFinite(value) ? value.ToString("#,0", CultureInfo.InvariantCulture) : None;

    /// <summary>A rate a second.</summary>
    public static string Rate(double perS) => double.IsFinite(perS) ? Count(perS) + "/s" : None;

    /// <summary>Three digits that mean something, more before the point.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) return None;
        double size = Math.Abs(value);
        string format = size switch { >= 100 => "#,0", >= 10 => "0.#", >= 1 => "0.##", >= 0.1 => "0.###", >= 0.01 => "0.####", _ => "0.#####" };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>A number to three places behind the point, as thresholds are told.</summary>
    public static string Exact(double value) => double.IsFinite(value) ? value.ToString("#,0.###", CultureInfo.InvariantCulture) : None;

    /// <summary>A number with few digits, such as on an axis: 250 k.</summary>
    public static string Short(double value)
    {
        foreach ((double factor, string sign) in Thousands)
        {
            if (Math.Abs(value) >= factor) return Number(value / factor) + Gap + sign;
        }
        return Number(value);
    }

    /// <summary>A latency or pause.</summary>
    public static string Ms(double ms) => double.IsFinite(ms) ? Math.Abs(ms) < MsPerS ? Number(ms) + Gap + "ms" : Seconds(ms / MsPerS) : None;

    /// <summary>A time or a length of time: 45 s, 12 min 30 s, 2 h 5 min.</summary>
    public static string Seconds(double seconds)
    {
        if (!double.IsFinite(seconds)) return None;
        if (Math.Abs(seconds) < 2 * SPerMin) return Number(Math.Abs(seconds) < 100 ? seconds : Math.Round(seconds)) + Gap + "s";
        double whole = Math.Round(seconds);
        return Math.Abs(whole) < 2 * SPerHour
            ? Two(whole, SPerMin, "min", 1, "s")
            : Two(Math.Round(whole / SPerMin) * SPerMin, SPerHour, "h", SPerMin, "min");
    }

    /// <summary>Bytes, in powers of 1,024.</summary>
    public static string Bytes(double bytes) => Bytes(bytes, ByteUnit(bytes));

    /// <summary>Bytes in a unit of <see cref="ByteUnit"/>.</summary>
    public static string Bytes(double bytes, int unit) => double.IsFinite(bytes) ? Number(bytes / BytesOf(unit)) + Gap + ByteUnits[unit] : None;

    /// <summary>The unit that fits: the largest with more than one of it, and the smaller one up to two of it, where digits say more than a fraction.</summary>
    public static int ByteUnit(double bytes)
    {
        int unit = 0;
        while (unit + 1 < ByteUnits.Length && Math.Abs(bytes) >= 2 * BytesOf(unit + 1)) unit++;
        return unit;
    }

    /// <summary>Bytes of a unit of <see cref="ByteUnit"/>.</summary>
    public static double BytesOf(int unit) => Math.Pow(BytesPerUnit, unit);

    /// <summary>A share of a whole, 0 to 1.</summary>
    public static string Share(double share) => double.IsFinite(share) ? Number(share * 100) + Gap + "%" : None;

    /// <summary>Processor cores kept busy.</summary>
    public static string Cores(double cores) => double.IsFinite(cores) ? cores.ToString("0.00", CultureInfo.InvariantCulture) : None;

    /// <summary>A moment, UTC, to the second.</summary>
    public static string Moment(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + Gap + "UTC";

    private static string Two(double seconds, double large, string largeUnit, double small, string smallUnit)
    {
        double rest = Math.Abs(seconds) % large / small;
        return Count(Math.Truncate(seconds / large)) + Gap + largeUnit + (rest > 0 ? Gap + Count(rest) + Gap + smallUnit : "");
    }
}
