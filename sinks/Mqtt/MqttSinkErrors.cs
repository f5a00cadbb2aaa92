using HyperIngest.Core.Delivery;
using HyperIngest.Mqtt;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>What an acknowledgement's reason code means for its message.</summary>
internal enum PublishVerdict : byte
{
    /// <summary>The broker has it.</summary>
    Taken,

    /// <summary>It will never take it.</summary>
    Refused,

    /// <summary>It does not take it now.</summary>
    Later,
}

/// <summary>Sorts reason codes (MQTT 5.0, 3.4.2.1) and ends of connections.</summary>
internal static class MqttSinkErrors
{
    /// <summary>The rule for PUBACK. A quota is used up now and not for ever; what the broker gives no reason for is tried again, and said each time.</summary>
    public static PublishVerdict VerdictOf(MqttReasonCode reason) => reason switch
    {
        < MqttReasonCode.UnspecifiedError => PublishVerdict.Taken,
        MqttReasonCode.NotAuthorized or MqttReasonCode.TopicNameInvalid or MqttReasonCode.PayloadFormatInvalid or MqttReasonCode.PacketTooLarge => PublishVerdict.Refused,
        _ => PublishVerdict.Later,
    };

    /// <summary>Whether the broker ended the connection for what one message is, so that sending the same again would end it again.</summary>
    public static bool IsOneMessagesFault(MqttEnd end) =>
        end is { ByServer: true, Reason: MqttReasonCode.TopicNameInvalid or MqttReasonCode.PayloadFormatInvalid or MqttReasonCode.PacketTooLarge or MqttReasonCode.MalformedPacket };

    /// <summary>The outcome of a connection that was not made or has ended: Retry, or Stop with what to do.</summary>
    public static DeliveryOutcome OutcomeOf(MqttEnd end) => end.MayPass ? DeliveryOutcome.Retry(end.Text) : DeliveryOutcome.Stop($"{end.Text}{Advice(end.Reason)}");

    /// <summary>A code in words, for dead letters and log lines.</summary>
    public static string TextOf(MqttReasonCode reason) => reason switch
    {
        MqttReasonCode.NotAuthorized => "not authorized (0x87): the broker's access list does not let the sink's user publish there",
        MqttReasonCode.TopicNameInvalid => "topic name invalid (0x90)",
        MqttReasonCode.PayloadFormatInvalid => "payload format invalid (0x99)",
        MqttReasonCode.PacketTooLarge => "packet too large (0x95)",
        MqttReasonCode.QuotaExceeded => "quota exceeded (0x97)",
        _ => $"{reason} (0x{(byte)reason:X2})",
    };

    private static string Advice(MqttReasonCode reason) => reason switch
    {
        MqttReasonCode.BadUserNameOrPassword or MqttReasonCode.NotAuthorized => ". Look at user and password of the sink",
        MqttReasonCode.ClientIdentifierNotValid => ". Choose another client_id for the sink",
        MqttReasonCode.UnsupportedProtocolVersion => ". Choose another version for the sink",
        _ => "",
    };
}
