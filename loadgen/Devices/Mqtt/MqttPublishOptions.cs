using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What publishers write.</summary>
public enum MqttPublishFormat
{
    /// <summary>JSON on a topic a tag or a topic a device, as in a unified namespace.</summary>
    Json,

    /// <summary>Sparkplug B: edge nodes with births, deaths, aliases and sequence numbers.</summary>
    Sparkplug,
}

/// <summary>How a group of devices publishes to the plant's broker.</summary>
public sealed record MqttPublishOptions
{
    /// <summary>What is written; default JSON.</summary>
    public MqttPublishFormat Format { get; init; }

    /// <summary>JSON: the topic, with places for <c>{plant}</c>, <c>{device}</c> and <c>{tag}</c>; without <c>{tag}</c> when a message has many readings. Default <c>{plant}/{device}/{tag}</c>.</summary>
    public string Topic { get; init; } = "{plant}/{device}/{tag}";

    /// <summary>Sparkplug: the group id; null for the plant's name.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// Devices that share a connection, 1 to 10,000; default 10. With Sparkplug that is an edge node; 0 makes each device an edge node of its own whose tags are the node's.
    /// </summary>
    public int DevicesPerNode { get; init; } = 10;

    /// <summary>Readings in a message, 1 to 10,000; null for 100 with Sparkplug and 1 with JSON.</summary>
    public int? ReadingsPerMessage { get; init; }

    /// <summary>Quality of service of readings, 0 or 1; default 0. Sparkplug wants 0; 1 is for tests.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>From one publish of all of a device's tags to the next, 10 ms to 24 h; zero for as fast as the broker takes. Default 1 s. Each device begins at a place of its own in it.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>QoS 1: messages of a connection that the broker has not acknowledged, 1 to 65,535; default 1,000. A broker that allows fewer has its way.</summary>
    public int Window { get; init; } = 1000;

    /// <summary>Most readings in a message, the default worked out.</summary>
    public int MessageReadings => ReadingsPerMessage ?? (Format == MqttPublishFormat.Sparkplug ? 100 : 1);
}

/// <summary>A connection to the broker and the devices behind it; with Sparkplug an edge node.</summary>
/// <param name="Name">Unique in the plant: <c>plant-node-07</c>; with Sparkplug the edge node's id.</param>
/// <param name="Options">How it publishes.</param>
/// <param name="FirstDevice">Number of its first device in the plant.</param>
/// <param name="DeviceCount">Devices, one after another.</param>
public sealed record PlantNode(string Name, MqttPublishOptions Options, int FirstDevice, int DeviceCount);
