using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Bench;

/// <summary>A ring as a struct, so that what is written once for both rings is compiled for each, its calls as direct as the product's.</summary>
internal readonly struct SpscAccess(int capacity) : IRing<Reading>
{
    private readonly SpscRing<Reading> _ring = new(capacity);

    public int Capacity => _ring.Capacity;

    public int Used => _ring.Used;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(int count, out RingClaim<Reading> claim) => _ring.TryClaim(count, out claim);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in RingClaim<Reading> claim) => _ring.Publish(claim);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<Reading> Peek() => _ring.Peek();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(int count) => _ring.Release(count);
}

/// <summary>The same of the ring of many producers.</summary>
internal readonly struct MpscAccess(int capacity) : IRing<Reading>
{
    private readonly MpscRing<Reading> _ring = new(capacity);

    public int Capacity => _ring.Capacity;

    public int Used => _ring.Used;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(int count, out RingClaim<Reading> claim) => _ring.TryClaim(count, out claim);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in RingClaim<Reading> claim) => _ring.Publish(claim);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<Reading> Peek() => _ring.Peek();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(int count) => _ring.Release(count);
}
