using HyperIngest.Mqtt;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes readings of messages. A connection's reading loop's alone; a message of known topics and series allocates nothing.</summary>
internal interface IMessageDecoder
{
    /// <summary>Decodes one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="nowTicks">When it came, UTC ticks: the gateway time of its readings.</param>
    /// <param name="into">Gets the readings, cleared before; what is in it after a failure does not count.</param>
    /// <returns>Null when it was decoded, into any number of readings; otherwise why it could not be, fit for a dead letter.</returns>
    /// <remarks>Whatever the bytes are, nothing is thrown.</remarks>
    string? Decode(in MqttMessage message, long nowTicks, MessageReadings into);
}
