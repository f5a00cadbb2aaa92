using System.Globalization;
using HyperIngest.Core;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a load profile, and the plant file it names.</summary>
internal static class ProfileBinder
{
    // Below this a poll would be due at every other tick of the scheduler; see ModbusValidation for the same bound of an interval.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>The profile; null when it cannot be run, which has then been reported.</summary>
    public static ProfileConfiguration? Bind(SectionReader root)
    {
        LoadProfile profile = new()
        {
            Name = root.Get(ProfileSchema.Name),
            PlantFile = root.Has(ProfileSchema.Plant) ? root.Get(ProfileSchema.Plant) : null,
            Devices = root.Get(ProfileSchema.Devices),
            Tags = root.Get(ProfileSchema.Tags),
            Seed = root.Get(ProfileSchema.Seed),
            Source = root.Get(ProfileSchema.Source),
            Payload = root.Get(ProfileSchema.Payload),
            Qos = root.Get(ProfileSchema.Qos),
            Sink = root.Get(ProfileSchema.Sink),
            WarmUp = root.Get(ProfileSchema.WarmUp),
            GeneratorCheck = root.Get(ProfileSchema.GeneratorCheck),
            Stages = [.. root.List(ProfileSchema.Stages).Select(Stage).OfType<LoadShape>()],
            Faults = [.. root.List(ProfileSchema.Faults).Select(FaultBinder.Bind)],
            Thresholds = Thresholds(root.Section(ProfileSchema.Thresholds)),
        };
        if (profile.Stages.Count == 0 && !root.Problems.HasErrors) root.Error(ProfileSchema.Stages, "expected a list with at least one stage, found nothing");
        CheckSinkKeys(root, profile.Sink);
        CheckSourceKeys(root, profile);
        string? plantPath = PlantPathOf(root, profile);
        MqttClientOptions? broker = root.Has(ProfileSchema.Broker) ? BrokerOf(root.Get(ProfileSchema.Broker)) : null;
        Plant? plant = plantPath is null ? DemoPlantOf(profile, broker) : PlantOf(root, plantPath);
        if (root.Problems.HasErrors || plant is null) return null;
        if (plantPath is not null)
        {
            profile = profile with { Source = PlantLoad.SourceOf(root, plant) };
            broker = plant.Options.Broker;
        }
        CheckRates(root, profile, plant);
        CheckFaults(root, profile, plant);
        return new ProfileConfiguration
        {
            Profile = profile,
            Plant = plant,
            PlantPath = plantPath,
            Broker = broker,
            Postgres = root.Has(ProfileSchema.Postgres) ? root.Get(ProfileSchema.Postgres) : null,
            Kafka = root.Has(ProfileSchema.Kafka) ? root.Get(ProfileSchema.Kafka) : null,
            Format = root.Get(ProfileSchema.Format),
        };
    }

    /// <summary>What is wrong with a rate for a plant; null when nothing is.</summary>
    public static string? TooFast(double peak, Plant plant)
    {
        double most = plant.TagCount / ShortestInterval.TotalSeconds;
        string each = plant.Nodes.Count > 0 ? "has each device publish" : "polls each device";
        return peak <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"expected at most {most:N0} readings/s from {plant.TagCount:N0} tags, which {each} every {ShortestInterval.TotalMilliseconds:0} ms, found {peak:N0}; take more devices or tags");
    }

    private static LoadShape? Stage(SectionReader reader)
    {
        TimeSpan time = reader.Get(ProfileSchema.Stage.For);
        switch (reader.Get(ProfileSchema.Stage.Kind))
        {
            case "ramp":
                return new RampLoad(reader.Get(ProfileSchema.Stage.From), reader.Get(ProfileSchema.Stage.To), time);
            case "step":
                return new StepLoad(reader.Get(ProfileSchema.Stage.From), reader.Get(ProfileSchema.Stage.To), reader.Get(ProfileSchema.Stage.Steps), time);
            case "soak":
                return new SoakLoad(reader.Get(ProfileSchema.Stage.Rate), time);
            case "spike":
                TimeSpan after = reader.Get(ProfileSchema.Stage.After), lasts = reader.Get(ProfileSchema.Stage.Lasts);
                if (after + lasts > time)
                {
                    reader.Error(ProfileSchema.Stage.For, $"expected at least after and lasts together ({Duration.Format(after + lasts)}), found {Duration.Format(time)}");
                    return null;
                }
                return new SpikeLoad(reader.Get(ProfileSchema.Stage.Base), reader.Get(ProfileSchema.Stage.Peak), after, lasts, time);
            default:
                return new SteadyLoad(reader.Has(ProfileSchema.Stage.Kind) ? reader.Get(ProfileSchema.Stage.Rate) : 0, time);
        }
    }

    private static LoadThresholds Thresholds(SectionReader reader) => new()
    {
        P50Ms = reader.GetOrNull(ProfileSchema.Threshold.P50),
        P99Ms = reader.GetOrNull(ProfileSchema.Threshold.P99),
        P999Ms = reader.GetOrNull(ProfileSchema.Threshold.P999),
        MaxMs = reader.GetOrNull(ProfileSchema.Threshold.Max),
        Lost = reader.Get(ProfileSchema.Threshold.Lost),
        Duplicated = reader.Get(ProfileSchema.Threshold.Duplicated),
        Reordered = reader.Get(ProfileSchema.Threshold.Reordered),
        Altered = reader.Get(ProfileSchema.Threshold.Altered),
        MinRate = reader.GetOrNull(ProfileSchema.Threshold.MinRate),
        MaxNotOffered = reader.Get(ProfileSchema.Threshold.MaxNotOffered),
        MaxFailed = reader.GetOrNull(ProfileSchema.Threshold.MaxFailed),
        RssMb = reader.GetOrNull(ProfileSchema.Threshold.Rss),
        CpuCores = reader.GetOrNull(ProfileSchema.Threshold.Cpu),
        AllocBytes = reader.GetOrNull(ProfileSchema.Threshold.Alloc),
    };

    private static void CheckSinkKeys(SectionReader root, LoadSink sink)
    {
        if (root.Has(ProfileSchema.Postgres) && sink != LoadSink.Postgres) root.Error(ProfileSchema.Postgres, "expected only with sink: postgres");
        if (root.Has(ProfileSchema.Kafka) && sink != LoadSink.Kafka) root.Error(ProfileSchema.Kafka, "expected only with sink: kafka");
        if (root.Has(ProfileSchema.Format) && sink != LoadSink.Kafka) root.Error(ProfileSchema.Format, "expected only with sink: kafka");
        // The profile's text is kept with the run and shown in its report.
        if (root.Has(ProfileSchema.Postgres) && !EnvironmentReferences.IsOne(root.Found(ProfileSchema.Postgres).Trim('\'')))
        {
            root.Error(ProfileSchema.Postgres, "expected a reference such as ${PG_CONNECTION}, because a run's report shows the profile; found a value that is not shown");
        }
    }

    private static void CheckSourceKeys(SectionReader root, LoadProfile profile)
    {
        if (profile.Source == LoadSource.Mqtt || profile.PlantFile is not null) return;
        foreach (Key key in (Key[])[ProfileSchema.Payload, ProfileSchema.Qos, ProfileSchema.Broker])
        {
            if (root.Has(key)) root.Error(key, "expected only with source: mqtt");
        }
    }

    private static string? PlantPathOf(SectionReader root, LoadProfile profile)
    {
        if (profile.PlantFile is null) return null;
        foreach (Key key in (Key[])[ProfileSchema.Devices, ProfileSchema.Tags, ProfileSchema.Seed, ProfileSchema.Payload, ProfileSchema.Qos, ProfileSchema.Broker])
        {
            if (root.Has(key)) root.Error(key, "expected only without plant, whose file says it");
        }
        return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(root.Problems.File)) ?? "", profile.PlantFile);
    }

    // A private broker's address is known when it runs.
    private static Plant DemoPlantOf(LoadProfile profile, MqttClientOptions? broker) => new(
        profile.Source switch
        {
            LoadSource.Mqtt => DemoPlant.CreateMqtt(broker ?? BrokerOf(BrokerAddress.Local), new MqttPublishOptions { Format = profile.Payload, Qos = profile.Qos }, profile.Devices, profile.Tags),
            LoadSource.OpcUa => DemoPlant.CreateOpcUa(new UaServerDeviceOptions(), profile.Devices, profile.Tags),
            _ => DemoPlant.Create(profile.Devices, profile.Tags),
        } with
        { Seed = (ulong)profile.Seed });

    private static MqttClientOptions BrokerOf(BrokerAddress address) => new() { Host = address.Host, Port = address.Port, Tls = address.Tls ? new MqttTlsOptions() : null };

    private static Plant? PlantOf(SectionReader root, string path)
    {
        ConfigurationResult<PlantConfiguration> result = ConfigurationFile.LoadPlant(path);
        foreach (ConfigurationProblem problem in result.Errors) root.Error(ProfileSchema.Plant, problem.ToString());
        if (result.Value?.Plant is { } plant && !plant.Devices.Any(d => d.Template.Tags.Any(t => t.IsVerifiable)))
        {
            root.Error(ProfileSchema.Plant, $"expected at least one tag with generator sequence, found none in {path}: nothing could be proved");
        }
        return result.Value?.Plant;
    }

    private static void CheckRates(SectionReader root, LoadProfile profile, Plant plant)
    {
        if (profile.Curve.Peak == 0) root.Error(ProfileSchema.Stages, "expected a rate above 0 in at least one stage, found none");
        else if (TooFast(profile.Curve.Peak, plant) is { } wrong) root.Error(ProfileSchema.Stages, wrong);
    }

    private static void CheckFaults(SectionReader root, LoadProfile profile, Plant plant)
    {
        double seconds = profile.Curve.Seconds;
        for (int i = 0; i < profile.Faults.Count; i++)
        {
            FaultSpec fault = profile.Faults[i];
            if (fault.At.TotalSeconds >= seconds) root.Error(ProfileSchema.Faults, string.Create(CultureInfo.InvariantCulture, $"faults[{i}].at: expected a time within the profile's {seconds:0.###} s, found {Duration.Format(fault.At)}"));
            PlantDevice[] hit = [.. plant.Devices.Where(d => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(fault.Devices, d.Name, ignoreCase: false))];
            if (hit.Length == 0)
            {
                root.Error(ProfileSchema.Faults, $"faults[{i}].devices: plant {plant.Options.Name} has no device like '{fault.Devices}'{Nearest.Hint(fault.Devices, plant.Devices.Take(1000).Select(d => d.Name))}");
            }
            else if (hit.All(d => FaultRules.Unfit(fault, d) is not null))
            {
                root.Error(ProfileSchema.Faults, $"faults[{i}].kind: {FaultRules.Unfit(fault, hit[0])}");
            }
            else if (profile.Source == LoadSource.Mqtt && fault.Kind == FaultKind.ClockSkew)
            {
                root.Error(ProfileSchema.Faults, $"faults[{i}].kind: latency counts from the time in the message, which a clock that is wrong would alter; take another kind than clock-skew");
            }
        }
    }
}
