using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// A source's way into one shard. Any thread may claim; a false from <see cref="TryClaim"/> is backpressure and must go upstream: a poller delays its
/// next poll, a subscriber stops reading its socket. Nothing may be dropped.
/// </summary>
public sealed class ShardInlet
{
    private readonly MpscRing<Reading> _ring;
    private readonly Func<bool>? _held;

    /// <summary>
    /// The inlet of the shard that consumes <paramref name="ring"/>. While <paramref name="held"/> says true, <see cref="Free"/> is 0, so that pollers wait;
    /// what they have already asked for is still taken.
    /// </summary>
    public ShardInlet(int shard, MpscRing<Reading> ring, Func<bool>? held = null)
    {
        Shard = shard;
        _ring = ring;
        _held = held;
    }

    /// <summary>The shard's number.</summary>
    public int Shard { get; }

    /// <summary>Most readings one claim may ask for.</summary>
    public int MaxClaim => _ring.Capacity;

    /// <summary>Readings the ring could take now; a poller looks before it asks a device for more than this. Advice, not a reservation.</summary>
    public int Free => _held is not null && _held() ? 0 : _ring.Capacity - _ring.Used;

    /// <summary>Slots for <paramref name="count"/> readings to be written in place; false when the ring is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(int count, out RingClaim<Reading> claim) => _ring.TryClaim(count, out claim);

    /// <summary>Hands the written claim to the shard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in RingClaim<Reading> claim) => _ring.Publish(claim);
}
