using System.Runtime.CompilerServices;

namespace HyperIngest.Mqtt;

/// <summary>
/// PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5.0, 3.4 to 3.7), which share a layout:
/// <code>
/// packet identifier  2 bytes
/// reason code        1 byte, 5.0 only; absent for success without properties
/// properties         5.0 only; absent when there are none
/// </code>
/// </summary>
/// <param name="Type">Which of the four.</param>
/// <param name="PacketId">What is acknowledged.</param>
/// <param name="Reason">How it went.</param>
internal readonly record struct MqttAck(MqttPacketType Type, ushort PacketId, MqttReasonCode Reason)
{
    private const int IdBytes = 2;

    /// <summary>Reads the packet; the reason why it is none, or <see cref="MqttReasonCode.Success"/>.</summary>
    public static MqttReasonCode Read(byte first, ReadOnlySpan<byte> body, MqttVersion version, out MqttAck packet)
    {
        MqttPacketType type = MqttFrame.TypeOf(first);
        MqttReader reader = new(body);
        int flags = type == MqttPacketType.PubRel ? MqttFrame.RequiredFlags : 0;
        if ((first & MqttFrame.FlagsMask) != flags) reader.Fail(MqttReasonCode.MalformedPacket);
        ushort id = reader.PacketId();
        MqttReasonCode reason = body.Length > IdBytes && version == MqttVersion.V5 ? ReadReason(type, ref reader) : MqttReasonCode.Success;
        reader.End();
        packet = new MqttAck(type, id, reason);
        return reader.Fault;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MqttReasonCode ReadReason(MqttPacketType type, ref MqttReader reader)
    {
        MqttReasonCode reason = (MqttReasonCode)reader.Byte();
        if (!IsReason(type, reason)) reader.Fail(MqttReasonCode.ProtocolError);
        if (reader.IsAtEnd) return reason;
        MqttPropertyReader properties = new(reader.Properties(), (MqttPropertyPlace)(1 << (int)type));
        while (properties.Next()) { }
        if (properties.Fault != MqttReasonCode.Success) reader.Fail(properties.Fault);
        return reason;
    }

    /// <summary>3.4.2.1, 3.5.2.1, 3.6.2.1, 3.7.2.1.</summary>
    private static bool IsReason(MqttPacketType type, MqttReasonCode reason) => type is MqttPacketType.PubAck or MqttPacketType.PubRec
        ? reason is MqttReasonCode.Success or MqttReasonCode.NoMatchingSubscribers or MqttReasonCode.UnspecifiedError or MqttReasonCode.ImplementationSpecificError
            or MqttReasonCode.NotAuthorized or MqttReasonCode.TopicNameInvalid or MqttReasonCode.PacketIdentifierInUse or MqttReasonCode.QuotaExceeded
            or MqttReasonCode.PayloadFormatInvalid
        : reason is MqttReasonCode.Success or MqttReasonCode.PacketIdentifierNotFound;
}
