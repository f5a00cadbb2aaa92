namespace HyperIngest.Mqtt;

/// <summary>
/// DISCONNECT and AUTH (MQTT 5.0, 3.14 and 3.15), which share a layout:
/// <code>
/// reason code  1 byte; absent for 0 without properties
/// properties   absent when there are none
/// </code>
/// </summary>
/// <param name="Reason">Why.</param>
/// <param name="ReasonString">What the broker says in words; null for nothing.</param>
/// <param name="ServerReference">The server to use instead; null for none.</param>
internal sealed record MqttDisconnect(MqttReasonCode Reason, string? ReasonString, string? ServerReference)
{
    /// <summary>Reads a packet that a server sent; the reason why it is none, or <see cref="MqttReasonCode.Success"/>.</summary>
    public static MqttReasonCode Read(byte first, ReadOnlySpan<byte> body, MqttVersion version, out MqttDisconnect packet)
    {
        MqttPacketType type = MqttFrame.TypeOf(first);
        MqttReader reader = new(body);
        string? said = null, reference = null;
        // 3.1.1, 3.14: there only a client disconnects so, and type 15 is reserved.
        if (version == MqttVersion.V311) reader.Fail(type == MqttPacketType.Auth ? MqttReasonCode.MalformedPacket : MqttReasonCode.ProtocolError);
        if ((first & MqttFrame.FlagsMask) != 0) reader.Fail(MqttReasonCode.MalformedPacket);
        MqttReasonCode reason = reader.IsAtEnd ? MqttReasonCode.Success : (MqttReasonCode)reader.Byte();
        if (!IsReason(type, reason)) reader.Fail(MqttReasonCode.ProtocolError);
        if (!reader.IsAtEnd)
        {
            MqttPropertyReader properties = new(reader.Properties(), type == MqttPacketType.Auth ? MqttPropertyPlace.Auth : MqttPropertyPlace.Disconnect);
            while (properties.Next())
            {
                if (properties.Property == MqttProperty.ReasonString) said = MqttText.Decode(properties.Bytes);
                else if (properties.Property == MqttProperty.ServerReference) reference = MqttText.Decode(properties.Bytes);
                // 3.14.2.2.2: only a client sends it.
                else if (properties.Property == MqttProperty.SessionExpiry) reader.Fail(MqttReasonCode.ProtocolError);
            }
            if (properties.Fault != MqttReasonCode.Success) reader.Fail(properties.Fault);
        }
        reader.End();
        packet = new MqttDisconnect(reason, said, reference);
        return reader.Fault;
    }

    /// <summary>3.14.2.1, those a server may send, and 3.15.2.1.</summary>
    private static bool IsReason(MqttPacketType type, MqttReasonCode reason) => type == MqttPacketType.Auth
        ? reason is MqttReasonCode.Success or MqttReasonCode.ContinueAuthentication or MqttReasonCode.ReAuthenticate
        : reason is MqttReasonCode.Success
            or >= MqttReasonCode.UnspecifiedError and <= MqttReasonCode.ImplementationSpecificError
            or MqttReasonCode.NotAuthorized or MqttReasonCode.ServerBusy
            or >= MqttReasonCode.ServerShuttingDown and <= MqttReasonCode.TopicNameInvalid
            or >= MqttReasonCode.ReceiveMaximumExceeded and <= MqttReasonCode.WildcardSubscriptionsNotSupported;
}
