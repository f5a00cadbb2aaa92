using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Which readings can be a record; the same ones in every format, so that what one sink takes no other refuses.</summary>
public static class Writable
{
    // Ticks of 9999-12-31T23:59:59.9999999.
    internal const long MaxTicks = 3_155_378_975_999_999_999;

    /// <summary>Why a reading cannot be a record; null when it can. For the reading whose write failed, not for every one.</summary>
    public static string? WhyNot(SeriesCatalog catalog, in Reading reading)
    {
        if ((uint)reading.SeriesId >= (uint)catalog.Count) return $"series {reading.SeriesId} is not in the catalog, which has 0 to {catalog.Count - 1}";
        if (!AreTimes(reading))
        {
            long ticks = IsTime(reading.SourceTime) ? reading.GatewayTime : reading.SourceTime;
            return $"its time, {ticks} ticks, is not between 0001-01-01 and 9999-12-31";
        }
        return catalog.KindOf(reading.SeriesId) == ValueKind.Text && (ulong)reading.ValueBits >= (ulong)catalog.Texts.Count
            ? $"its text handle {reading.ValueBits} is not in the text table, which has 0 to {catalog.Texts.Count - 1}"
            : null;
    }

    /// <summary>The first of the readings that cannot be a record, and why; -1 when all can.</summary>
    public static int IndexOfUnwritable(SeriesCatalog catalog, ReadOnlySpan<Reading> readings, out string? reason)
    {
        for (int i = 0; i < readings.Length; i++)
        {
            reason = WhyNot(catalog, readings[i]);
            if (reason is not null) return i;
        }
        reason = null;
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsTime(long ticks) => (ulong)ticks <= MaxTicks;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool AreTimes(in Reading reading) => IsTime(reading.SourceTime) & IsTime(reading.GatewayTime);
}
