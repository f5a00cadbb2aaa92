using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>Two sinks, of which one is dead: the other does not notice, and when the dead one is back it gets what it has missed faster than more comes in.</summary>
[Collection(NodeCollection.Name)]
public sealed class KafkaBesidePostgresTests(ITestOutputHelper output) : IAsyncLifetime
{
    // Readings while one of the sinks is dead.
    private const long Meanwhile = 200_000;

    // Of what is journalled meanwhile, the least that the healthy sink has.
    private const double LeastShare = 0.95;

    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { DefaultPartitions = 4 });
    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData(NodeRig.KafkaName, NodeRig.SinkName)]
    [InlineData(NodeRig.SinkName, NodeRig.KafkaName)]
    public async Task A_dead_sink_costs_the_other_nothing_and_catches_up_faster_than_readings_come_in(string dead, string healthy)
    {
        await using FaultRig rig = await FaultRig.StartAsync(new NodeRigOptions
        {
            Sink = "",
            Connection = _server.TcpConnectionString,
            Kafka = ", stall_time: 1s",
            Brokers = _broker.BootstrapServers,
        });
        await StopAsync(dead);
        using (FaultRun run = await rig.RunAsync())
        {
            NodeUnderTest node = run.Node;
            await node.UntilAsync(async () => (await SeenAsync(node, healthy)).Delivered > 0, $"{healthy} takes readings");
            Seen begin = await SeenAsync(node, healthy);
            await node.UntilMoreAsync(Meanwhile);
            Seen end = begin;
            // A delivery that is just under way is short of the share for a moment; a sink that is held up stays so.
            await node.UntilAsync(
                async () => (end = await SeenAsync(node, healthy)).Delivered - begin.Delivered >= LeastShare * (end.Journalled - begin.Journalled), $"{healthy} has {LeastShare:P0} of what is journalled while {dead} is dead");
            Report($"{dead} dead, {healthy}", begin, end);
            Seen away = await SeenAsync(node, dead);
            Assert.Equal(0, away.Delivered);
            await node.UntilAsync(
                async () => (await LanesAsync(node, dead)).All(l => !l.GetProperty("healthy").GetBoolean() && l.GetProperty("last_error").GetString() is { Length: > 10 }), $"the lanes into {dead} say what is wrong");

            await RestartAsync(dead);
            begin = await SeenAsync(node, dead);
            Seen beside = await SeenAsync(node, healthy);
            // Half of the way: what was still missing then would be no less if it were no faster.
            long missing = begin.Journalled - begin.Delivered;
            await node.UntilAsync(async () => (end = await SeenAsync(node, dead)).Journalled - end.Delivered <= missing / 2, $"{dead} has half of what it has missed");
            Report($"{dead} back, {dead}", begin, end);
            Assert.True(end.Delivered - begin.Delivered > end.Journalled - begin.Journalled, $"{begin} to {end}");
            await node.UntilCaughtUpAsync();
            await node.UntilAsync(
                async () => (end = await SeenAsync(node, healthy)).Delivered - beside.Delivered >= LeastShare * (end.Journalled - beside.Journalled), $"{healthy} has {LeastShare:P0} of what is journalled while {dead} catches up");
            Report($"{dead} back, {healthy}", beside, end);
            await run.AssertNeverStoppedAsync();
            await node.DrainAsync();
        }
        await rig.AssertEverywhereAsync();
    }

    private Task StopAsync(string sink) => sink == NodeRig.KafkaName ? _broker.StopListeningAsync() : _server.StopAsync();

    private async Task RestartAsync(string sink)
    {
        if (sink == NodeRig.KafkaName) _broker.StartListening();
        else await _server.RestartAsync();
    }

    // One answer of the node, so that both numbers are of one moment.
    private static async Task<Seen> SeenAsync(NodeUnderTest node, string sink)
    {
        JsonElement status = await node.StatusAsync();
        return new Seen(status.GetProperty("readings").GetInt64(), LanesOf(status, sink).Sum(l => l.GetProperty("delivered").GetInt64()));
    }

    private static async Task<IEnumerable<JsonElement>> LanesAsync(NodeUnderTest node, string sink) => LanesOf(await node.StatusAsync(), sink);

    private static IEnumerable<JsonElement> LanesOf(JsonElement status, string sink) => status.GetProperty("lanes").EnumerateArray().Where(l => l.GetProperty("sink").GetString() == sink);

    private void Report(string what, Seen from, Seen to) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: {to.Delivered - from.Delivered:N0} delivered while {to.Journalled - from.Journalled:N0} were journalled"));

    private readonly record struct Seen(long Journalled, long Delivered);
}
