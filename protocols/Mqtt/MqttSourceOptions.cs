using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>What the gateway time of an MQTT source's readings is.</summary>
public enum MqttGatewayTime
{
    /// <summary>When the message was in memory.</summary>
    Arrival,

    /// <summary>
    /// The payload's own time, where it has one: the gateway time is the source time. For load runs, whose publishers stamp each message with the time it was due: what is measured from the gateway
    /// time then counts from there.
    /// </summary>
    Payload,
}

/// <summary>An MQTT source: readings from the topics of one broker, over one connection.</summary>
public sealed record MqttSourceOptions
{
    /// <summary>The source's name, unique in the node. With the client id it names the marks in the journal by which nothing is taken twice: keep it.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The broker. With a session that is kept (<see cref="MqttClientOptions.SessionExpiry"/>) nothing of QoS 1 and 2 is lost while the node is away; it needs a client id.
    /// </summary>
    public required MqttClientOptions Client { get; init; }

    /// <summary>Topics and what their payloads are; the first rule that matches a topic says it.</summary>
    public required IReadOnlyList<MqttRuleOptions> Rules { get; init; }

    /// <summary>What messages may add to the catalog, and how much is remembered.</summary>
    public MqttSourceLimits Limits { get; init; } = new();

    /// <summary>The Sparkplug B host, for the rules whose payload is Sparkplug B; null where there are none.</summary>
    public SparkplugHostOptions? Sparkplug { get; init; }

    /// <summary>What the gateway time of the readings is; default when their message came.</summary>
    public MqttGatewayTime GatewayTime { get; init; }

    /// <summary>
    /// How often what has become durable is looked at and acknowledged, 1 ms to 1 s; default 10 ms. An acknowledgement waits for the journal's fsync, 100 ms by default, anyway; what waits
    /// here is only added to what the broker has under way.
    /// </summary>
    public TimeSpan AcknowledgeInterval { get; init; } = TimeSpan.FromMilliseconds(10);
}

/// <summary>What the messages of an MQTT source may add, and how much is remembered of them.</summary>
public sealed record MqttSourceLimits
{
    /// <summary>Series its messages may add to the catalog between two starts, 0 to 100,000,000; default 600,000. Messages with more are dead letters.</summary>
    public int MaxNewSeries { get; init; } = 600_000;

    /// <summary>Longest device or tag, in UTF-8 bytes, 1 to 4,096; default 512.</summary>
    public int MaxNameBytes { get; init; } = 512;

    /// <summary>Topics that are remembered with what they stand for, 1 to 16,777,216; default 1,000,000. Messages of others are taken as well, more slowly.</summary>
    public int MaxTopics { get; init; } = 1_000_000;
}
