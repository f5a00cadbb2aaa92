using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes the decoders of a source's rules, which share what they can.</summary>
internal sealed class PayloadDecoders(SeriesRegistrar registrar, IMessageDecoder? sparkplug)
{
    private readonly ScalarReader _scalars = new(registrar.Catalog);
    private readonly JsonMembers _members = new();
    private RecordPayloadDecoder? _records;

    /// <summary>The decoder of a rule that was checked.</summary>
    public IPayloadDecoder Of(MqttRuleOptions rule, TopicTemplate topic) => rule.Payload switch
    {
        MqttJsonPayload json => new JsonPayloadDecoder(json, new TopicSeries(rule, topic, registrar), _members, _scalars),
        MqttTextPayload text => new TextPayloadDecoder(text, new TopicSeries(rule, topic, registrar), _scalars),
        MqttBinaryPayload binary => new BinaryPayloadDecoder(binary, new TopicSeries(rule, topic, registrar)),
        MqttRecordPayload { Format: null } => _records ??= new RecordPayloadDecoder(null, registrar),
        MqttRecordPayload records => new RecordPayloadDecoder(records.Format, registrar),
        MqttSparkplugPayload => new Sparkplug(sparkplug ?? throw new ArgumentException($"Rule '{rule.Topic}' is of Sparkplug B and there is no decoder for it.", nameof(rule))),
        _ => throw new ArgumentException($"Rule '{rule.Topic}' has a payload of type {rule.Payload.GetType().Name}, which nothing decodes.", nameof(rule)),
    };

    private sealed class Sparkplug(IMessageDecoder host) : IPayloadDecoder
    {
        public string? Decode(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into) => host.Decode(message, nowTicks, into);
    }
}
