using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes readings of the payloads of one rule. As <see cref="IMessageDecoder"/>, with what is remembered of the message's topic.</summary>
internal interface IPayloadDecoder
{
    /// <summary>Decodes a message; null when it was, otherwise why not.</summary>
    string? Decode(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into);
}
