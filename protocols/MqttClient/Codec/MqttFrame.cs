using System.Buffers;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Framing;

namespace HyperIngest.Mqtt;

/// <summary>
/// The fixed header (MQTT 5.0, 2.1) that cuts the stream into packets:
/// <code>
/// offset 0  packet type  upper 4 bits
///           flags        lower 4 bits
/// offset 1  remaining length: 1 to 4 bytes, 7 bits each, lowest first, the top bit set on all but the last (1.5.5)
/// then      so many bytes of body
/// </code>
/// </summary>
internal static class MqttFrame
{
    /// <summary>Where the type is in the first byte.</summary>
    public const int TypeShift = 4;

    /// <summary>The flags of the first byte.</summary>
    public const byte FlagsMask = 0x0F;

    /// <summary>The flags that PUBREL, SUBSCRIBE and UNSUBSCRIBE must have (2.1.3).</summary>
    public const byte RequiredFlags = 0b0010;

    /// <summary>Most bytes of a remaining length (1.5.5).</summary>
    public const int MaxLengthBytes = 4;

    /// <summary>Largest fixed header.</summary>
    public const int MaxHeaderBytes = 1 + MaxLengthBytes;

    /// <summary>Largest remaining length.</summary>
    public const int MaxRemaining = 268_435_455;

    /// <summary>
    /// Looks at the start of <paramref name="bytes"/> for one packet. Complete: the body is from <paramref name="headerBytes"/> to <paramref name="packetBytes"/>. Malformed: the stream cannot be
    /// read on, for <paramref name="reason"/>; a packet that is too large is found as soon as its header is there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FrameStatus Find(ReadOnlySpan<byte> bytes, int maxPacketBytes, out int headerBytes, out int packetBytes, out MqttReasonCode reason)
    {
        if (bytes.Length < 2 || bytes[1] >= 0x80) return FindLong(bytes, maxPacketBytes, out headerBytes, out packetBytes, out reason);
        headerBytes = 2;
        packetBytes = 2 + bytes[1];
        return Judge(bytes.Length, maxPacketBytes, packetBytes, out reason);
    }

    /// <summary>The same at the start of bytes that may lie in several pieces.</summary>
    public static FrameStatus Find(in ReadOnlySequence<byte> bytes, int maxPacketBytes, out int headerBytes, out int packetBytes, out MqttReasonCode reason)
    {
        Span<byte> header = stackalloc byte[MaxHeaderBytes];
        int there = (int)Math.Min(MaxHeaderBytes, bytes.Length);
        bytes.Slice(0, there).CopyTo(header);
        FrameStatus status = Find(header[..there], maxPacketBytes, out headerBytes, out packetBytes, out reason);
        return status == FrameStatus.NeedMore && headerBytes > 0 && bytes.Length >= packetBytes ? FrameStatus.Complete : status;
    }

    /// <summary>The type in a packet's first byte.</summary>
    public static MqttPacketType TypeOf(byte first) => (MqttPacketType)(first >> TypeShift);

    /// <summary>Bytes that a variable byte integer takes (1.5.5).</summary>
    public static int VarintBytes(int value) => value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FrameStatus FindLong(ReadOnlySpan<byte> bytes, int maxPacketBytes, out int headerBytes, out int packetBytes, out MqttReasonCode reason)
    {
        headerBytes = packetBytes = 0;
        reason = MqttReasonCode.Success;
        int remaining = 0;
        for (int i = 0; i < MaxLengthBytes; i++)
        {
            if (bytes.Length <= 1 + i) return FrameStatus.NeedMore;
            byte part = bytes[1 + i];
            remaining |= (part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;
            headerBytes = 2 + i;
            packetBytes = headerBytes + remaining;
            return Judge(bytes.Length, maxPacketBytes, packetBytes, out reason);
        }
        reason = MqttReasonCode.MalformedPacket;
        return FrameStatus.Malformed;
    }

    private static FrameStatus Judge(int there, int maxPacketBytes, int packetBytes, out MqttReasonCode reason)
    {
        if (packetBytes > maxPacketBytes)
        {
            reason = MqttReasonCode.PacketTooLarge;
            return FrameStatus.Malformed;
        }
        reason = MqttReasonCode.Success;
        return there >= packetBytes ? FrameStatus.Complete : FrameStatus.NeedMore;
    }
}
