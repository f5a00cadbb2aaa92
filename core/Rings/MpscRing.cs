using System.Numerics;
using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Rings;

/// <summary>
/// Many producers, one consumer, bounded, lock-free. A claim of any size costs its producer one compare-and-swap, and its
/// publication one 8-byte store: not a flag a slot but one a claim, kept at the claim's first slot.
/// </summary>
/// <remarks>
/// Publication word at slot i: high 32 bits the lap (sequence / capacity, plus one, so that a fresh ring's zeros mean nothing), low 32
/// bits the claim's length. The consumer always stands at the start of a claim, so one load tells it whether that claim is
/// published and how far to go. A claim published early waits for its elders, which keeps the order of claims.
/// </remarks>
/// <typeparam name="T">What the ring carries.</typeparam>
public sealed class MpscRing<T> : IRing<T>
    where T : unmanaged
{
    private readonly T[] _slots;
    private readonly long[] _published;
    private readonly int _mask;
    private readonly int _lapShift;

    // Next sequence to claim. Written by every producer with a compare-and-swap (full barrier).
    private PaddedSequence _claimed;

    // First sequence not released. Written by the consumer alone (release); read by producers (acquire) to know what is free.
    private PaddedSequence _released;

    // Producers' copy of _released, so that most claims never touch the consumer's line. Written by any producer, plainly: it only
    // ever holds a value _released had, so a stale one makes a claim look again and never makes it overrun.
    private PaddedSequence _releasedSeen;

    // Consumer's own: end of the published claims it has seen. No other thread touches it.
    private long _publishedEnd;

    /// <summary>A ring of <paramref name="capacity"/> slots.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a power of two from 2 to 2^30.</exception>
    public MpscRing(int capacity)
    {
        RingCapacity.Check(capacity);
        // Pinned: 2 to 16 MB that lives as long as the process has no business in a compacting heap.
        _slots = GC.AllocateArray<T>(capacity, pinned: true);
        _published = GC.AllocateArray<long>(capacity, pinned: true);
        _mask = capacity - 1;
        _lapShift = BitOperations.Log2((uint)capacity);
    }

    /// <inheritdoc/>
    public int Capacity => _slots.Length;

    /// <inheritdoc/>
    public int Used => (int)Math.Clamp(Volatile.Read(ref _claimed.Value) - Volatile.Read(ref _released.Value), 0, Capacity);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(int count, out RingClaim<T> claim)
    {
        if ((uint)(count - 1) >= (uint)_slots.Length) RingCapacity.ThrowClaim(count, _slots.Length);
        while (true)
        {
            long sequence = Volatile.Read(ref _claimed.Value);
            long end = sequence + count;
            if (end - Volatile.Read(ref _releasedSeen.Value) > _slots.Length && !LookAgain(end))
            {
                claim = default;
                return false;
            }
            if (Interlocked.CompareExchange(ref _claimed.Value, end, sequence) == sequence)
            {
                claim = SlotsOf(sequence, count);
                return true;
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in RingClaim<T> claim)
    {
        long lap = (claim.Sequence >> _lapShift) + 1;
        // Release: the slots are written before the word that shows them.
        Volatile.Write(ref _published[(int)claim.Sequence & _mask], (lap << 32) | (uint)claim.Count);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<T> Peek()
    {
        long start = _released.Value;
        long end = Math.Max(_publishedEnd, start);
        // Walk claim by claim: each word is read with acquire, so the slots behind it are whole.
        while (end - start < _slots.Length)
        {
            long word = Volatile.Read(ref _published[(int)end & _mask]);
            if ((int)(word >> 32) != (int)((end >> _lapShift) + 1)) break;
            end += (uint)word;
        }
        _publishedEnd = end;
        int index = (int)start & _mask;
        return _slots.AsSpan(index, (int)Math.Min(end - start, _slots.Length - index));
    }

    /// <inheritdoc/>
    public void Release(int count)
    {
        long released = _released.Value + count;
        if (count < 0 || released > _publishedEnd) RingCapacity.ThrowRelease(count, _publishedEnd - _released.Value);
        // Release: the consumer's reads of the slots come before producers may write them again.
        Volatile.Write(ref _released.Value, released);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LookAgain(long end)
    {
        long released = Volatile.Read(ref _released.Value);
        Volatile.Write(ref _releasedSeen.Value, released);
        return end - released <= _slots.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RingClaim<T> SlotsOf(long sequence, int count)
    {
        int index = (int)sequence & _mask;
        int first = Math.Min(count, _slots.Length - index);
        return new RingClaim<T>(sequence, _slots.AsSpan(index, first), _slots.AsSpan(0, count - first));
    }
}
