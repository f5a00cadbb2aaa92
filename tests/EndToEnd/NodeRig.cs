using System.Globalization;
using System.Text.Json;
using HyperIngest.Host.Configuration;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>What a rig is made of.</summary>
internal sealed record NodeRigOptions
{
    /// <summary>Devices, each with a port of its own.</summary>
    public int Devices { get; init; } = 60;

    /// <summary>int32 tags a device, t.01 and up.</summary>
    public int Tags { get; init; } = 60;

    /// <summary>Name of one more int32 tag a device; null for none.</summary>
    public string? OneMoreTag { get; init; }

    public string Interval { get; init; } = "100ms";

    /// <summary>Keys of the devices after their interval, beginning with a comma.</summary>
    public string DeviceKeys { get; init; } = "";

    /// <summary>Keys of the delivery after its breaker, beginning with a comma.</summary>
    public string DeliveryKeys { get; init; } = "";

    /// <summary>How long the sinks are given when the node stops.</summary>
    public string Drain { get; init; } = "10s";

    /// <summary>The journal's folder; null for one in the rig's.</summary>
    public string? Journal { get; init; }

    public string Segment { get; init; } = "4MiB";

    /// <summary>Keys of the journal after its segment size, beginning with a comma.</summary>
    public string Retention { get; init; } = "";

    public int Shards { get; init; } = 2;

    public int Ring { get; init; } = 65_536;

    /// <summary>Keys of a PostgreSQL sink after its connection, beginning with a comma; empty for none, null for no sink.</summary>
    public string? Sink { get; init; }

    /// <summary>The PostgreSQL sink's server; needed with <see cref="Sink"/>.</summary>
    public string? Connection { get; init; }

    /// <summary>Keys of a Kafka sink after its brokers, beginning with a comma; empty for none, null for no such sink.</summary>
    public string? Kafka { get; init; }

    /// <summary>The Kafka sink's brokers; needed with <see cref="Kafka"/>.</summary>
    public string? Brokers { get; init; }
}

/// <summary>A plant in a process of its own, the site file of a node that reads it, and the verifier.</summary>
internal sealed class NodeRig : IAsyncDisposable
{
    /// <summary>The PostgreSQL sink.</summary>
    public const string SinkName = "historian";

    /// <summary>The Kafka sink.</summary>
    public const string KafkaName = "stream";

    /// <summary>Where the Kafka sink writes, unless its keys say otherwise.</summary>
    public const string Topic = "telemetry.raw";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-e2e-");
    private SimulatorProcess? _simulator;
    private int _servedFiles;

    private NodeRig(NodeRigOptions options)
    {
        Options = options;
        List<string> sinks = [];
        if (options.Sink is not null) sinks.Add(SinkName);
        if (options.Kafka is not null) sinks.Add(KafkaName);
        Sinks = sinks;
    }

    public NodeRigOptions Options { get; }

    public string Folder => _folder.FullName;

    public string PlantFile => Path.Combine(Folder, "plant.yaml");

    public string SiteFile => Path.Combine(Folder, "site.yaml");

    public string JournalFolder => Options.Journal ?? Path.Combine(Folder, "journal");

    /// <summary>The names of the sinks.</summary>
    public IReadOnlyList<string> Sinks { get; }

    /// <summary>The plant as simulator and verifier know it.</summary>
    public Plant Plant => ConfigurationFile.LoadPlant(PlantFile).Value!.Plant;

    public static async Task<NodeRig> StartAsync(NodeRigOptions options)
    {
        NodeRig rig = new(options);
        try
        {
            await File.WriteAllTextAsync(rig.PlantFile, string.Create(CultureInfo.InvariantCulture, $$"""
                plant: rig
                base_port: 0
                devices: [ { name: "d-{n}", count: {{options.Devices}}, tags: [ { name: "t.{n}", count: {{options.Tags}}, address: 0, type: int32 }{{rig.OneMoreTag()}} ] } ]
                """));
            rig._simulator = await SimulatorProcess.StartAsync(ProgramProcess.With("sim", rig.PlantFile, "--control"));
            await File.WriteAllTextAsync(rig.SiteFile, rig.Site(rig._simulator.Ready.BasePort));
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the node, with variables of its own where it needs them; done when it reads its devices.</summary>
    public Task<NodeUnderTest> RunAsync(IReadOnlyDictionary<string, string>? environment = null) => NodeUnderTest.StartAsync(SiteFile, environment);

    /// <summary>What the devices have answered so far, in a file of its own; no node may be reading.</summary>
    public async Task<string> ServedAsync()
    {
        string path = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"served-{_servedFiles++}.bin"));
        await _simulator!.WriteServedAsync(path);
        return path;
    }

    /// <summary><c>hyperingest verify</c> on the journal.</summary>
    public Task<JsonElement> VerifyJournalAsync(string served, params IEnumerable<DateTime> kills) => VerifyAsync(served, kills, "--journal", SiteFile);

    /// <summary><c>hyperingest verify</c> on the PostgreSQL sink.</summary>
    public Task<JsonElement> VerifySinkAsync(string served, params IEnumerable<DateTime> kills) => VerifySinkAsync(SinkName, served, kills);

    /// <summary><c>hyperingest verify</c> on a sink; of Kafka, what is committed.</summary>
    public Task<JsonElement> VerifySinkAsync(string sink, string served, params IEnumerable<DateTime> kills) => sink == KafkaName
        ? VerifyAsync(served, kills, "--kafka", Options.Brokers!, "--topic", Topic, "--spool", Path.Combine(Folder, "verify.spool"))
        : VerifyAsync(served, kills, "--site", SiteFile, "--sink", sink);

    /// <summary>
    /// Asserts that the journal and every sink have all that the devices answered, once, in order, unaltered, but for what was in no journal yet at a kill; and that each sink
    /// has as much as the journal has. The journal's report.
    /// </summary>
    public async Task<JsonElement> AssertNothingLostAsync(string served, params IReadOnlyList<DateTime> kills)
    {
        JsonElement journal = await VerifyJournalAsync(served, kills);
        AssertClean(journal);
        foreach (string sink in Sinks)
        {
            JsonElement report = await VerifySinkAsync(sink, served, kills);
            AssertClean(report);
            Assert.Equal((sink, journal.GetProperty("received").GetInt64()), (sink, report.GetProperty("received").GetInt64()));
        }
        return journal;
    }

    /// <summary>The verifier itself over the journal in a folder, for its gaps.</summary>
    public async Task<(VerifyReport Report, IReadOnlyList<SeriesGap> Gaps)> GapsOfJournalAsync(string folder, string served, params DateTime[] kills)
    {
        using JournalReadback journal = new(folder);
        return await GapsAsync(journal, served, kills);
    }

    /// <summary>The verifier itself over the PostgreSQL sink's tables, for its gaps.</summary>
    public Task<(VerifyReport Report, IReadOnlyList<SeriesGap> Gaps)> GapsOfSinkAsync(string served, params DateTime[] kills) => GapsOfSinkAsync(SinkName, served, kills);

    /// <summary>The verifier itself over a sink, for its gaps.</summary>
    public async Task<(VerifyReport Report, IReadOnlyList<SeriesGap> Gaps)> GapsOfSinkAsync(string sink, string served, params DateTime[] kills)
    {
        if (sink != KafkaName) return await GapsAsync(new PostgresReadback(Options.Connection!), served, kills);
        using KafkaReadback topic = new(
            new KafkaReadbackOptions { Client = new KafkaClientOptions { Brokers = Options.Brokers! }, Topics = [Topic], SpoolPath = Path.Combine(Folder, "gaps.spool") }, NullLogger.Instance);
        topic.Begin();
        topic.Follow(new CancellationToken(canceled: true));
        Assert.Equal((0, null), (topic.Malformed, topic.FirstMalformed));
        return await GapsAsync(topic, served, kills);
    }

    /// <summary>Asserts that a verify report says: all of it, once, in order, unaltered, and something at all.</summary>
    public static void AssertClean(JsonElement report)
    {
        foreach (string count in (string[])["lost", "duplicated", "reordered", "altered", "unknown"]) Assert.True(report.GetProperty(count).GetInt64() == 0, report.ToString());
        Assert.True(report.GetProperty("clean").GetBoolean(), report.ToString());
        Assert.True(report.GetProperty("received").GetInt64() > 0, report.ToString());
        Assert.Equal(report.GetProperty("served").GetInt64(), report.GetProperty("received").GetInt64() + report.GetProperty("unjournalled").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        if (_simulator is not null) await _simulator.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<(VerifyReport Report, IReadOnlyList<SeriesGap> Gaps)> GapsAsync(IReadback readback, string served, DateTime[] kills)
    {
        Plant plant = Plant;
        Verifier verifier = new(plant, ServedCounts.Load(served, plant));
        await readback.ReadAsync(verifier, CancellationToken.None);
        return (verifier.Conclude(kills), verifier.Gaps);
    }

    private async Task<JsonElement> VerifyAsync(string served, IEnumerable<DateTime> kills, params string[] what)
    {
        string[] killed = [.. kills.SelectMany(k => (string[])["--killed", k.ToString("O", CultureInfo.InvariantCulture)])];
        var (code, output, error) = await ProgramProcess.RunAsync(["verify", PlantFile, "--served", served, "--json", .. what, .. killed]);
        Assert.True(code is 0 or 1, $"verify ended with {code}: {error}");
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(code == 0, report.RootElement.GetProperty("clean").GetBoolean());
        return report.RootElement.Clone();
    }

    // Behind the other tags, in the plant and in the site.
    private string OneMoreTag() =>
        Options.OneMoreTag is { } name ? string.Create(CultureInfo.InvariantCulture, $", {{ name: \"{name}\", address: {Options.Tags * 2}, type: int32 }}") : "";

    // Retries and breaker at a pace that lets a test see them; all else as it ships.
    private string Site(int port)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        string digits = new('0', Options.Devices.ToString(format).Length - 1);
        int tagDigits = Options.Tags.ToString(format).Length;
        string tags = string.Join(", ", Enumerable.Range(1, Options.Tags).Select(i => $"{{ name: t.{i.ToString(format).PadLeft(tagDigits, '0')}, address: {(i - 1) * 2}, type: int32 }}")) + OneMoreTag();
        string site = string.Create(format, $$"""
            node: rig
            shards: {{Options.Shards}}
            drain: {{Options.Drain}}
            ring: {{Options.Ring}}
            journal: { path: {{JournalFolder}}, segment: {{Options.Segment}}{{Options.Retention}} }
            batch: { bytes: 512KiB }
            delivery: { retry: { first: 50ms, longest: 500ms }, breaker: { failures: 5, open_for: 300ms }{{Options.DeliveryKeys}} }
            http: { listen: 127.0.0.1:0 }
            templates: { t: { tags: [ {{tags}} ] } }
            devices:
              - { name: "d-{{{digits}}1..{{Options.Devices}}}", protocol: modbus, host: 127.0.0.1, port: "{n+{{port - 1}}}", template: t, interval: {{Options.Interval}}{{Options.DeviceKeys}} }

            """);
        List<string> sinks = [];
        if (Options.Sink is { } postgres) sinks.Add($"  - {{ name: {SinkName}, type: postgres, connection: \"{Options.Connection}\"{postgres} }}\n");
        if (Options.Kafka is { } kafka) sinks.Add($"  - {{ name: {KafkaName}, type: kafka, brokers: \"{Options.Brokers}\"{kafka} }}\n");
        return sinks.Count == 0 ? site : site + "sinks:\n" + string.Concat(sinks);
    }
}
