using System.Globalization;
using HyperIngest.Core;

namespace HyperIngest.Host.Query;

/// <summary>Moments as people type them: ISO 8601 (UTC unless it says otherwise), <c>now</c>, or back from now: <c>-5m</c>, <c>-1.5h</c>.</summary>
internal static class TimePoint
{
    /// <summary>For error messages.</summary>
    public const string Expected = "a time such as 2026-01-31T08:00:00Z, 2026-01-31, now or -5m";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads a moment; UTC.</summary>
    public static bool TryParse(string text, DateTime utcNow, out DateTime utc)
    {
        utc = utcNow;
        if (text == "now") return true;
        if (text.StartsWith('-'))
        {
            if (!Duration.TryParse(text.AsSpan(1), out TimeSpan back) || back > utcNow - DateTime.MinValue) return false;
            utc = utcNow - back;
            return true;
        }
        return DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out utc);
    }
}
