using System.Buffers.Binary;
using HyperIngest.Core.Framing;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>What a chunk is for (OPC 10000-6, 6.7.2.2 and 7.1.2.2); the number is its three letters as they lie on the wire.</summary>
internal enum UaChunkKind : uint
{
    Hello = 'H' | ('E' << 8) | ('L' << 16),
    Acknowledge = 'A' | ('C' << 8) | ('K' << 16),
    Error = 'E' | ('R' << 8) | ('R' << 16),
    Open = 'O' | ('P' << 8) | ('N' << 16),
    Close = 'C' | ('L' << 8) | ('O' << 16),
    Message = 'M' | ('S' << 8) | ('G' << 16),
}

/// <summary>A chunk where it lies in a receive buffer.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Final"><see cref="UaChunk.Final"/>, <see cref="UaChunk.Continued"/> or <see cref="UaChunk.Aborted"/>.</param>
/// <param name="Bytes">Its bytes, header included.</param>
internal readonly record struct UaChunkHeader(UaChunkKind Kind, byte Final, int Bytes);

/// <summary>
/// The head of every chunk (OPC 10000-6, 6.7.2 and 7.1.2.2).
/// <code>
/// offset  0  three letters   MSG, OPN, CLO; HEL, ACK, ERR
/// offset  3  F, C or A       final, continued or aborted; F for all but MSG
/// offset  4  size            4 bytes, this header included
/// offset  8  secure channel  4 bytes; not in HEL, ACK, ERR
/// offset 12  token           4 bytes; in OPN the policy's URI, the sender's certificate and the receiver's thumbprint
/// offset 16  sequence        4 bytes, and from here on encrypted
/// offset 20  request         4 bytes
/// offset 24  body, padding, signature
/// </code>
/// </summary>
internal static class UaChunk
{
    public const byte Final = (byte)'F';
    public const byte Continued = (byte)'C';
    public const byte Aborted = (byte)'A';

    public const int HeaderBytes = 8;
    public const int ChannelOffset = 8;

    /// <summary>Where OPN has its security header.</summary>
    public const int AsymmetricHeaderOffset = 12;

    public const int TokenOffset = 12;

    /// <summary>Bytes of MSG and CLO that are not encrypted.</summary>
    public const int ClearBytes = 16;

    /// <summary>Sequence number and request id.</summary>
    public const int SequenceHeaderBytes = 8;

    /// <summary>
    /// Looks at the start of <paramref name="bytes"/> for one chunk. <paramref name="fault"/> says what to tell the other side when it is malformed; with <see cref="FrameStatus.NeedMore"/>
    /// <paramref name="header"/> has the chunk's size as soon as that is known and within the limit, 0 before.
    /// </summary>
    public static FrameStatus Find(ReadOnlySpan<byte> bytes, int maxBytes, out UaChunkHeader header, out uint fault)
    {
        header = default;
        fault = UaStatusCodes.BadTcpMessageTypeInvalid;
        if (bytes.Length < HeaderBytes) return CanBegin(bytes) ? FrameStatus.NeedMore : FrameStatus.Malformed;
        if (!CanBegin(bytes[..4])) return FrameStatus.Malformed;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        UaChunkKind kind = KindOf(bytes);
        int least = kind switch
        {
            UaChunkKind.Open => AsymmetricHeaderOffset,
            UaChunkKind.Message or UaChunkKind.Close => ClearBytes + SequenceHeaderBytes,
            _ => HeaderBytes,
        };
        if (size < least) return FrameStatus.Malformed;
        if (size > maxBytes)
        {
            fault = UaStatusCodes.BadTcpMessageTooLarge;
            return FrameStatus.Malformed;
        }
        header = new UaChunkHeader(kind, bytes[3], (int)size);
        return bytes.Length < size ? FrameStatus.NeedMore : FrameStatus.Complete;
    }

    /// <summary>Writes the first eight bytes.</summary>
    public static void WriteHeader(Span<byte> chunk, UaChunkKind kind, byte final, int bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, (uint)kind | ((uint)final << 24));
        BinaryPrimitives.WriteInt32LittleEndian(chunk[4..], bytes);
    }

    /// <summary>Writes the sequence header.</summary>
    public static void WriteSequence(Span<byte> at, uint sequence, uint requestId)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], requestId);
    }

    /// <summary>32 bits of a header.</summary>
    public static uint UInt32At(ReadOnlySpan<byte> chunk, int at) => BinaryPrimitives.ReadUInt32LittleEndian(chunk[at..]);

    private static UaChunkKind KindOf(ReadOnlySpan<byte> bytes) => (UaChunkKind)(BinaryPrimitives.ReadUInt32LittleEndian(bytes) & 0xFF_FFFF);

    // Known as early as can be: a peer that speaks another protocol is told at its first letter.
    private static bool CanBegin(ReadOnlySpan<byte> bytes) =>
        Fits(bytes, "MSGF"u8) || Fits(bytes, "MSGC"u8) || Fits(bytes, "MSGA"u8) || Fits(bytes, "OPNF"u8) || Fits(bytes, "CLOF"u8)
        || Fits(bytes, "HELF"u8) || Fits(bytes, "ACKF"u8) || Fits(bytes, "ERRF"u8);

    private static bool Fits(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> letters) => letters.StartsWith(bytes[..Math.Min(bytes.Length, letters.Length)]);
}
