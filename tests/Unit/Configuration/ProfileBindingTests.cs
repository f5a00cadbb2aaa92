using HyperIngest.Core.Records;
using HyperIngest.Host.Configuration;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.Unit.Configuration;

public class ProfileBindingTests
{
    private const string Stage = "stages: [ { kind: steady, rate: 1k, for: 10s } ]\n";

    public static TheoryData<string> Samples => new(Directory.GetFiles(RepositoryRoot.File("samples", "profiles")).Select(f => Path.GetFileName(f)));

    [Fact]
    public void Every_key_of_a_profile_is_bound()
    {
        ProfileConfiguration configuration = Parse("""
            name: p
            devices: 20
            tags: 30
            seed: 5
            sink: kafka
            kafka: broker:9092
            format: protobuf
            warm_up: 7s
            generator_check: 0
            stages:
              - { kind: steady, rate: 10k, for: 1m }
              - { kind: ramp, from: 0, to: 0.02M, for: 30s }
              - { kind: step, from: 1k, to: 5k, steps: 5, for: 50s }
              - { kind: spike, base: 1k, peak: 30000, after: 10s, lasts: 5s, for: 20s }
              - { kind: soak, rate: 3k, for: 2h }
            faults:
              - { kind: delay, devices: "press-1*", at: 5s, for: 2s, repeat: 10s, chance: 0.5, every: 3, after: 4, requests: 9, pause: 20ms, jitter: 30ms }
            thresholds: { p50_ms: 1, p99_ms: 2, p999_ms: 3, max_ms: 4, lost: 5, duplicated: 6, reordered: 7, altered: 8, min_rate: 9k, max_not_offered: 0.1, max_failed: 0.2, rss_mb: 10, cpu_cores: 1.5, alloc_bytes: 0.5 }
            """).Value!;
        LoadProfile profile = configuration.Profile;
        Assert.Equal(("p", 20, 30, 5, LoadSink.Kafka), (profile.Name, profile.Devices, profile.Tags, profile.Seed, profile.Sink));
        Assert.Equal(("broker:9092", RecordFormat.Protobuf, 5UL), (configuration.Kafka, configuration.Format, configuration.Plant.Options.Seed));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.Zero), (profile.WarmUp, profile.GeneratorCheck));
        Assert.Equal(
            [
                new SteadyLoad(10_000, TimeSpan.FromMinutes(1)), new RampLoad(0, 20_000, TimeSpan.FromSeconds(30)), new StepLoad(1000, 5000, 5, TimeSpan.FromSeconds(50)),
                new SpikeLoad(1000, 30_000, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20)), new SoakLoad(3000, TimeSpan.FromHours(2)),
            ],
            profile.Stages);
        FaultSpec fault = Assert.Single(profile.Faults);
        Assert.Equal((FaultKind.Delay, "press-1*", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)), (fault.Kind, fault.Devices, fault.At, fault.For, fault.Repeat));
        Assert.Equal(
            new LoadThresholds
            {
                P50Ms = 1,
                P99Ms = 2,
                P999Ms = 3,
                MaxMs = 4,
                Lost = 5,
                Duplicated = 6,
                Reordered = 7,
                Altered = 8,
                MinRate = 9000,
                MaxNotOffered = 0.1,
                MaxFailed = 0.2,
                RssMb = 10,
                CpuCores = 1.5,
                AllocBytes = 0.5,
            },
            profile.Thresholds);
    }

    [Theory]
    [InlineData("name: p\nstages: []\n", "stages: expected a list with at least one stage")]
    [InlineData("name: p\nstages: [ { kind: rmap, from: 1, to: 2, for: 1s } ]\n", "profile.yaml:2:19: stages[0].kind: expected one of steady, ramp, step, spike, soak, found 'rmap'; did you mean 'ramp'?")]
    [InlineData("name: p\nstages: [ { kind: steady, from: 1, for: 1s, rate: 3 } ]\n", "stages[0].from: unknown key 'from'")]
    [InlineData("name: p\nstages: [ { kind: steady, rate: 1 million, for: 1s } ]\n", "readings a second such as 5000, 600k or 1.2M")]
    [InlineData("name: p\nstages: [ { kind: spike, base: 1, peak: 2, after: 5s, lasts: 6s, for: 10s } ]\n", "stages[0].for: expected at least after and lasts together (11s), found 10s")]
    [InlineData("name: p\nstages: [ { kind: steady, rate: 0, for: 10s } ]\n", "expected a rate above 0")]
    [InlineData("name: p\ndevices: 1\ntags: 10\nstages: [ { kind: steady, rate: 1001, for: 10s } ]\n", "expected at most 1,000 readings/s from 10 tags")]
    [InlineData("name: p\nthreshold: {}\n" + Stage, "unknown key 'threshold'; did you mean 'thresholds'?")]
    [InlineData("name: p\nthresholds: { p99_m: 5 }\n" + Stage, "did you mean 'p99_ms'?")]
    [InlineData("name: p\nfaults: [ { kind: drop, at: 10s } ]\n" + Stage, "faults[0].at: expected a time within the profile's 10 s, found 10s")]
    [InlineData("name: p\nfaults: [ { kind: drop, devices: pres-0001 } ]\n" + Stage, "no device like 'pres-0001'; did you mean 'press-0001'?")]
    [InlineData("name: p\nplant: nowhere.yaml\n" + Stage, "nowhere.yaml:1:1: no such file")]
    [InlineData("name: p\nsink: postgres\npostgres: Host=db;Password=hush\n" + Stage, "expected a reference such as ${PG_CONNECTION}")]
    [InlineData("name: p\nformat: json\n" + Stage, "expected only with sink: kafka")]
    [InlineData("name: p\nqos: 1\n" + Stage, "qos: expected only with source: mqtt")]
    [InlineData("name: p\nsource: modbus\nbroker: mqtt://b\n" + Stage, "broker: expected only with source: mqtt")]
    [InlineData("name: p\nsource: mqt\n" + Stage, "did you mean 'mqtt'?")]
    [InlineData("name: p\nsource: mqtt\nbroker: b:1883\n" + Stage, "expected a broker's address such as mqtt://broker.plant:1883")]
    [InlineData("name: p\nsource: mqtt\ndevices: 1\ntags: 10\nstages: [ { kind: steady, rate: 1001, for: 10s } ]\n", "which has each device publish every 10 ms")]
    [InlineData("name: p\nsource: mqtt\nfaults: [ { kind: truncated } ]\n" + Stage, "faults[0].kind: truncated is for Modbus devices")]
    [InlineData("name: p\nfaults: [ { kind: reconnect-storm } ]\n" + Stage, "faults[0].kind: reconnect-storm is for devices that publish over MQTT, and for OPC UA servers")]
    [InlineData("name: p\nsource: mqtt\nfaults: [ { kind: clock-skew, skew: 5s } ]\n" + Stage, "latency counts from the time in the message")]
    public void What_cannot_be_run_is_refused(string yaml, string says)
    {
        ConfigurationResult<ProfileConfiguration> result = Parse(yaml);
        Assert.Null(result.Value);
        string errors = string.Join('\n', result.Errors);
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plant_file_is_looked_for_beside_the_profile()
    {
        string beside = RepositoryRoot.File("samples", "profile.yaml");
        ProfileConfiguration configuration = ConfigurationFile.ParseProfile(beside, new StringReader("name: p\nplant: plant.yaml\nstages: [ { kind: steady, rate: 100, for: 10s } ]\n"), _ => null).Value!;
        Assert.Equal(RepositoryRoot.File("samples", "plant.yaml"), configuration.PlantPath);
        Assert.Equal(121, configuration.Plant.Devices.Count);
    }

    [Fact]
    public void Over_MQTT_the_demos_devices_publish_as_the_profile_says()
    {
        ProfileConfiguration plain = Parse("name: p\nsource: mqtt\n" + Stage).Value!;
        Assert.Equal((LoadSource.Mqtt, null), (plain.Profile.Source, plain.Broker));
        Assert.Equal((MqttPublishFormat.Sparkplug, MqttQos.AtMostOnce, 100), (plain.Plant.Nodes[0].Options.Format, plain.Plant.Nodes[0].Options.Qos, plain.Plant.Nodes[0].Options.MessageReadings));
        ProfileConfiguration own = Parse("name: p\nsource: mqtt\npayload: json\nqos: 1\nbroker: mqtts://b:8884\ndevices: 30\ntags: 40\nseed: 5\n" + Stage).Value!;
        Assert.Equal(("b", 8884, true), (own.Broker!.Host, own.Broker.Port, own.Broker.Tls is not null));
        Assert.Equal((MqttPublishFormat.Json, MqttQos.AtLeastOnce), (own.Plant.Nodes[0].Options.Format, own.Plant.Nodes[0].Options.Qos));
        Assert.Equal((30, 1200L, 5UL), (own.Plant.Devices.Count, own.Plant.PublishedTagCount, own.Plant.Options.Seed));
    }

    [Theory]
    [InlineData("", "", null)]
    [InlineData("source: mqtt\n", "", null)]
    [InlineData("source: modbus\n", "", "source: plant w has devices that publish over MQTT; expected source: mqtt")]
    [InlineData("payload: json\n", "", "payload: expected only without plant, whose file says it")]
    [InlineData("broker: mqtt://b\n", "", "broker: expected only without plant, whose file says it")]
    [InlineData("", "  - { name: polled, tags: [ { name: t, address: 1, type: uint16 } ] }\n", "found pub-1, which publishes over MQTT, and polled, which is polled over Modbus")]
    [InlineData("", "  - { name: late, clock_skew: 5s, mqtt: { format: sparkplug }, tags: [ { name: t, type: uint16 } ] }\n", "found late, whose clock is 5s ahead")]
    [InlineData("", "  - { name: many, mqtt: { topic: \"{plant}/{device}\", readings_per_message: 2 }, tags: [ { name: t, type: uint16 } ] }\n", "found many with 2")]
    public void A_plant_file_whose_devices_publish_makes_the_profile_one_of_MQTT(string profile, string devices, string? says)
    {
        ProfileConfiguration? configuration = AssertPlant(
            "plant: w\nbroker: { address: \"mqtt://b:1884\" }\ndevices:\n  - { name: \"pub-{n}\", count: 2, mqtt: { format: sparkplug, qos: 1 }, tags: [ { name: \"t-{n}\", count: 50, type: uint16 } ] }\n" + devices, profile, says, LoadSource.Mqtt);
        if (says is null) Assert.Equal(("b", 1884), (configuration!.Broker!.Host, configuration.Broker.Port));
    }

    private static ProfileConfiguration? AssertPlant(string plant, string profile, string? says, LoadSource source)
    {
        string folder = Directory.CreateTempSubdirectory("hyperingest-profile-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "w.yaml"), plant);
            ConfigurationResult<ProfileConfiguration> result = ConfigurationFile.ParseProfile(
                Path.Combine(folder, "profile.yaml"), new StringReader("name: p\nplant: w.yaml\n" + profile + "stages: [ { kind: steady, rate: 100, for: 10s } ]\n"), _ => null);
            if (says is null)
            {
                Assert.Empty(result.Problems);
                Assert.Equal(source, result.Value!.Profile.Source);
                return result.Value;
            }
            Assert.Null(result.Value);
            Assert.Contains(says, string.Join('\n', result.Errors), StringComparison.Ordinal);
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Over_OPC_UA_the_demos_devices_are_servers()
    {
        ProfileConfiguration configuration = Parse("name: p\nsource: opcua\ndevices: 3\ntags: 40\nseed: 5\n" + Stage).Value!;
        Assert.Equal((LoadSource.OpcUa, 3, 120L, 5UL), (configuration.Profile.Source, configuration.Plant.Devices.Count, configuration.Plant.TagCount, configuration.Plant.Options.Seed));
        Assert.All(configuration.Plant.Devices, d => Assert.NotNull(d.OpcUa));
    }

    [Theory]
    [InlineData("", "{}", "", null)]
    [InlineData("source: opcua\n", "{ security: [ { policy: Basic256Sha256, mode: Sign }, { policy: none } ] }", "", null)]
    [InlineData("source: modbus\n", "{}", "", "source: plant w has OPC UA servers; expected source: opcua")]
    [InlineData("", "{}", "  - { name: polled, tags: [ { name: t, address: 1, type: uint16 } ] }\n", "found press-1, which is an OPC UA server, and polled, which is polled over Modbus")]
    [InlineData("", "{ security: [ { policy: Basic256Sha256, mode: Sign } ] }", "", "found press-1, which does not; hyperingest demo --source opcua --policy measures those")]
    [InlineData("", "{ anonymous: false, users: [ { name: u, password: p } ] }", "", "expected servers that let in anonymous users, found press-1")]
    public void A_plant_file_of_OPC_UA_servers_makes_the_profile_one_that_reads_them(string profile, string server, string devices, string? says) =>
        AssertPlant($"plant: w\ndevices:\n  - {{ name: \"press-{{n}}\", count: 2, opcua: {server}, tags: [ {{ name: \"t-{{n}}\", count: 50, type: uint16 }} ] }}\n" + devices, profile, says, LoadSource.OpcUa);

    [Fact]
    public void A_scale_goes_for_rates_and_times_and_for_what_is_held_against_them()
    {
        LoadProfile profile = Parse("name: p\nthresholds: { min_rate: 900 }\nfaults: [ { kind: drop, at: 4s, for: 2s } ]\n" + Stage).Value!.Profile.Scaled(0.5, 2);
        Assert.Equal((500, 20, 450), (profile.Curve.Peak, profile.Curve.Seconds, profile.Thresholds.MinRate));
        Assert.Equal((TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(4)), (profile.Faults[0].At, profile.Faults[0].For));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_sample_profiles_are_free_of_errors_and_warnings(string file)
    {
        ConfigurationResult<ProfileConfiguration> result = ConfigurationFile.LoadProfile(RepositoryRoot.File("samples", "profiles", file));
        Assert.Empty(result.Problems);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), result.Value!.Profile.Name);
        Assert.True(ConfigurationFile.IsProfile(RepositoryRoot.File("samples", "profiles", file)));
    }

    private static ConfigurationResult<ProfileConfiguration> Parse(string yaml) => ConfigurationFile.ParseProfile("profile.yaml", new StringReader(yaml), _ => null);
}
