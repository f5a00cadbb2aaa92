using System.Threading.Channels;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>A ring.</summary>
internal readonly struct RingWay<TRing>(TRing ring) : IReadingWay
    where TRing : struct, IRing<Reading>
{
    /// <inheritdoc/>
    public bool TryPut(ReadOnlySpan<Reading> block)
    {
        if (!ring.TryClaim(block.Length, out RingClaim<Reading> claim)) return false;
        claim.Fill(block);
        ring.Publish(claim);
        return true;
    }

    /// <inheritdoc/>
    public int Take(Span<Reading> batch)
    {
        ReadOnlySpan<Reading> seen = ring.Peek();
        if (seen.IsEmpty) return 0;
        if (seen.Length > batch.Length) seen = seen[..batch.Length];
        seen.CopyTo(batch);
        ring.Release(seen.Length);
        return seen.Length;
    }
}

/// <summary>A bounded System.Threading.Channels channel of readings, which takes and gives one at a time.</summary>
internal readonly struct ChannelWay(Channel<Reading> channel) : IReadingWay
{
    /// <summary>A channel as large as the rings, told how many write to it.</summary>
    public static ChannelWay Open(int producers) => new(Channel.CreateBounded<Reading>(
        new BoundedChannelOptions(TwoThreads.Capacity) { SingleReader = true, SingleWriter = producers == 1, AllowSynchronousContinuations = false }));

    /// <inheritdoc/>
    public bool TryPut(ReadOnlySpan<Reading> block)
    {
        // What found no room is begun again with the whole block: only how many come out counts here.
        for (int i = 0; i < block.Length; i++)
        {
            if (!channel.Writer.TryWrite(block[i])) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public int Take(Span<Reading> batch)
    {
        int taken = 0;
        while (taken < TwoThreads.ClaimReadings && channel.Reader.TryRead(out batch[taken])) taken++;
        return taken;
    }
}

/// <summary>
/// The least that two threads need to hand bytes over: two halves of a buffer as large as the ring, and a flag each. A producer writes a whole half with the same copies of 64 readings, and
/// the consumer copies it out. One flag a half makes the hand-over itself free; what is left is copying from core to core.
/// </summary>
internal readonly struct HalvesWay(HalvesWay.Buffer buffer) : IReadingWay
{
    private const int HalfReadings = TwoThreads.Capacity / 2;

    /// <inheritdoc/>
    public bool TryPut(ReadOnlySpan<Reading> block)
    {
        // One producer only: its own half is empty until it says full.
        if (Volatile.Read(ref buffer.Full[buffer.FlagOf(buffer.Writing)])) return false;
        Span<Reading> half = buffer.Half(buffer.Writing);
        block.CopyTo(half[buffer.Written..]);
        buffer.Written += block.Length;
        if (buffer.Written < HalfReadings) return true;
        Volatile.Write(ref buffer.Full[buffer.FlagOf(buffer.Writing)], true);
        buffer.Writing ^= 1;
        buffer.Written = 0;
        return true;
    }

    /// <inheritdoc/>
    public int Take(Span<Reading> batch)
    {
        if (!Volatile.Read(ref buffer.Full[buffer.FlagOf(buffer.Reading)])) return 0;
        ReadOnlySpan<Reading> left = buffer.Half(buffer.Reading)[buffer.Read..];
        if (left.Length > batch.Length) left = left[..batch.Length];
        left.CopyTo(batch);
        buffer.Read += left.Length;
        if (buffer.Read < HalfReadings) return left.Length;
        Volatile.Write(ref buffer.Full[buffer.FlagOf(buffer.Reading)], false);
        buffer.Reading ^= 1;
        buffer.Read = 0;
        return left.Length;
    }

    /// <summary>The two halves. Written and Writing are the producer's, Read and Reading the consumer's; a flag is set by the one (release) and cleared by the other (release).</summary>
    internal sealed class Buffer
    {
        // Flags lie 256 bytes apart, and as far from the array's ends.
        private const int FlagStride = 256;

        private readonly Reading[] _slots = GC.AllocateArray<Reading>(TwoThreads.Capacity, pinned: true);

        // Each thread's two fields on cache lines of their own.
        private readonly int[] _producer = new int[128];
        private readonly int[] _consumer = new int[128];

        /// <summary>The flags.</summary>
        public bool[] Full { get; } = new bool[4 * FlagStride];

        public ref int Writing => ref _producer[64];

        public ref int Written => ref _producer[65];

        public ref int Reading => ref _consumer[64];

        public ref int Read => ref _consumer[65];

        public int FlagOf(int half) => (half + 1) * FlagStride;

        public Span<Reading> Half(int half) => _slots.AsSpan(half * HalfReadings, HalfReadings);
    }
}
