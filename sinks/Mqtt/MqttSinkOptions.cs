using HyperIngest.Mqtt;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>An MQTT sink.</summary>
public sealed record MqttSinkOptions
{
    /// <summary>The sink's name, unique in the node; default <c>mqtt</c>.</summary>
    public string Name { get; init; } = "mqtt";

    /// <summary>
    /// The broker. Its client id is each lane's: with more than one shard a lane's is <c>ID-SHARD</c>; empty stands for <c>hyperingest-NODE-SINK</c>. Sessions are clean, whatever it says: what is not
    /// acknowledged is in the journal.
    /// </summary>
    public required MqttClientOptions Client { get; init; }

    /// <summary>What is published; default a unified namespace.</summary>
    public MqttSinkMode Mode { get; init; } = MqttSinkMode.Uns;

    /// <summary>How a unified namespace is published; of <see cref="MqttSinkMode.Uns"/> only.</summary>
    public MqttUnsOptions Uns { get; init; } = new();

    /// <summary>The edge node; of <see cref="MqttSinkMode.Sparkplug"/> only.</summary>
    public MqttEdgeNodeOptions Sparkplug { get; init; } = new();

    /// <summary>Sizes and times.</summary>
    public MqttSinkLimits Limits { get; init; } = new();
}

/// <summary>What an MQTT sink publishes.</summary>
public enum MqttSinkMode
{
    /// <summary>A message a reading, on a topic a series.</summary>
    Uns,

    /// <summary>Sparkplug B: births, and many metrics in one message.</summary>
    Sparkplug,
}

/// <summary>A unified namespace: a message a reading.</summary>
public sealed record MqttUnsOptions
{
    /// <summary>
    /// The topic: text with <c>{tenant}</c>, <c>{device}</c>, <c>{tag}</c>, <c>{unit}</c>, <c>{classification}</c> and <c>{node}</c> in it; default <c>{tenant}/{device}/{tag}</c>. A level whose places
    /// are all empty is left out with its slash. A series that has a topic of its own is published there instead.
    /// </summary>
    public string Topic { get; init; } = "{tenant}/{device}/{tag}";

    /// <summary>What a slash in a name becomes; default levels of the topic.</summary>
    public MqttSlash Slash { get; init; } = MqttSlash.Levels;

    /// <summary>What a message holds; default the product's own JSON record, which its sources read back.</summary>
    public MqttPayload Payload { get; init; } = MqttPayload.Json;

    /// <summary>0 or 1; default 1, which is at least once.</summary>
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>Whether the broker keeps each topic's last message for those who subscribe later; default not.</summary>
    public bool Retain { get; init; }
}

/// <summary>What becomes of a slash in a device's, tag's, tenant's or unit's name.</summary>
public enum MqttSlash
{
    /// <summary>The device <c>hall-1/press-7</c> is two levels.</summary>
    Levels,

    /// <summary>It is one level, <c>hall-1_press-7</c>.</summary>
    Replace,
}

/// <summary>What a message holds.</summary>
public enum MqttPayload
{
    /// <summary>The record of docs/records.md: names, unit, both times, status.</summary>
    Json,

    /// <summary><c>{"value":21.5,"timestamp":"2026-11-21T10:30:22.1234567Z","quality":"good"}</c>.</summary>
    Compact,

    /// <summary>The value alone. It cannot say that it is bad, so that readings of bad status are not published (and counted).</summary>
    Plain,
}

/// <summary>A Sparkplug B edge node.</summary>
public sealed record MqttEdgeNodeOptions
{
    /// <summary>The group id; default <c>hyperingest</c>.</summary>
    public string Group { get; init; } = "hyperingest";

    /// <summary>The edge node id, with <c>{node}</c> for the node's name and <c>{shard}</c>; empty (the default) is <c>{node}</c> with one shard and <c>{node}-{shard}</c> with more: a shard is an edge node.</summary>
    public string EdgeNode { get; init; } = "";

    /// <summary>The primary host: while its STATE is not online, nothing is published and the journal keeps it. Null (the default) for none.</summary>
    public string? PrimaryHost { get; init; }

    /// <summary>Most metrics in one DDATA, 1 to 10,000; default 500.</summary>
    public int MaxMetricsPerMessage { get; init; } = 500;

    /// <summary>Size at which a DDATA is sent, bytes, 256 to 16 MiB; default 64 KiB. Births are as large as their device.</summary>
    public int MaxMessageBytes { get; init; } = 64 << 10;
}

/// <summary>Sizes and times of an MQTT sink.</summary>
public sealed record MqttSinkLimits
{
    /// <summary>Most readings in one delivery, 1 to 1,000,000; default 32,768: 1 MiB of readings, and some tenths of a second of a broker's time.</summary>
    public int MaxReadingsPerDelivery { get; init; } = 32_768;

    /// <summary>Least time from one delivery's begin to the next's, unless that is full, zero to 10 s; default 20 ms.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>QoS 1: most messages sent and not acknowledged, 1 to 65,535; default 8,192. A broker's Receive Maximum lowers it (mosquitto's <c>max_inflight_messages</c> is 20 unless it is set).</summary>
    public int MaxInFlight { get; init; } = 8_192;

    /// <summary>How long the broker may acknowledge or take nothing before the lane says so and holds, 100 ms to 10 min; default 10 s. What is under way stays so.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromSeconds(10);
}
