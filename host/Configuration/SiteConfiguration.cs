using System.Net;
using HyperIngest.Core;
using HyperIngest.Protocols.Kafka;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Configuration;

/// <summary>A site file, bound and checked: everything a node needs to start.</summary>
internal sealed record SiteConfiguration
{
    /// <summary>The file it came from, as the user named it.</summary>
    public required string File { get; init; }

    /// <summary>Shards, batches, journal, delivery.</summary>
    public required PipelineOptions Pipeline { get; init; }

    /// <summary>Modbus devices, ranges spread out. Devices of one range or template share one tag list.</summary>
    public required IReadOnlyList<ModbusDeviceOptions> ModbusDevices { get; init; }

    /// <summary>Kafka sources.</summary>
    public IReadOnlyList<KafkaSourceOptions> KafkaSources { get; init; } = [];

    /// <summary>MQTT sources.</summary>
    public IReadOnlyList<MqttSourceOptions> MqttSources { get; init; } = [];

    /// <summary>OPC UA sources, ranges of their devices spread out.</summary>
    public IReadOnlyList<OpcUaSourceConfiguration> OpcUaSources { get; init; } = [];

    /// <summary>PostgreSQL sinks.</summary>
    public required IReadOnlyList<PostgresOptions> PostgresSinks { get; init; }

    /// <summary>Kafka sinks.</summary>
    public IReadOnlyList<KafkaSinkOptions> KafkaSinks { get; init; } = [];

    /// <summary>MQTT sinks.</summary>
    public IReadOnlyList<MqttSinkOptions> MqttSinks { get; init; } = [];

    /// <summary>Health, status and metrics.</summary>
    public required HttpOptions Http { get; init; }

    /// <summary>Logging.</summary>
    public required LogOptions Log { get; init; }

    /// <summary>How long the sinks are given, when the node stops, to take what the journal has.</summary>
    public required TimeSpan DrainTime { get; init; }
}

/// <summary>The HTTP endpoint.</summary>
/// <param name="Listen">Where it listens; null for nowhere. Loopback unless told otherwise: it has no authentication.</param>
internal sealed record HttpOptions(IPEndPoint? Listen);

/// <summary>How a log line looks.</summary>
internal enum LogFormat
{
    /// <summary>One line of text.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>What is logged and how.</summary>
internal sealed record LogOptions(LogLevel Level, LogFormat Format);
