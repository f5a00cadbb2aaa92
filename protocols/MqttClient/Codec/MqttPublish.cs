using System.Runtime.CompilerServices;

namespace HyperIngest.Mqtt;

/// <summary>
/// PUBLISH (MQTT 5.0, 3.3):
/// <code>
/// flags   bit 3 DUP, bits 2-1 QoS, bit 0 RETAIN
/// body    topic name         2 bytes of length, UTF-8; may be empty in 5.0 with a topic alias
///         packet identifier  2 bytes, with QoS 1 and 2
///         properties         5.0: a length and properties
///         payload            the rest
/// </code>
/// </summary>
internal readonly ref struct MqttPublish
{
    /// <summary>3.3.1.1.</summary>
    public const byte DuplicateFlag = 0b1000;

    /// <summary>3.3.1.2.</summary>
    public const int QosShift = 1;

    /// <summary>3.3.1.3.</summary>
    public const byte RetainFlag = 0b0001;

    private const int QosMask = 0b11;

    private readonly byte _flags;

    private MqttPublish(byte flags, ReadOnlySpan<byte> topic, ushort packetId, ReadOnlySpan<byte> properties, ushort alias, ReadOnlySpan<byte> payload)
    {
        _flags = flags;
        Topic = topic;
        PacketId = packetId;
        Properties = properties;
        Alias = alias;
        Payload = payload;
    }

    /// <summary>The topic name; empty when the alias stands for it.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Its properties, valid, for an <see cref="MqttPropertyReader"/>.</summary>
    public ReadOnlySpan<byte> Properties { get; }

    /// <summary>Topic alias; 0 for none.</summary>
    public ushort Alias { get; }

    /// <summary>Packet identifier; 0 with QoS 0.</summary>
    public ushort PacketId { get; }

    public MqttQos Qos => (MqttQos)((_flags >> QosShift) & QosMask);

    public bool IsDuplicate => (_flags & DuplicateFlag) != 0;

    public bool IsRetained => (_flags & RetainFlag) != 0;

    /// <summary>Reads the packet; the reason why it is none, or <see cref="MqttReasonCode.Success"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MqttReasonCode Read(byte first, ReadOnlySpan<byte> body, MqttVersion version, out MqttPublish packet)
    {
        MqttReader reader = new(body);
        int qos = (first >> QosShift) & QosMask;
        // 3.3.1.2: there is no QoS 3. 3.3.1.1: DUP is 0 with QoS 0.
        if (qos > (int)MqttQos.ExactlyOnce || (qos == 0 && (first & DuplicateFlag) != 0)) reader.Fail(MqttReasonCode.MalformedPacket);
        ReadOnlySpan<byte> topic = reader.Binary();
        ushort packetId = qos > 0 ? reader.PacketId() : (ushort)0;
        ReadOnlySpan<byte> properties = default;
        ushort alias = 0;
        if (version == MqttVersion.V5)
        {
            properties = reader.Properties();
            if (!properties.IsEmpty) ReadProperties(properties, ref reader, out alias);
        }
        packet = new MqttPublish((byte)(first & MqttFrame.FlagsMask), topic, packetId, properties, alias, reader.Rest);
        if (reader.Fault != MqttReasonCode.Success) return reader.Fault;
        // 3.3.2.1: a name has no wildcards, and is empty only where an alias stands for it.
        if (!topic.IsEmpty) return MqttTopic.IsName(topic) ? MqttReasonCode.Success : MqttReasonCode.MalformedPacket;
        return alias > 0 ? MqttReasonCode.Success : MqttReasonCode.ProtocolError;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadProperties(ReadOnlySpan<byte> properties, ref MqttReader packet, out ushort alias)
    {
        alias = 0;
        MqttPropertyReader reader = new(properties, MqttPropertyPlace.Publish);
        while (reader.Next())
        {
            if (reader.Property == MqttProperty.TopicAlias) alias = (ushort)reader.Number;
        }
        if (reader.Fault != MqttReasonCode.Success) packet.Fail(reader.Fault);
    }
}
