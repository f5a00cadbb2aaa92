using System.Diagnostics.CodeAnalysis;
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

    // None behind a ring alone.
    private readonly Shard? _shard;

    /// <summary>The inlet of a shard. While <paramref name="held"/> says true, <see cref="Free"/> is 0, so that pollers wait; what they have already asked for is still taken.</summary>
    public ShardInlet(Shard shard, Func<bool>? held = null)
        : this(shard.Number, shard.Ring, held) => _shard = shard;

    /// <summary>
    /// An inlet of a ring alone: whoever consumes <paramref name="ring"/> says nothing of what is durable. While <paramref name="held"/> says true, <see cref="Free"/> is 0, so that
    /// pollers wait; what they have already asked for is still taken.
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

    /// <summary>Most readings of one <see cref="TryClaimMarked"/>.</summary>
    public int MaxMarked => _shard?.MaxMarked ?? _ring.Capacity - 1;

    /// <summary>
    /// Every ring sequence below it has been drained, is in the journal (or was shaped away) and is durable as the fsync policy says. A source keeps
    /// <see cref="MarkedClaim.End"/> (or <c>claim.Sequence + claim.Count</c>) of what it published and acknowledges it upstream once this is there or further. It
    /// only grows, from 0 at each start. Any thread may read it, every 10 to 50 ms: there is no event.
    /// </summary>
    public long DurableSequence => _shard?.DurableSequence ?? 0;

    /// <summary>
    /// Where a source stood in a partition when the journal was opened: <see cref="SourceMark.Position"/> of the last mark that is there with its readings; -1 when there is none. What
    /// lies before it is in this shard's journal, or was shaped away, and must not be taken again.
    /// </summary>
    public long RecoveredMark(ulong source, int partition) => _shard?.Journal.RecoveredMark(source, partition) ?? -1;

    /// <summary>Slots for <paramref name="count"/> readings to be written in place; false when the ring is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(int count, out RingClaim<Reading> claim) => _ring.TryClaim(count, out claim);

    /// <summary>
    /// Slots for <paramref name="count"/> readings, 0 to <see cref="MaxMarked"/>, that land in the journal together with <paramref name="mark"/> or not at all; false when the ring
    /// is full. The mark takes one slot more. Of the marks of one partition the one claimed last is the one that counts.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More readings than a batch holds.</exception>
    public bool TryClaimMarked(in SourceMark mark, int count, out MarkedClaim claim)
    {
        if ((uint)count > (uint)MaxMarked) ThrowMarked(count, MaxMarked);
        // Before the mark is published: who sees the mark in the ring sees that there are marks.
        _shard?.ExpectMarks();
        if (!_ring.TryClaim(count + 1, out RingClaim<Reading> whole))
        {
            claim = default;
            return false;
        }
        whole[0] = mark.InFrontOf(count);
        claim = new MarkedClaim(whole);
        return true;
    }

    /// <summary>Hands the written claim, and its mark, to the shard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in MarkedClaim claim) => _ring.Publish(claim.Whole);

    /// <summary>Hands the written claim to the shard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(in RingClaim<Reading> claim) => _ring.Publish(claim);

    [DoesNotReturn]
    private static void ThrowMarked(int count, int most) =>
        throw new ArgumentOutOfRangeException(nameof(count), count, $"A mark stands for 0 to {most} readings, which is what one record takes: split the group, each part with a mark of its own.");
}
