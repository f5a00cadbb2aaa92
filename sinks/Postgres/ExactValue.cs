using System.Numerics;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>Integers as float8: which ones a double holds exactly (53 bits from the first 1 to the last).</summary>
internal static class ExactValue
{
    /// <summary>True when the double nearest to the integer is the integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsExact(long value) => IsExact(value < 0 ? (ulong)-value : (ulong)value);

    /// <inheritdoc cref="IsExact(long)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsExact(ulong value) => value <= 1UL << 53 || value >> BitOperations.TrailingZeroCount(value) < 1UL << 53;

    /// <summary>The nearest double of a value that is a number.</summary>
    public static double Nearest(ValueKind kind, long bits) => kind switch
    {
        ValueKind.Float64 => BitConverter.Int64BitsToDouble(bits),
        ValueKind.Int64 => bits,
        ValueKind.UInt64 => (ulong)bits,
        _ => bits != 0 ? 1 : 0,
    };
}
