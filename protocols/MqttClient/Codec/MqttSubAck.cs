namespace HyperIngest.Mqtt;

/// <summary>
/// SUBACK and UNSUBACK (MQTT 5.0, 3.9 and 3.11):
/// <code>
/// packet identifier  2 bytes
/// properties         5.0 only
/// reason codes       1 byte for each filter; UNSUBACK of 3.1.1 has none
/// </code>
/// </summary>
internal readonly ref struct MqttSubAck
{
    private MqttSubAck(ushort packetId, ReadOnlySpan<byte> codes)
    {
        PacketId = packetId;
        Codes = codes;
    }

    /// <summary>Which SUBSCRIBE or UNSUBSCRIBE is answered.</summary>
    public ushort PacketId { get; }

    /// <summary>A <see cref="MqttReasonCode"/> for each filter.</summary>
    public ReadOnlySpan<byte> Codes { get; }

    /// <summary>Reads the packet; the reason why it is none, or <see cref="MqttReasonCode.Success"/>.</summary>
    public static MqttReasonCode Read(byte first, ReadOnlySpan<byte> body, MqttVersion version, out MqttSubAck packet)
    {
        bool subscribed = MqttFrame.TypeOf(first) == MqttPacketType.SubAck;
        MqttReader reader = new(body);
        if ((first & MqttFrame.FlagsMask) != 0) reader.Fail(MqttReasonCode.MalformedPacket);
        ushort id = reader.PacketId();
        if (version == MqttVersion.V5)
        {
            MqttPropertyReader properties = new(reader.Properties(), subscribed ? MqttPropertyPlace.SubAck : MqttPropertyPlace.UnsubAck);
            while (properties.Next()) { }
            if (properties.Fault != MqttReasonCode.Success) reader.Fail(properties.Fault);
        }
        packet = new MqttSubAck(id, reader.Rest);
        if (reader.Fault != MqttReasonCode.Success) return reader.Fault;
        if (version == MqttVersion.V311 && !subscribed) return packet.Codes.IsEmpty ? MqttReasonCode.Success : MqttReasonCode.MalformedPacket;
        if (packet.Codes.IsEmpty) return MqttReasonCode.ProtocolError;
        foreach (byte code in packet.Codes)
        {
            if (!IsReason((MqttReasonCode)code, version, subscribed)) return MqttReasonCode.ProtocolError;
        }
        return MqttReasonCode.Success;
    }

    /// <summary>3.9.3, 3.11.3; 3.1.1, 3.9.3.</summary>
    private static bool IsReason(MqttReasonCode reason, MqttVersion version, bool subscribed)
    {
        if (reason is MqttReasonCode.GrantedQos1 or MqttReasonCode.GrantedQos2) return subscribed;
        if (reason is MqttReasonCode.Success or MqttReasonCode.UnspecifiedError) return true;
        if (version == MqttVersion.V311) return false;
        if (reason is MqttReasonCode.ImplementationSpecificError or MqttReasonCode.NotAuthorized or MqttReasonCode.TopicFilterInvalid or MqttReasonCode.PacketIdentifierInUse) return true;
        return subscribed
            ? reason is MqttReasonCode.QuotaExceeded or MqttReasonCode.SharedSubscriptionsNotSupported or MqttReasonCode.SubscriptionIdentifiersNotSupported
                or MqttReasonCode.WildcardSubscriptionsNotSupported
            : reason is MqttReasonCode.NoSubscriptionExisted;
    }
}
