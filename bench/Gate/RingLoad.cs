using System.Diagnostics.CodeAnalysis;
using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate;

/// <summary>What producers put into rings and consumers take out, the same for all rings and their references.</summary>
internal static class RingLoad
{
    /// <summary>Readings of a claim: a Modbus response of 128 registers, less a little.</summary>
    public const int Claim = 64;

    /// <summary>Claims of a turn.</summary>
    public const int Claims = 64;

    /// <summary>Readings of a turn: 128 KiB of slots, twice what a first-level cache holds.</summary>
    public const int Readings = Claim * Claims;

    public static void Write(Span<Reading> slots, int value)
    {
        for (int i = 0; i < slots.Length; i++) slots[i] = new Reading(i, 0, 0, value, value);
    }

    public static long Sum(ReadOnlySpan<Reading> seen)
    {
        long sum = 0;
        foreach (ref readonly Reading reading in seen) sum += reading.ValueBits;
        return sum;
    }

    public static void Check(long sum, int turn)
    {
        if (sum != (long)turn * Readings) throw new InvalidOperationException($"The readings of turn {turn} sum to {sum} and not to {(long)turn * Readings}.");
    }

    [DoesNotReturn]
    public static void ThrowFull() => throw new InvalidOperationException("A ring with room refused a claim.");
}
