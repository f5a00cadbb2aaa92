using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Profiles;

/// <summary>Where a load run's readings go besides the journal.</summary>
public enum LoadSink
{
    /// <summary>Nowhere: the journal is the store.</summary>
    Journal,

    /// <summary>PostgreSQL.</summary>
    Postgres,

    /// <summary>Kafka.</summary>
    Kafka,

    /// <summary>There is no product: the simulator stands alone, for any other collector to read.</summary>
    None,
}

/// <summary>How a load run's readings come to the product.</summary>
public enum LoadSource
{
    /// <summary>The product asks the devices, over Modbus TCP.</summary>
    Modbus,

    /// <summary>The devices publish to an MQTT broker, and the product subscribes there.</summary>
    Mqtt,

    /// <summary>The product reads the devices, which are OPC UA servers.</summary>
    OpcUa,
}

/// <summary>A load run as it was asked for.</summary>
public sealed record LoadProfile
{
    /// <summary>Its name, 1 to 63 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The plant file; null for the plant of <c>hyperingest demo</c> with <see cref="Devices"/> and <see cref="Tags"/>.</summary>
    public string? PlantFile { get; init; }

    /// <summary>Without a plant file: devices, 1 to 20,000; default 1,000.</summary>
    public int Devices { get; init; } = 1000;

    /// <summary>Without a plant file: tags a device, 1 to 10,000; default 600.</summary>
    public int Tags { get; init; } = 600;

    /// <summary>Without a plant file: the plant's seed, from which the chances of faults are drawn; default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How the readings come; default Modbus.</summary>
    public LoadSource Source { get; init; }

    /// <summary>Over MQTT, without a plant file: what is published; default Sparkplug B.</summary>
    public MqttPublishFormat Payload { get; init; } = MqttPublishFormat.Sparkplug;

    /// <summary>Over MQTT, without a plant file: quality of service, 0 or 1; default 0.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>Where the readings go; default the journal alone.</summary>
    public LoadSink Sink { get; init; }

    /// <summary>Time run before the measured time, 0 to 10 min; default 5 s.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the generator by itself is measured first, up to 1 min; 0 for not at all. Default 3 s.</summary>
    public TimeSpan GeneratorCheck { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The stages of the measured time, at least one.</summary>
    public required IReadOnlyList<LoadShape> Stages { get; init; }

    /// <summary>Faults, from the begin of the measured time.</summary>
    public IReadOnlyList<FaultSpec> Faults { get; init; } = [];

    /// <summary>What must hold.</summary>
    public LoadThresholds Thresholds { get; init; } = new();

    /// <summary>The measured time's rates.</summary>
    public RateCurve Curve => new([.. Stages.SelectMany(s => s.Pieces)]);

    /// <summary>The same profile with other rates and another length: its stages, the times of its faults, and the rate it must reach.</summary>
    /// <param name="rates">Factor of all rates, above 0.</param>
    /// <param name="seconds">Factor of all measured times, above 0.</param>
    public LoadProfile Scaled(double rates, double seconds) => this with
    {
        Stages = [.. Stages.Select(s => s.Scaled(rates, seconds))],
        Faults = [.. Faults.Select(f => f with { At = f.At * seconds, For = f.For * seconds, Repeat = f.Repeat * seconds })],
        Thresholds = Thresholds with { MinRate = Thresholds.MinRate * rates },
    };

    /// <summary>The rate of the warm-up: that of the begin, and at least a tenth of the peak, so that every device is asked and every code path has run before anything counts.</summary>
    public static double WarmUpRateOf(RateCurve curve) => Math.Max(curve.RateAt(0), curve.Peak / 10);
}
