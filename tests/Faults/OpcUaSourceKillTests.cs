using System.Globalization;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>kill -9 of a node in mid-load that subscribes to OPC UA servers and writes PostgreSQL. The servers live on, and keep for the next run what the last one had not acknowledged.</summary>
[Collection(NodeCollection.Name)]
public sealed class OpcUaSourceKillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 20261122;
    private const int Devices = 4;
    private const int Tags = 50;

    // A variable takes more by hand: each costs two seconds.
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("HYPERINGEST_OPCUA_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-ua-").FullName;
    private readonly Plant _plant = new(DemoPlant.CreateOpcUa(new UaServerDeviceOptions(), Devices, Tags));
    private Simulator _simulator = null!;
    private PrivatePostgres _server = null!;

    public async Task InitializeAsync()
    {
        _server = await PrivatePostgres.StartAsync();
        _simulator = Serve(_plant);
    }

    public async Task DisposeAsync()
    {
        await _simulator.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Kills_in_mid_load_lose_and_double_nothing_of_all_that_the_servers_sampled()
    {
        Random random = new(Seed);
        string site = await WriteSiteAsync();
        const string label = "source=\"line\"";
        for (int run = 0; run <= Kills; run++)
        {
            using NodeUnderTest node = await NodeUnderTest.StartAsync(site);
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_opcua_devices_connected", label) >= Devices, "all servers are subscribed to");
            Assert.Equal(
                run == 0 ? (Devices, 0) : (0, Devices),
                (await node.MetricAsync("hyperingest_opcua_subscriptions_created_total", label), await node.MetricAsync("hyperingest_opcua_subscriptions_taken_over_total", label)));
            // So many that every device's subscription is in the journal.
            int readings = random.Next(2_000, 20_000);
            await node.UntilMoreAsync(readings);
            if (run < Kills)
            {
                await node.KillAsync();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {run + 1} after {readings} readings"));
                continue;
            }
            await _simulator.DrainAsync();
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        Assert.Equal((0L, 0L), (_simulator.UaCounts.Lost, _simulator.UaCounts.Forgotten));
        using JournalReadback journal = new(Path.Combine(_folder, "journal"));
        await AssertAllThereAsync(journal);
        await AssertAllThereAsync(new PostgresReadback(_server.ConnectionString));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {_simulator.ReadingsServed:N0} sampled, {Kills} kills, 0 lost, 0 twice"));
    }

    private static Simulator Serve(Plant plant)
    {
        Simulator simulator = new(plant);
        simulator.Start();
        return simulator;
    }

    private async Task AssertAllThereAsync(IReadback readback)
    {
        Verifier verifier = new(_plant, _simulator.Served());
        await readback.ReadAsync(verifier, CancellationToken.None);
        VerifyReport report = verifier.Conclude();
        Assert.Equal((0L, 0L, 0L, 0L, 0L), (report.Lost, report.Duplicated, report.Reordered, report.Altered, report.Unknown));
        Assert.Equal(_simulator.ReadingsServed, report.Received);
    }

    // 10,000 values a second; a queue that holds all of a start's time, on a slow machine too.
    private async Task<string> WriteSiteAsync()
    {
        string site = Path.Combine(_folder, "site.yaml");
        IReadOnlyList<UaTag> tags = UaPlantClient.TagsOf(_plant.Devices[0].Template, _plant.Devices[0].OpcUa!);
        await File.WriteAllTextAsync(site, $$"""
            node: ingest
            shards: 2
            journal: { path: {{_folder}}/journal, segment: 16MiB }
            http: { listen: 127.0.0.1:0 }
            sources:
              - name: line
                type: opcua
                publishing: 20ms
                sampling: 20ms
                queue: 3000
                keep_alive: 10s
                session_timeout: 60s
                connect_timeout: 60s
                request_timeout: 60s
                longest_pause: 1s
                tags:
            {{string.Join('\n', tags.Select(t => $"      - {{ name: {t.Name}, node: \"{t.Node}\" }}"))}}
                devices:
            {{string.Join('\n', _plant.Devices.Select(d => $"      - {{ name: {d.Name}, endpoint: \"{_simulator.UaEndpointOf(d)}\" }}"))}}
            sinks:
              - { name: historian, type: postgres, connection: "{{_server.ConnectionString}}" }
            """);
        return site;
    }
}
