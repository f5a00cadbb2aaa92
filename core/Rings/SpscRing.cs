using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Rings;

/// <summary>
/// One producer, one consumer, bounded, wait-free: a claim and its publication are plain stores, each side keeps its own copy of
/// the other's sequence and looks at the real one only when the copy is used up.
/// </summary>
/// <typeparam name="T">What the ring carries.</typeparam>
public sealed class SpscRing<T> : IRing<T>
    where T : unmanaged
{
    private readonly T[] _slots;
    private readonly int _mask;

    // End of what is published. Written by the producer alone (release), read by the consumer (acquire).
    private PaddedSequence _published;

    // First sequence not released. Written by the consumer alone (release), read by the producer (acquire).
    private PaddedSequence _released;

    // The producer's own copy of _released, and the end of its claims; no other thread touches this line.
    private PaddedSequence _producerReleasedSeen;

    // The consumer's own copy of _published; no other thread touches this line.
    private PaddedSequence _consumerPublishedSeen;

    /// <summary>A ring of <paramref name="capacity"/> slots.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a power of two from 2 to 2^30.</exception>
    public SpscRing(int capacity)
    {
        RingCapacity.Check(capacity);
        _slots = GC.AllocateArray<T>(capacity, pinned: true);
        _mask = capacity - 1;
    }

    /// <inheritdoc/>
    public int Capacity => _slots.Length;

    /// <inheritdoc/>
    public int Used => (int)Math.Clamp(Volatile.Read(ref _published.Value) - Volatile.Read(ref _released.Value), 0, Capacity);

    /// <inheritdoc/>
    /// <remarks>One claim at a time: it must be published before the next.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(int count, out RingClaim<T> claim)
    {
        if ((uint)(count - 1) >= (uint)_slots.Length) RingCapacity.ThrowClaim(count, _slots.Length);
        long sequence = _published.Value;
        if (sequence + count - _producerReleasedSeen.Value > _slots.Length)
        {
            _producerReleasedSeen.Value = Volatile.Read(ref _released.Value);
            if (sequence + count - _producerReleasedSeen.Value > _slots.Length)
            {
                claim = default;
                return false;
            }
        }
        int index = (int)sequence & _mask;
        int first = Math.Min(count, _slots.Length - index);
        claim = new RingClaim<T>(sequence, _slots.AsSpan(index, first), _slots.AsSpan(0, count - first));
        return true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in RingClaim<T> claim) =>
        // Release: the slots are written before the sequence that shows them.
        Volatile.Write(ref _published.Value, claim.Sequence + claim.Count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> Peek()
    {
        long start = _released.Value;
        if (_consumerPublishedSeen.Value == start) _consumerPublishedSeen.Value = Volatile.Read(ref _published.Value);
        int index = (int)start & _mask;
        return _slots.AsSpan(index, (int)Math.Min(_consumerPublishedSeen.Value - start, _slots.Length - index));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(int count)
    {
        long released = _released.Value + count;
        if (count < 0 || released > _consumerPublishedSeen.Value) RingCapacity.ThrowRelease(count, _consumerPublishedSeen.Value - _released.Value);
        // Release: the consumer's reads of the slots come before the producer may write them again.
        Volatile.Write(ref _released.Value, released);
    }
}
