using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>What PostgreSQL's text cannot hold.</summary>
internal static class PostgresText
{
    /// <summary>Why the text behind a handle cannot be stored; null when it can.</summary>
    public static string? PoisonOf(long handle, TextTable texts)
    {
        if ((ulong)handle >= (ulong)texts.Count) return $"its text handle {handle} is not in the text table, which has 0 to {texts.Count - 1}";
        int nul = texts[handle].IndexOf('\0', StringComparison.Ordinal);
        return nul < 0 ? null : $"its text has a NUL character at {nul}, which PostgreSQL's text cannot hold";
    }
}
