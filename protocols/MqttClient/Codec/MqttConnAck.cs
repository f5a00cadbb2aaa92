namespace HyperIngest.Mqtt;

/// <summary>
/// CONNACK (MQTT 5.0, 3.2):
/// <code>
/// acknowledge flags  1 byte: bit 0 session present, the others 0
/// reason code        1 byte; a return code in 3.1.1
/// properties         5.0 only
/// </code>
/// </summary>
/// <param name="Reason">How it went; return codes of 3.1.1 as their counterparts.</param>
/// <param name="Accepted">What the broker grants.</param>
/// <param name="ReasonString">What it says in words; null for nothing.</param>
/// <param name="ServerReference">The server to use instead; null for none.</param>
internal sealed record MqttConnAck(MqttReasonCode Reason, MqttAccepted Accepted, string? ReasonString, string? ServerReference)
{
    private const byte SessionPresentFlag = 0b1;

    /// <summary>A CONNACK of 3.1.1 that refuses the protocol's level: a broker without 5.0 answers so whatever it was asked in.</summary>
    private const byte UnacceptableLevel = 1;

    private const int OldBytes = 2;

    /// <summary>Reads the packet; the reason why it is none, or <see cref="MqttReasonCode.Success"/>.</summary>
    public static MqttReasonCode Read(byte first, ReadOnlySpan<byte> body, MqttClientOptions options, out MqttConnAck packet)
    {
        MqttReader reader = new(body);
        if ((first & MqttFrame.FlagsMask) != 0) reader.Fail(MqttReasonCode.MalformedPacket);
        byte flags = reader.Byte();
        if ((flags & ~SessionPresentFlag) != 0) reader.Fail(MqttReasonCode.MalformedPacket);
        byte code = reader.Byte();
        MqttAccepted accepted = new()
        {
            SessionPresent = (flags & SessionPresentFlag) != 0,
            ClientId = options.ClientId,
            KeepAlive = options.KeepAlive,
            SessionExpiry = options.SessionExpiry,
        };
        MqttReasonCode reason;
        string? said = null, reference = null;
        if (options.Version == MqttVersion.V5 && !(body.Length == OldBytes && code == UnacceptableLevel))
        {
            reason = (MqttReasonCode)code;
            if (!IsReason(reason)) reader.Fail(MqttReasonCode.ProtocolError);
            accepted = ReadProperties(ref reader, accepted, ref said, ref reference);
        }
        else
        {
            reason = FromReturnCode(code);
            if (reason == MqttReasonCode.ProtocolError) reader.Fail(reason);
        }
        reader.End();
        // 3.2.2.1.1: no session with a refusal.
        if (reason != MqttReasonCode.Success && accepted.SessionPresent) reader.Fail(MqttReasonCode.ProtocolError);
        packet = new MqttConnAck(reason, accepted, said, reference);
        return reader.Fault;
    }

    /// <summary>MQTT 3.1.1, 3.2.2.3.</summary>
    private static MqttReasonCode FromReturnCode(byte code) => code switch
    {
        0 => MqttReasonCode.Success,
        1 => MqttReasonCode.UnsupportedProtocolVersion,
        2 => MqttReasonCode.ClientIdentifierNotValid,
        3 => MqttReasonCode.ServerUnavailable,
        4 => MqttReasonCode.BadUserNameOrPassword,
        5 => MqttReasonCode.NotAuthorized,
        _ => MqttReasonCode.ProtocolError,
    };

    /// <summary>3.2.2.2.</summary>
    private static bool IsReason(MqttReasonCode reason) => reason is MqttReasonCode.Success
        or >= MqttReasonCode.UnspecifiedError and <= MqttReasonCode.Banned
        or MqttReasonCode.BadAuthenticationMethod or MqttReasonCode.TopicNameInvalid or MqttReasonCode.PacketTooLarge or MqttReasonCode.QuotaExceeded
        or MqttReasonCode.PayloadFormatInvalid or MqttReasonCode.RetainNotSupported or MqttReasonCode.QosNotSupported or MqttReasonCode.UseAnotherServer
        or MqttReasonCode.ServerMoved or MqttReasonCode.ConnectionRateExceeded;

    private static MqttAccepted ReadProperties(ref MqttReader packet, MqttAccepted accepted, ref string? said, ref string? reference)
    {
        MqttPropertyReader reader = new(packet.Properties(), MqttPropertyPlace.ConnAck);
        while (reader.Next())
        {
            switch (reader.Property)
            {
                case MqttProperty.SessionExpiry: accepted = accepted with { SessionExpiry = TimeSpan.FromSeconds(reader.Number) }; break;
                case MqttProperty.ReceiveMaximum: accepted = accepted with { ReceiveMaximum = (int)reader.Number }; break;
                case MqttProperty.MaximumQos: accepted = accepted with { MaximumQos = (MqttQos)reader.Number }; break;
                case MqttProperty.RetainAvailable: accepted = accepted with { RetainAvailable = reader.Number != 0 }; break;
                case MqttProperty.MaximumPacketSize: accepted = accepted with { MaximumPacketBytes = reader.Number }; break;
                case MqttProperty.AssignedClientIdentifier: accepted = accepted with { ClientId = MqttText.Decode(reader.Bytes) }; break;
                case MqttProperty.TopicAliasMaximum: accepted = accepted with { TopicAliasMaximum = (int)reader.Number }; break;
                case MqttProperty.WildcardSubscriptionAvailable: accepted = accepted with { WildcardsAvailable = reader.Number != 0 }; break;
                case MqttProperty.SharedSubscriptionAvailable: accepted = accepted with { SharedSubscriptionsAvailable = reader.Number != 0 }; break;
                case MqttProperty.ServerKeepAlive: accepted = accepted with { KeepAlive = TimeSpan.FromSeconds(reader.Number) }; break;
                case MqttProperty.ReasonString: said = MqttText.Decode(reader.Bytes); break;
                case MqttProperty.ServerReference: reference = MqttText.Decode(reader.Bytes); break;
                // 4.12: authentication in steps begins with the client's word for it, which this one does not give.
                case MqttProperty.AuthenticationMethod or MqttProperty.AuthenticationData: packet.Fail(MqttReasonCode.ProtocolError); break;
            }
        }
        if (reader.Fault != MqttReasonCode.Success) packet.Fail(reader.Fault);
        return accepted;
    }
}
