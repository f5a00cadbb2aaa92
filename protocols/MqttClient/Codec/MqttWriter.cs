using System.Buffers;
using System.Buffers.Binary;

namespace HyperIngest.Mqtt;

/// <summary>Writes packets (MQTT 3.1.1 and 5.0, chapter 3). The caller has checked what it gives: topics, filters and lengths.</summary>
internal readonly ref struct MqttWriter(IBufferWriter<byte> output, MqttVersion version)
{
    /// <summary>Bytes of PUBACK, PUBREC, PUBREL and PUBCOMP for success.</summary>
    public const int AckBytes = 4;

    private const int IdBytes = 2;
    private const int LengthPrefixBytes = 2;

    // CONNECT's flags (3.1.2.3).
    private const byte UserFlag = 0x80;
    private const byte PasswordFlag = 0x40;
    private const byte WillRetainFlag = 0x20;
    private const int WillQosShift = 3;
    private const byte WillFlag = 0x04;
    private const byte CleanStartFlag = 0x02;

    // SUBSCRIBE's options (3.8.3.1).
    private const int RetainHandlingShift = 4;

    private readonly IBufferWriter<byte> _output = output;
    private readonly MqttVersion _version = version;

    private static ReadOnlySpan<byte> ProtocolName => "MQTT"u8;

    /// <summary>Writes a variable byte integer (1.5.5); the bytes it took.</summary>
    public static int WriteVarint(Span<byte> destination, int value)
    {
        int i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }
        destination[i++] = (byte)value;
        return i;
    }

    /// <summary>Bytes of a whole PUBLISH.</summary>
    public static long PublishBytes(MqttVersion version, in MqttOutgoing message, int propertyBytes = 0)
    {
        long remaining = PublishRemaining(version, message, propertyBytes);
        return 1 + (remaining > MqttFrame.MaxRemaining ? MqttFrame.MaxLengthBytes : MqttFrame.VarintBytes((int)remaining)) + remaining;
    }

    /// <summary>
    /// CONNECT (3.1):
    /// <code>
    /// protocol name  00 04 "MQTT"
    /// level          1 byte: 4 or 5
    /// flags          1 byte
    /// keep alive     2 bytes, seconds
    /// properties     5.0 only
    /// client id, will properties (5.0), will topic, will payload, user, password: each with its length, those that the flags name
    /// </code>
    /// </summary>
    public void Connect(MqttClientOptions options, MqttWill? will)
    {
        byte[] clientId = MqttText.Encode(options.ClientId);
        byte[] willTopic = will is null ? [] : MqttText.Encode(will.Topic);
        // 3.1.1 allows no password without a user.
        byte[]? user = options.User is { } name ? MqttText.Encode(name) : options.Password is not null && _version == MqttVersion.V311 ? [] : null;
        byte[]? password = options.Password is { } secret ? MqttText.Encode(secret) : null;
        byte flags = 0;
        if (options.SessionExpiry <= TimeSpan.Zero) flags |= CleanStartFlag;
        if (user is not null) flags |= UserFlag;
        if (password is not null) flags |= PasswordFlag;
        if (will is not null) flags |= (byte)(WillFlag | ((int)will.Qos << WillQosShift) | (will.Retain ? WillRetainFlag : 0));
        ReadOnlySpan<byte> properties = _version == MqttVersion.V5 ? ConnectProperties(options).Written : default;

        int remaining = LengthPrefixBytes + ProtocolName.Length + 1 + 1 + 2 + PropertiesBytes(properties.Length) + LengthPrefixBytes + clientId.Length;
        if (will is not null) remaining += PropertiesBytes(0) + LengthPrefixBytes + willTopic.Length + LengthPrefixBytes + will.Payload.Length;
        if (user is not null) remaining += LengthPrefixBytes + user.Length;
        if (password is not null) remaining += LengthPrefixBytes + password.Length;
        Span<byte> packet = Begin((byte)MqttPacketType.Connect << MqttFrame.TypeShift, remaining, out int at);
        Counted(packet, ref at, ProtocolName);
        packet[at++] = (byte)_version;
        packet[at++] = flags;
        UInt16(packet, ref at, (ushort)Math.Clamp(Math.Ceiling(options.KeepAlive.TotalSeconds), 0, ushort.MaxValue));
        Properties(packet, ref at, properties);
        Counted(packet, ref at, clientId);
        if (will is not null)
        {
            Properties(packet, ref at, default);
            Counted(packet, ref at, willTopic);
            Counted(packet, ref at, will.Payload.Span);
        }
        if (user is not null) Counted(packet, ref at, user);
        if (password is not null) Counted(packet, ref at, password);
        _output.Advance(at);
    }

    /// <summary>PUBLISH: the layout is at <see cref="MqttPublish"/>.</summary>
    public void Publish(in MqttOutgoing message, ushort packetId, ReadOnlySpan<byte> properties = default)
    {
        byte first = (byte)(((int)MqttPacketType.Publish << MqttFrame.TypeShift) | ((int)message.Qos << MqttPublish.QosShift));
        if (message.Retain) first |= MqttPublish.RetainFlag;
        if (message.IsDuplicate && message.Qos != MqttQos.AtMostOnce) first |= MqttPublish.DuplicateFlag;
        Span<byte> packet = Begin(first, (int)PublishRemaining(_version, message, properties.Length), out int at);
        Counted(packet, ref at, message.Topic);
        if (message.Qos != MqttQos.AtMostOnce) UInt16(packet, ref at, packetId);
        Properties(packet, ref at, properties);
        message.Payload.CopyTo(packet[at..]);
        _output.Advance(at + message.Payload.Length);
    }

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP: the layout is at <see cref="MqttAck"/>.</summary>
    public void Ack(MqttPacketType type, ushort packetId, MqttReasonCode reason = MqttReasonCode.Success)
    {
        int first = ((int)type << MqttFrame.TypeShift) | (type == MqttPacketType.PubRel ? MqttFrame.RequiredFlags : 0);
        bool withReason = reason != MqttReasonCode.Success && _version == MqttVersion.V5;
        Span<byte> packet = Begin((byte)first, withReason ? IdBytes + 1 : IdBytes, out int at);
        UInt16(packet, ref at, packetId);
        if (withReason) packet[at++] = (byte)reason;
        _output.Advance(at);
    }

    /// <summary>SUBSCRIBE (3.8): packet identifier, properties (5.0), and of each subscription the filter with its length and a byte of options.</summary>
    public void Subscribe(ushort packetId, IReadOnlyList<MqttSubscription> subscriptions, ReadOnlySpan<byte> properties = default)
    {
        byte[][] filters = [.. subscriptions.Select(s => MqttText.Encode(s.Filter))];
        int remaining = IdBytes + PropertiesBytes(properties.Length) + filters.Sum(f => LengthPrefixBytes + f.Length + 1);
        Span<byte> packet = Begin(((int)MqttPacketType.Subscribe << MqttFrame.TypeShift) | MqttFrame.RequiredFlags, remaining, out int at);
        UInt16(packet, ref at, packetId);
        Properties(packet, ref at, properties);
        for (int i = 0; i < filters.Length; i++)
        {
            Counted(packet, ref at, filters[i]);
            // 3.1.1 has the QoS alone; the bits above are reserved there.
            int retainHandling = _version == MqttVersion.V5 ? subscriptions[i].RetainHandling << RetainHandlingShift : 0;
            packet[at++] = (byte)((int)subscriptions[i].Qos | retainHandling);
        }
        _output.Advance(at);
    }

    /// <summary>UNSUBSCRIBE (3.10): packet identifier, properties (5.0), and the filters, each with its length.</summary>
    public void Unsubscribe(ushort packetId, IReadOnlyList<string> names, ReadOnlySpan<byte> properties = default)
    {
        byte[][] filters = [.. names.Select(MqttText.Encode)];
        int remaining = IdBytes + PropertiesBytes(properties.Length) + filters.Sum(f => LengthPrefixBytes + f.Length);
        Span<byte> packet = Begin(((int)MqttPacketType.Unsubscribe << MqttFrame.TypeShift) | MqttFrame.RequiredFlags, remaining, out int at);
        UInt16(packet, ref at, packetId);
        Properties(packet, ref at, properties);
        foreach (byte[] filter in filters) Counted(packet, ref at, filter);
        _output.Advance(at);
    }

    /// <summary>PINGREQ (3.12): no body.</summary>
    public void PingRequest()
    {
        Begin((int)MqttPacketType.PingReq << MqttFrame.TypeShift, 0, out int at);
        _output.Advance(at);
    }

    /// <summary>DISCONNECT: the layout is at <see cref="MqttDisconnect"/>; in 3.1.1 it has no body.</summary>
    public void Disconnect(MqttReasonCode reason, ReadOnlySpan<byte> properties = default) => WithReason(MqttPacketType.Disconnect, reason, properties);

    /// <summary>AUTH (3.15), which 3.1.1 does not have.</summary>
    public void Auth(MqttReasonCode reason, ReadOnlySpan<byte> properties = default) => WithReason(MqttPacketType.Auth, reason, properties);

    private void WithReason(MqttPacketType type, MqttReasonCode reason, ReadOnlySpan<byte> properties)
    {
        bool bare = _version == MqttVersion.V311 || (reason == MqttReasonCode.Success && properties.IsEmpty);
        Span<byte> packet = Begin((byte)((int)type << MqttFrame.TypeShift), bare ? 0 : 1 + PropertiesBytes(properties.Length), out int at);
        if (!bare)
        {
            packet[at++] = (byte)reason;
            Properties(packet, ref at, properties);
        }
        _output.Advance(at);
    }

    private static MqttPropertyWriter ConnectProperties(MqttClientOptions options)
    {
        MqttPropertyWriter properties = new();
        if (options.SessionExpiry > TimeSpan.Zero)
        {
            // The largest number is "never" (3.1.2.11.2).
            properties.Number(MqttProperty.SessionExpiry, (uint)Math.Min(Math.Ceiling(options.SessionExpiry.TotalSeconds), uint.MaxValue));
        }
        // Always said: a broker's own default for those that do not may be far lower.
        properties.Number(MqttProperty.ReceiveMaximum, (uint)options.ReceiveMaximum).Number(MqttProperty.MaximumPacketSize, (uint)options.MaxPacketBytes);
        if (options.TopicAliases > 0) properties.Number(MqttProperty.TopicAliasMaximum, (uint)options.TopicAliases);
        return properties;
    }

    private static long PublishRemaining(MqttVersion version, in MqttOutgoing message, int propertyBytes)
    {
        long remaining = (long)LengthPrefixBytes + message.Topic.Length + message.Payload.Length;
        if (message.Qos != MqttQos.AtMostOnce) remaining += IdBytes;
        if (version == MqttVersion.V5) remaining += MqttFrame.VarintBytes(propertyBytes) + propertyBytes;
        return remaining;
    }

    private int PropertiesBytes(int bytes) => _version == MqttVersion.V5 ? MqttFrame.VarintBytes(bytes) + bytes : 0;

    private void Properties(Span<byte> packet, ref int at, ReadOnlySpan<byte> properties)
    {
        if (_version != MqttVersion.V5) return;
        at += WriteVarint(packet[at..], properties.Length);
        properties.CopyTo(packet[at..]);
        at += properties.Length;
    }

    private Span<byte> Begin(int first, int remaining, out int at)
    {
        if (remaining > MqttFrame.MaxRemaining) throw new ArgumentException($"A packet has at most {MqttFrame.MaxRemaining} bytes after its header; this one has {remaining}.");
        Span<byte> packet = _output.GetSpan(MqttFrame.MaxHeaderBytes + remaining);
        packet[0] = (byte)first;
        at = 1 + WriteVarint(packet[1..], remaining);
        return packet;
    }

    private static void UInt16(Span<byte> packet, ref int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], value);
        at += sizeof(ushort);
    }

    private static void Counted(Span<byte> packet, ref int at, ReadOnlySpan<byte> bytes)
    {
        UInt16(packet, ref at, checked((ushort)bytes.Length));
        bytes.CopyTo(packet[at..]);
        at += bytes.Length;
    }
}
