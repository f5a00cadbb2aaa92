using System.Globalization;
using System.Text.RegularExpressions;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>SIGTERM under load, with a simulated plant, a node and a PostgreSQL that are processes of their own, or a stand-in broker in the test's.</summary>
[Collection(NodeCollection.Name)]
public sealed partial class DrainTests(ITestOutputHelper output) : IAsyncLifetime
{
    // From the end of the drain to the end of the process, on a machine that is busy with other things.
    private static readonly TimeSpan ExitSlack = TimeSpan.FromSeconds(30);

    // How late the stand-in broker, which has no disk to wait for, answers: a lane then takes some 100,000 readings a second, less than the devices have.
    private static readonly TimeSpan BrokerTime = TimeSpan.FromMilliseconds(50);

    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { DefaultPartitions = 4 });
    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData(NodeRig.SinkName)]
    [InlineData(NodeRig.KafkaName)]
    public async Task Sigterm_at_full_load_ends_within_the_drain_time_with_every_answer_in_every_sink(string sink)
    {
        TimeSpan drain = TimeSpan.FromSeconds(60);
        _broker.Faults.Delay(KafkaApi.Produce, BrokerTime, int.MaxValue);
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions
        {
            Sink = sink == NodeRig.SinkName ? "" : null,
            Connection = _server.ConnectionString,
            Kafka = sink == NodeRig.KafkaName ? "" : null,
            Brokers = _broker.BootstrapServers,
            Devices = 100,
            Tags = 120,
            // As fast as devices and sink will go: what one lane may be behind is what the drain has to deliver.
            Interval = "0",
            DeviceKeys = ", requests: { max_in_flight: 4 }",
            DeliveryKeys = ", hold_intake_at: 16MiB",
            Segment = "64MiB",
            Drain = "60s",
        });
        using (NodeUnderTest node = await rig.RunAsync())
        {
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            await node.UntilMoreAsync(1_000_000);
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_modbus_polls_delayed_total") > 0, "the load is more than the sink takes");
            await node.UntilAsync(
                async () => (await node.StatusAsync()).GetProperty("lanes").EnumerateArray().All(l => l.GetProperty("delivered").GetInt64() > 0), "every lane delivers");
            await node.DrainAsync(drain + ExitSlack);
            await readiness.AssertReadyUntilDrainingAsync();
            AssertDrained(node, drain, allDelivered: true);
            Assert.Contains("; 0 lanes go on from the journal", node.Log, StringComparison.Ordinal);
        }
        _broker.Faults.Clear();
        await rig.AssertNothingLostAsync(await rig.ServedAsync());
    }

    [Fact]
    public async Task Sigterm_while_the_sink_is_dead_ends_within_the_drain_time_and_the_next_start_delivers_the_rest()
    {
        TimeSpan drain = TimeSpan.FromSeconds(2);
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Sink = "", Connection = _server.ConnectionString, Drain = "2s" });
        using (NodeUnderTest node = await rig.RunAsync())
        {
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            await node.UntilMoreAsync(20_000);
            await _server.KillAsync();
            await node.UntilMoreAsync(40_000);
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_delivery_lag_bytes") > 0, "the sink's lag is seen");
            await node.DrainAsync(drain + ExitSlack);
            await readiness.AssertReadyUntilDrainingAsync();
            AssertDrained(node, drain, allDelivered: false);
        }
        await _server.RestartAsync();
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        await rig.AssertNothingLostAsync(await rig.ServedAsync());
    }

    // By the node's own clock. A sink's last try may be under way when the time is over, and a busy machine is granted as much as its exit is.
    private void AssertDrained(NodeUnderTest node, TimeSpan within, bool allDelivered)
    {
        Match drained = DrainedLine().Match(node.Log);
        Assert.True(drained.Success, node.Log);
        output.WriteLine(drained.Value);
        Assert.Equal(allDelivered, bool.Parse(drained.Groups["delivered"].Value));
        double seconds = double.Parse(drained.Groups["seconds"].Value, CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 0, (within + ExitSlack).TotalSeconds);
    }

    [GeneratedRegex(@"Drained in (?<seconds>[\d.]+) s; all journalled: True, all delivered: (?<delivered>\w+)")]
    private static partial Regex DrainedLine();
}
