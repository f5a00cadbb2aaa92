using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace HyperIngest.Mqtt;

/// <summary>
/// Reads the data types of the protocol (MQTT 5.0, 1.5) from a packet's body. A fault sticks: after it everything reads as nothing, so that a layout is read in one go and asked about once.
/// </summary>
internal ref struct MqttReader
{
    private ReadOnlySpan<byte> _rest;

    public MqttReader(ReadOnlySpan<byte> body) => _rest = body;

    /// <summary>What is wrong; <see cref="MqttReasonCode.Success"/> for nothing.</summary>
    public MqttReasonCode Fault { get; private set; }

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Whether all was read, or there is nothing to be had any more.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>One byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Byte()
    {
        if (_rest.IsEmpty) return (byte)Fail(MqttReasonCode.MalformedPacket);
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>Two byte integer (1.5.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort UInt16()
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out ushort value)) return (ushort)Fail(MqttReasonCode.MalformedPacket);
        _rest = _rest[sizeof(ushort)..];
        return value;
    }

    /// <summary>Four byte integer (1.5.3).</summary>
    public uint UInt32()
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out uint value)) return (uint)Fail(MqttReasonCode.MalformedPacket);
        _rest = _rest[sizeof(uint)..];
        return value;
    }

    /// <summary>Variable byte integer (1.5.5), 0 to 268,435,455.</summary>
    public int Varint()
    {
        int value = 0;
        for (int i = 0; i < MqttFrame.MaxLengthBytes; i++)
        {
            if (i >= _rest.Length) return Fail(MqttReasonCode.MalformedPacket);
            value |= (_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return value;
        }
        return Fail(MqttReasonCode.MalformedPacket);
    }

    /// <summary>Binary data (1.5.6): a length of two bytes and the bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Binary()
    {
        int length = UInt16();
        return Bytes(length);
    }

    /// <summary>UTF-8 string (1.5.4): well formed, no surrogates, no U+0000.</summary>
    public ReadOnlySpan<byte> Text()
    {
        ReadOnlySpan<byte> text = Binary();
        if (!Utf8.IsValid(text) || text.Contains((byte)0)) Fail(MqttReasonCode.MalformedPacket);
        return text;
    }

    /// <summary>So many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Bytes(int length)
    {
        if (length > _rest.Length)
        {
            Fail(MqttReasonCode.MalformedPacket);
            return default;
        }
        ReadOnlySpan<byte> bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }

    /// <summary>A length as a variable byte integer and the properties (2.2.2).</summary>
    public ReadOnlySpan<byte> Properties() => Bytes(Varint());

    /// <summary>Packet identifier (2.2.1): never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort PacketId()
    {
        ushort id = UInt16();
        if (id == 0) Fail(MqttReasonCode.ProtocolError);
        return id;
    }

    /// <summary>The layout must end here.</summary>
    public void End()
    {
        if (!_rest.IsEmpty) Fail(MqttReasonCode.MalformedPacket);
    }

    /// <summary>Notes a fault, unless there is one already; 0 for the value that cannot be read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Fail(MqttReasonCode reason)
    {
        if (Fault == MqttReasonCode.Success) Fault = reason;
        _rest = default;
        return 0;
    }
}
