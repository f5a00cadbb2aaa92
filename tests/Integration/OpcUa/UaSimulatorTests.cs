using System.Text.Json;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.OpcUa;

/// <summary>Simulated OPC UA servers, and this product's source over them: whatever happens to the servers, what was taken from them is in the journal once, in order, unaltered.</summary>
public sealed class UaSimulatorTests : IDisposable
{
    private const int Devices = 3;
    private const int Tags = 40;
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(50);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-tmp-");

    private string JournalFolder => Path.Combine(_folder.FullName, "journal");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(FaultKind.ReconnectStorm)]
    [InlineData(FaultKind.SessionClosed)]
    [InlineData(FaultKind.SubscriptionDropped)]
    [InlineData(FaultKind.SeqGap)]
    [InlineData(FaultKind.SlowPublish)]
    [InlineData(FaultKind.NodeUnknown)]
    public async Task A_fault_costs_no_more_than_the_server_itself_has_lost(FaultKind kind)
    {
        Plant plant = new(DemoPlant.CreateOpcUa(new UaServerDeviceOptions(), Devices, Tags));
        await using Simulator simulator = new(plant);
        simulator.Start();
        using MetricRegistry metrics = new();
        await using (Core.Pipeline pipeline = OpenPipeline(metrics))
        {
            // Silence must mean that a subscription is gone, and not that the machine is busy, unless that is what is tested.
            TimeSpan keepAlive = kind == FaultKind.SubscriptionDropped ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(10);
            UaSource source = SourceOf(plant, simulator, pipeline, new UaSessionOptions { EndpointUrl = "", FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromMilliseconds(200) }, keepAlive);
            pipeline.AddSource(source);
            await pipeline.StartAsync(CancellationToken.None);
            await UntilAllComeAsync(plant, pipeline, 5);
            simulator.Inject(new FaultSpec { Kind = kind, For = TimeSpan.FromMilliseconds(600), Pause = TimeSpan.FromMilliseconds(200) });
            await Eventually.IsTrue(() => simulator.Faults[0].State == FaultState.Expired && simulator.Faults[0].Hits == Devices, "the fault came and went");
            await Eventually.IsTrue(() => source.Devices.All(d => d.Connected) && simulator.UaCounts.Items == Devices * Tags, "all servers are subscribed to again");
            await UntilAllComeAsync(plant, pipeline, 5);
            await simulator.DrainAsync();
            Assert.True((await pipeline.DrainAsync(TimeSpan.FromSeconds(30))).AllJournalled);
        }
        UaServersCounts counts = simulator.UaCounts;
        await simulator.StopAsync();
        VerifyReport report = await VerifyAsync(plant, simulator);
        Assert.Equal((0L, 0L, 0L, 0L), (report.Duplicated, report.Reordered, report.Altered, report.Unknown));
        // What was sent and is forgotten before it was acknowledged has come or has not: nobody can say.
        Assert.InRange(report.Lost, counts.Lost, counts.Lost + counts.Forgotten);
        if (kind is not (FaultKind.SubscriptionDropped or FaultKind.NodeUnknown)) Assert.Equal(0, report.Lost);
    }

    [Fact]
    public async Task A_secured_simulator_is_read_by_those_whom_it_trusts_and_its_expired_certificate_by_nobody()
    {
        UaCertificateStore store = new(Path.Combine(_folder.FullName, "client"));
        string folder = Path.Combine(_folder.FullName, "server");
        UaServerDeviceOptions server = new() { Security = [new UaEndpointSecurity(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt)], Anonymous = false, Users = [new("operator", "secret")], Certificates = folder };
        using (UaCertificate own = UaApplication.OpenOwn(store)) File.WriteAllBytes(Path.Combine(new UaCertificateStore(folder).Trusted, "client.der"), own.Raw);
        Plant plant = new(DemoPlant.CreateOpcUa(server, 1, 1));
        await using Simulator simulator = new(plant);
        simulator.Start();
        File.Copy(Path.Combine(folder, "own", "hyperingest.der"), Path.Combine(store.Trusted, "server.der"));
        UaSessionOptions session = new()
        {
            EndpointUrl = simulator.UaEndpointOf(plant.Devices[0]),
            Policy = UaSecurityPolicy.Basic256Sha256,
            Mode = UaSecurityMode.SignAndEncrypt,
            Certificates = store,
            Identity = new UaPasswordIdentity("operator", "secret"),
        };
        await using (UaClient client = await UaClient.OpenAsync(session, NullLogger.Instance)) Assert.Contains("urn:hyperingest:demo", client.Services.Namespaces);
        await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(session with { Identity = new UaPasswordIdentity("operator", "guessed") }, NullLogger.Instance));

        string id = simulator.Inject(new FaultSpec { Kind = FaultKind.ExpiredCertificate });
        File.Copy(Path.Combine(folder, "own", "expired.der"), Path.Combine(store.Trusted, "expired.der"));
        UaException expired = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(session, NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadCertificateTimeInvalid, expired.Status);
        Assert.True(simulator.Clear(id));
        await using UaClient again = await UaClient.OpenAsync(session, NullLogger.Instance);
        Assert.Equal(1, simulator.UaCounts.Sessions);
    }

    [Fact]
    public async Task A_simulator_process_says_where_its_servers_are_and_holds_and_drains_their_values()
    {
        Plant plant = new(DemoPlant.CreateOpcUa(new UaServerDeviceOptions(), Devices, Tags));
        await using Simulator simulator = new(plant);
        using StringReader input = new("values hold\nvalues drain\nvalues go\nvalues stop\nstats\n");
        using StringWriter output = new();
        await SimulatorControl.RunAsync(simulator, input, output);
        JsonElement[] lines = [.. output.ToString().TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal((simulator.UaBasePort, Devices), (lines[0].GetProperty("ua_base_port").GetInt32(), lines[0].GetProperty("ua_port_count").GetInt32()));
        Assert.All((int[])[1, 2, 3, 5], l => Assert.Equal(Devices, lines[l].GetProperty("opc_ua").GetProperty("servers").GetInt32()));
        Assert.Contains("expected hold, go or drain, found 'stop'", lines[4].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    private static UaSource SourceOf(Plant plant, Simulator simulator, Core.Pipeline pipeline, UaSessionOptions session, TimeSpan keepAlive) => new(
        new UaSourceOptions
        {
            Name = "plant",
            Devices =
            [
                .. plant.UaClientOptions("127.0.0.1", simulator.UaBasePort, new UaPlantClient
                {
                    Session = session,
                    Subscribe = new UaSubscribeOptions { Publishing = Sampling, Sampling = Sampling, Queue = 1000, KeepAlive = keepAlive },
                }).Select(d => d with { RetryBadNodes = TimeSpan.FromSeconds(1) }),
            ],
        },
        pipeline.Catalog, pipeline.Intake, pipeline.Metrics, NullLoggerFactory.Instance);

    private static Task UntilAllComeAsync(Plant plant, Core.Pipeline pipeline, int rounds)
    {
        long before = pipeline.Shards.Sum(s => s.Readings);
        return Eventually.IsTrue(() => pipeline.Shards.Sum(s => s.Readings) >= before + (rounds * plant.TagCount), $"{rounds} rounds of values come");
    }

    private Core.Pipeline OpenPipeline(MetricRegistry metrics) => Core.Pipeline.Open(
        new PipelineOptions { Node = "test", Shards = 1, Journal = new JournalOptions { Path = JournalFolder } }, metrics, NullLoggerFactory.Instance);

    private async Task<VerifyReport> VerifyAsync(Plant plant, Simulator simulator)
    {
        Verifier verifier = new(plant, simulator.Served());
        using JournalReadback journal = new(JournalFolder);
        await journal.ReadAsync(verifier, CancellationToken.None);
        return verifier.Conclude();
    }
}
