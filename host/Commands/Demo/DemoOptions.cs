using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Where the demo's readings go besides the journal.</summary>
internal enum DemoSink
{
    /// <summary>Nowhere: the journal is the store.</summary>
    None,

    /// <summary>PostgreSQL.</summary>
    Postgres,

    /// <summary>Kafka.</summary>
    Kafka,
}

/// <summary>What the demo's devices speak.</summary>
internal enum DemoSource
{
    /// <summary>Modbus TCP: they are polled.</summary>
    Modbus,

    /// <summary>MQTT: they publish, through a broker.</summary>
    Mqtt,

    /// <summary>OPC UA: they are servers.</summary>
    OpcUa,
}

/// <summary>The way of a demo's readings.</summary>
internal enum DemoRoute
{
    /// <summary>One node, from the devices to the sink.</summary>
    Direct,

    /// <summary>An edge node that writes Kafka, and a node that reads Kafka and writes PostgreSQL.</summary>
    KafkaPostgres,
}

/// <summary>What <c>hyperingest demo</c> was asked for.</summary>
internal sealed record DemoOptions
{
    /// <summary>Seconds measured.</summary>
    public int Seconds { get; init; } = 30;

    /// <summary>Seconds run before the measurement begins: connections, JIT tiers and caches settle.</summary>
    public int WarmUpSeconds { get; init; } = 5;

    /// <summary>Devices.</summary>
    public int Devices { get; init; } = 1000;

    /// <summary>Tags a device.</summary>
    public int Tags { get; init; } = 600;

    /// <summary>Time from poll to poll; ignored with <see cref="Max"/>.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What the devices speak.</summary>
    public DemoSource Source { get; init; }

    /// <summary>MQTT: what they publish.</summary>
    public MqttPublishFormat Payload { get; init; } = MqttPublishFormat.Sparkplug;

    /// <summary>MQTT: with which quality of service.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>A broker of the user's; null starts a private mosquitto.</summary>
    public MqttClientOptions? Broker { get; init; }

    /// <summary>OPC UA: how values are had.</summary>
    public UaDeviceMode Read { get; init; }

    /// <summary>OPC UA: the security policy.</summary>
    public UaSecurityPolicy Policy { get; init; }

    /// <summary>OPC UA: what is done to messages.</summary>
    public UaSecurityMode Mode { get; init; } = UaSecurityMode.None;

    /// <summary>Poll, or publish, without pause.</summary>
    public bool Max { get; init; }

    /// <summary>The sink.</summary>
    public DemoSink Sink { get; init; }

    /// <summary>A PostgreSQL of the user's; null starts a private one.</summary>
    public string? Postgres { get; init; }

    /// <summary>The way.</summary>
    public DemoRoute Route { get; init; }

    /// <summary>Brokers of the user's; null starts librdkafka's test broker.</summary>
    public string? Kafka { get; init; }

    /// <summary>The format of Kafka records.</summary>
    public RecordFormat Format { get; init; }

    /// <summary>Measure what the sink's own side can do without this product, with the same readings.</summary>
    public bool Ceiling { get; init; }

    /// <summary>Print the report as one JSON object on the last line.</summary>
    public bool Json { get; init; }

    /// <summary>Folder for the journal; null for a temporary one.</summary>
    public string? Data { get; init; }

    /// <summary>Servers and verifiers are started in sessions of their own, where the terminal's Ctrl-C does not reach them: a run that is stopped early still ends in order.</summary>
    public bool OwnSession { get; init; }

    /// <summary>Readings a second that the devices are asked for; null when as many as possible.</summary>
    public double? OfferedPerSecond => Max ? null : Devices * (double)Tags / Interval.TotalSeconds;
}
