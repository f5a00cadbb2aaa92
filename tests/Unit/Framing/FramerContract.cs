using HyperIngest.Core.Framing;

namespace HyperIngest.Tests.Unit.Framing;

/// <summary>What every framer promises, whatever its protocol. A framer's tests inherit this and name valid and hopeless bytes.</summary>
public abstract class FramerContract
{
    /// <summary>Whole frames, one an entry.</summary>
    protected abstract IReadOnlyList<byte[]> ValidFrames { get; }

    /// <summary>Bytes that can never become a frame, each as short as that can be known.</summary>
    protected abstract IReadOnlyList<byte[]> HopelessStarts { get; }

    protected abstract FrameStatus Find(ReadOnlySpan<byte> bytes, out int frameBytes);

    [Fact]
    public void A_frame_split_at_every_byte_needs_more_until_its_last()
    {
        foreach (byte[] frame in ValidFrames)
        {
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.Equal(FrameStatus.NeedMore, Find(frame.AsSpan(0, length), out int none));
                Assert.Equal(0, none);
            }
            Assert.Equal(FrameStatus.Complete, Find(frame, out int frameBytes));
            Assert.Equal(frame.Length, frameBytes);
        }
    }

    [Fact]
    public void What_follows_a_frame_does_not_change_it()
    {
        foreach (byte[] frame in ValidFrames)
        {
            foreach (byte[] next in ValidFrames.Concat(HopelessStarts))
            {
                Assert.Equal(FrameStatus.Complete, Find([.. frame, .. next], out int frameBytes));
                Assert.Equal(frame.Length, frameBytes);
            }
        }
    }

    [Fact]
    public void Hopeless_bytes_are_malformed_and_stay_so_with_more()
    {
        foreach (byte[] bytes in HopelessStarts)
        {
            Assert.Equal(FrameStatus.Malformed, Find(bytes, out int none));
            Assert.Equal(0, none);
            Assert.Equal(FrameStatus.Malformed, Find([.. bytes, .. new byte[300]], out _));
        }
    }

    [Fact]
    public void Malformed_is_final_and_complete_never_takes_more_than_there_is()
    {
        Random random = new(20);
        Span<byte> bytes = stackalloc byte[300];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] frame = ValidFrames[random.Next(ValidFrames.Count)];
            random.NextBytes(bytes);
            frame.AsSpan().CopyTo(bytes);
            if (random.Next(2) == 0) bytes[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            FrameStatus previous = FrameStatus.NeedMore;
            for (int length = 0; length <= bytes.Length; length += random.Next(1, 30))
            {
                FrameStatus status = Find(bytes[..length], out int frameBytes);
                if (previous == FrameStatus.Malformed) Assert.Equal(FrameStatus.Malformed, status);
                if (previous == FrameStatus.Complete) Assert.Equal(FrameStatus.Complete, status);
                if (status == FrameStatus.Complete) Assert.InRange(frameBytes, 1, length);
                previous = status;
            }
        }
    }

    [Fact]
    public void Framing_allocates_nothing()
    {
        byte[] frame = ValidFrames[0];
        for (int i = 0; i < 100; i++) Find(frame, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Find(frame, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
