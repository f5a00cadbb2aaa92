namespace HyperIngest.Mqtt;

/// <summary>Reason codes in words, for log lines and faults.</summary>
public static class MqttReasonText
{
    /// <summary>The code in words and as a number: <c>bad user name or password (0x86)</c>.</summary>
    public static string Of(MqttReasonCode reason) => $"{Words(reason)} (0x{(byte)reason:X2})";

    private static string Words(MqttReasonCode reason) => reason switch
    {
        MqttReasonCode.Success => "success",
        MqttReasonCode.NoMatchingSubscribers => "nobody subscribes to it",
        MqttReasonCode.NoSubscriptionExisted => "there was no such subscription",
        MqttReasonCode.UnspecifiedError => "unspecified error",
        MqttReasonCode.MalformedPacket => "malformed packet",
        MqttReasonCode.ProtocolError => "protocol error",
        MqttReasonCode.ImplementationSpecificError => "not accepted by this implementation",
        MqttReasonCode.UnsupportedProtocolVersion => "unsupported protocol version",
        MqttReasonCode.ClientIdentifierNotValid => "client id not valid",
        MqttReasonCode.BadUserNameOrPassword => "bad user name or password",
        MqttReasonCode.NotAuthorized => "not authorized",
        MqttReasonCode.ServerUnavailable => "server unavailable",
        MqttReasonCode.ServerBusy => "server busy",
        MqttReasonCode.Banned => "banned",
        MqttReasonCode.ServerShuttingDown => "server shutting down",
        MqttReasonCode.BadAuthenticationMethod => "bad authentication method",
        MqttReasonCode.KeepAliveTimeout => "keep-alive timeout",
        MqttReasonCode.SessionTakenOver => "session taken over by another connection with this client id",
        MqttReasonCode.TopicFilterInvalid => "topic filter invalid",
        MqttReasonCode.TopicNameInvalid => "topic name invalid",
        MqttReasonCode.PacketIdentifierInUse => "packet identifier in use",
        MqttReasonCode.PacketIdentifierNotFound => "packet identifier not found",
        MqttReasonCode.ReceiveMaximumExceeded => "receive maximum exceeded",
        MqttReasonCode.TopicAliasInvalid => "topic alias invalid",
        MqttReasonCode.PacketTooLarge => "packet too large",
        MqttReasonCode.MessageRateTooHigh => "message rate too high",
        MqttReasonCode.QuotaExceeded => "quota exceeded",
        MqttReasonCode.AdministrativeAction => "administrative action",
        MqttReasonCode.PayloadFormatInvalid => "payload format invalid",
        MqttReasonCode.RetainNotSupported => "retain not supported",
        MqttReasonCode.QosNotSupported => "QoS not supported",
        MqttReasonCode.UseAnotherServer => "use another server",
        MqttReasonCode.ServerMoved => "server moved",
        MqttReasonCode.SharedSubscriptionsNotSupported => "shared subscriptions not supported",
        MqttReasonCode.ConnectionRateExceeded => "connection rate exceeded",
        MqttReasonCode.MaximumConnectTime => "maximum connect time",
        MqttReasonCode.SubscriptionIdentifiersNotSupported => "subscription identifiers not supported",
        MqttReasonCode.WildcardSubscriptionsNotSupported => "wildcard subscriptions not supported",
        _ => "reason",
    };
}
