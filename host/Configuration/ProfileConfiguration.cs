using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration;

/// <summary>A load profile, bound and checked, with the plant it asks for.</summary>
internal sealed record ProfileConfiguration
{
    /// <summary>The profile.</summary>
    public required LoadProfile Profile { get; init; }

    /// <summary>The plant: the file's, or the demo's. Over MQTT without a broker of the user's it names none yet that could be reached.</summary>
    public required Plant Plant { get; init; }

    /// <summary>The plant file, found beside the profile; null for the demo's plant.</summary>
    public string? PlantPath { get; init; }

    /// <summary>The broker that devices publish to: the profile's or the plant file's; null starts a private mosquitto.</summary>
    public MqttClientOptions? Broker { get; init; }

    /// <summary>A PostgreSQL of the user's; null starts a private one.</summary>
    public string? Postgres { get; init; }

    /// <summary>Brokers of the user's; null starts librdkafka's test broker.</summary>
    public string? Kafka { get; init; }

    /// <summary>The format of Kafka records.</summary>
    public RecordFormat Format { get; init; }
}
