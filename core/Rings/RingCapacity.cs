using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace HyperIngest.Core.Rings;

/// <summary>What both rings ask of their callers, and the faults they throw on misuse.</summary>
internal static class RingCapacity
{
    private const int Largest = 1 << 30;

    public static void Check(int capacity)
    {
        if (capacity < 2 || capacity > Largest || !BitOperations.IsPow2(capacity))
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"A ring holds a power of two from 2 to {Largest} slots.");
        }
    }

    [DoesNotReturn]
    public static void ThrowClaim(int count, int capacity) =>
        throw new ArgumentOutOfRangeException(nameof(count), count, $"A claim on this ring is 1 to {capacity} slots.");

    [DoesNotReturn]
    public static void ThrowRelease(int count, long peeked) =>
        throw new ArgumentOutOfRangeException(nameof(count), count, $"Only the {peeked} slots seen published can be released.");
}
