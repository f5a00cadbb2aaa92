using HyperIngest.Core.Framing;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Tests.Unit.Framing;

namespace HyperIngest.Tests.Unit.OpcUa.Channel;

/// <summary>The head of a chunk.</summary>
public sealed class UaChunkFramerTests : FramerContract
{
    private const int MaxBytes = 8192;

    protected override IReadOnlyList<byte[]> ValidFrames =>
    [
        Chunk("MSGF", 24), Chunk("MSGC", 100), Chunk("MSGA", 40), Chunk("OPNF", 132), Chunk("CLOF", 57), Chunk("HELF", 60), Chunk("ACKF", 28), Chunk("ERRF", 16),
    ];

    protected override IReadOnlyList<byte[]> HopelessStarts =>
    [
        "X"u8.ToArray(), "GET"u8.ToArray(), "MSGX"u8.ToArray(), "HELC"u8.ToArray(), "OPNC"u8.ToArray(), "CLOA"u8.ToArray(), Head("MSGF", 23), Head("OPNF", 11), Head("HELF", 7), Head("MSGF", 0),
        Head("MSGF", MaxBytes + 1), Head("MSGF", uint.MaxValue), Head("MSGF", 0x8000_0000),
    ];

    [Fact]
    public void A_chunk_larger_than_agreed_is_told_from_one_that_is_none()
    {
        UaChunk.Find(Head("MSGF", MaxBytes + 1), MaxBytes, out _, out uint tooLarge);
        UaChunk.Find("GET / HTTP"u8, MaxBytes, out _, out uint none);
        Assert.Equal((UaStatusCodes.BadTcpMessageTooLarge, UaStatusCodes.BadTcpMessageTypeInvalid), (tooLarge, none));
    }

    protected override FrameStatus Find(ReadOnlySpan<byte> bytes, out int frameBytes)
    {
        FrameStatus status = UaChunk.Find(bytes, MaxBytes, out UaChunkHeader header, out _);
        frameBytes = status == FrameStatus.Complete ? header.Bytes : 0;
        return status;
    }

    private static byte[] Head(string letters, uint size) => [.. System.Text.Encoding.ASCII.GetBytes(letters), .. BitConverter.GetBytes(size)];

    private static byte[] Chunk(string letters, int size)
    {
        byte[] chunk = new byte[size];
        Head(letters, (uint)size).CopyTo(chunk, 0);
        return chunk;
    }
}
