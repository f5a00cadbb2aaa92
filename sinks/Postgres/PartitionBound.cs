using System.Globalization;
using System.Text.RegularExpressions;

namespace HyperIngest.Sinks.Postgres;

/// <summary>The bound of a range partition by time, as <c>pg_get_expr(relpartbound)</c> words it in a session whose time zone is UTC and whose DateStyle is ISO.</summary>
internal readonly partial record struct PartitionBound(long FromTicks, long ToTicks, bool IsDefault)
{
    /// <summary>True for a bound from one instant to another, MINVALUE and MAXVALUE included; false for the default partition and anything else.</summary>
    public static bool TryParse(string text, out PartitionBound bound)
    {
        bound = new PartitionBound(0, 0, text.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase));
        Match match = Range().Match(text);
        if (!match.Success) return false;
        if (!TryTicks(match.Groups[1].Value, 0, out long from) || !TryTicks(match.Groups[2].Value, PostgresTime.MaxTicks + 1, out long to)) return false;
        bound = new PartitionBound(from, to, false);
        return true;
    }

    private static bool TryTicks(string text, long unbounded, out long ticks)
    {
        ticks = unbounded;
        if (text is "MINVALUE" or "MAXVALUE") return true;
        // "2026-11-21 00:00:00+00", fraction optional.
        if (!DateTimeOffset.TryParse(text.Trim('\''), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant)) return false;
        ticks = instant.UtcTicks;
        return true;
    }

    [GeneratedRegex(@"^FOR VALUES FROM \(([^)]*)\) TO \(([^)]*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Range();
}
