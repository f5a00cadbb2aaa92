using System.Runtime.CompilerServices;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// .NET ticks (100 ns since 0001-01-01) and PostgreSQL's timestamps (microseconds since 2000-01-01, datatype/timestamp.h). Every DateTime has a
/// timestamp; ticks past 9999-12-31 or before 0001-01-01 are no time at all.
/// </summary>
internal static class PostgresTime
{
    /// <summary>Ticks of 9999-12-31T23:59:59.9999999.</summary>
    public const long MaxTicks = 3155378975999999999;

    // 2000-01-01 in microseconds since 0001-01-01.
    private const long EpochMicroseconds = 63082281600000000;

    /// <summary>False for ticks that are no time.</summary>
    public static bool IsTime(long ticks) => (ulong)ticks <= MaxTicks;

    /// <summary>Microseconds since 2000-01-01, rounded down; the ticks must be a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToMicroseconds(long ticks) => (long)((ulong)ticks / 10) - EpochMicroseconds;
}
