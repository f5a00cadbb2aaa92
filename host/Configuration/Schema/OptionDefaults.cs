using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Shaping;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Kafka;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Kafka.Registry;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>
/// The options records as they are when nothing is set: where the schemas take their defaults from. In a class of its own, so that the
/// schemas' static fields need each other in one direction only, whichever of them is touched first.
/// </summary>
internal static class OptionDefaults
{
    public static readonly PipelineOptions Pipeline = new() { Journal = new JournalOptions { Path = "" } };

    public static readonly ModbusDeviceOptions Device = new() { Name = "", Host = "", Tags = [] };

    public static readonly ModbusTag Tag = new() { Name = "", Address = 0 };

    public static readonly ShapingRule Shaping = new();

    public static readonly PostgresOptions Postgres = new() { ConnectionString = "" };

    public static readonly KafkaSinkOptions Kafka = new() { Client = new KafkaClientOptions { Brokers = "" } };

    public static readonly MqttSinkOptions Mqtt = new() { Client = new MqttClientOptions { Host = "" } };

    public static readonly KafkaSourceOptions KafkaSource = new() { Name = "", Group = "", Topics = [], Client = new KafkaClientOptions { Brokers = "" } };

    public static readonly MqttClientOptions MqttClient = new() { Host = "" };

    public static readonly MqttTlsOptions MqttTls = new();

    public static readonly MqttSourceOptions MqttSource = new() { Name = "", Client = MqttClient, Rules = [] };

    public static readonly SparkplugHostOptions SparkplugHost = new();

    public static readonly MqttRuleOptions MqttRule = new() { Topic = "" };

    public static readonly MqttJsonPayload MqttJson = new();

    public static readonly MqttBinaryField MqttField = new();

    public static readonly MqttBinaryTime MqttBinaryTime = new() { Offset = 0 };

    public static readonly UaSessionOptions UaSession = new() { EndpointUrl = "" };

    public static readonly UaTag UaTag = new() { Name = "" };

    public static readonly UaDeviceOptions UaDevice = new() { Name = "", Session = UaSession, Tags = [] };

    public static readonly UaSubscribeOptions UaSubscribe = new();

    public static readonly UaPollOptions UaPoll = new();

    public static readonly UaSourceOptions UaSource = new() { Name = "", Devices = [] };

    public static readonly SchemaRegistryOptions Registry = new() { Url = "" };

    public static readonly LoadProfile Profile = new() { Name = "", Stages = [] };

    public static readonly PlantOptions Plant = new() { Devices = [] };

    public static readonly PlantDeviceOptions PlantDevice = new() { Name = "", Tags = [] };

    public static readonly MqttPublishOptions Publish = new();

    public static readonly UaServerDeviceOptions UaServerDevice = new();

    public static readonly PlantTagOptions PlantTag = new() { Name = "" };
}
