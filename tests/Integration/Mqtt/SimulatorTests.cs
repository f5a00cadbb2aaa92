using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>Simulated publishers through mosquitto, to a subscriber that knows nothing of them but their plant.</summary>
public sealed class SimulatorTests : IAsyncLifetime
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);

    private MosquittoBroker _broker = null!;
    private PlantListener _listener = null!;

    public async Task InitializeAsync()
    {
        _broker = await MosquittoBroker.StartAsync();
        _listener = await PlantListener.StartAsync(_broker.Options);
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData(MqttPublishFormat.Json, MqttQos.AtMostOnce)]
    [InlineData(MqttPublishFormat.Json, MqttQos.AtLeastOnce)]
    [InlineData(MqttPublishFormat.Sparkplug, MqttQos.AtMostOnce)]
    public async Task What_arrives_is_the_sequence_without_a_gap_and_as_much_as_was_counted(MqttPublishFormat format, MqttQos qos)
    {
        await using Simulator simulator = Started(new MqttPublishOptions { Format = format, Qos = qos, DevicesPerNode = 2, Interval = Often }, devices: 5, tags: 30);
        await PublishedAsync(simulator, 5);
        await simulator.DrainAsync();
        await AllHeardAsync(simulator);
        Assert.Equal(0, simulator.PublishCounts.Unsettled);
    }

    [Fact]
    public async Task Three_hundred_nodes_publish_from_one_process()
    {
        await using Simulator simulator = Started(new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 1 }, devices: 300, tags: 4);
        await PublishedAsync(simulator, 1);
        await simulator.DrainAsync();
        Assert.Equal((300, 300), (simulator.PublishCounts.Ready, simulator.PublishCounts.Opened));
        await AllHeardAsync(simulator);
        Assert.Equal(300, _listener.Messages.Where(m => m.Type == "NBIRTH").Select(m => m.Node).Distinct().Count());
    }

    [Fact]
    public async Task A_host_that_asks_for_births_gets_them_and_no_value_is_used_up()
    {
        await using Simulator simulator = Started(new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 2, Interval = Often }, devices: 4, tags: 10);
        await PublishedAsync(simulator, 1);
        _listener.Publish("spBv1.0/demo/NCMD/demo-node-2", RebirthCommand());
        await Eventually.IsTrue(() => _listener.Messages.Count(m => m is { Type: "NBIRTH", Node: "demo-node-2" }) == 2, "the node is born again");
        await PublishedAsync(simulator, 2);
        await simulator.DrainAsync();
        await AllHeardAsync(simulator);
        Assert.Equal(1, simulator.PublishCounts.Rebirths);
        Assert.Equal(2, _listener.Messages.Count(m => m is { Type: "DBIRTH", Node: "demo-node-2" }) - _listener.Messages.Count(m => m is { Type: "DBIRTH", Node: "demo-node-1" }));
    }

    [Fact]
    public async Task A_gap_in_the_sequence_numbers_is_seen_and_hides_no_reading()
    {
        await using Simulator simulator = Started(new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, Interval = Often }, devices: 1, tags: 10);
        simulator.Inject(new FaultSpec { Kind = FaultKind.SeqGap, Requests = 1 });
        await PublishedAsync(simulator, 3);
        await simulator.DrainAsync();
        await AllHeardAsync(simulator);
        IReadOnlyList<ulong> sequence = _listener.Sequence("demo-node-1");
        Assert.Equal(1, sequence.Zip(sequence.Skip(1)).Count(p => p.Second != ((p.First + 1) & 0xFF)));
    }

    [Theory]
    [InlineData(FaultKind.Oversize, MqttPublishFormat.Sparkplug)]
    [InlineData(FaultKind.Oversize, MqttPublishFormat.Json)]
    [InlineData(FaultKind.Garbage, MqttPublishFormat.Sparkplug)]
    [InlineData(FaultKind.Garbage, MqttPublishFormat.Json)]
    public async Task Messages_that_are_made_up_come_besides_and_take_no_readings_place(FaultKind kind, MqttPublishFormat format)
    {
        const int large = 200_000;
        await using Simulator simulator = Started(new MqttPublishOptions { Format = format, Interval = Often }, devices: 2, tags: 10);
        simulator.Inject(new FaultSpec { Kind = kind, Requests = 2, Bytes = kind == FaultKind.Oversize ? large : new FaultSpec { Kind = kind }.Bytes });
        await PublishedAsync(simulator, 3);
        await simulator.DrainAsync();
        await AllHeardAsync(simulator);
        HeardMessage[] madeUp = [.. _listener.Messages.Where(m => m.IsMadeUp)];
        Assert.Equal(4, madeUp.Length);
        Assert.All(madeUp, m => Assert.Equal(kind == FaultKind.Oversize, m.Payload.Length == large));
    }

    [Fact]
    public async Task A_message_that_is_sent_twice_comes_twice_and_counts_once()
    {
        await using Simulator simulator = Started(new MqttPublishOptions { Qos = MqttQos.AtLeastOnce, Interval = Often }, devices: 1, tags: 3);
        simulator.Inject(new FaultSpec { Kind = FaultKind.Duplicate, Requests = 5 });
        await PublishedAsync(simulator, 3);
        await simulator.DrainAsync();
        await Eventually.IsTrue(() => _listener.Messages.Count == simulator.ReadingsServed + 5, "all and five twice have come");
        Dictionary<(string, string), List<ulong>> numbers = _listener.Numbers(simulator.Plant);
        Assert.Equal(5, numbers.Values.Sum(n => n.Count - n.Distinct().Count()));
        Assert.Equal(simulator.ReadingsServed, numbers.Values.Sum(n => n.Distinct().Count()));
    }

    [Fact]
    public async Task In_a_reconnect_storm_every_node_dies_and_is_born_again()
    {
        await using Simulator simulator = Started(new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 1, Interval = Often }, devices: 10, tags: 5);
        await PublishedAsync(simulator, 1);
        simulator.Inject(new FaultSpec { Kind = FaultKind.ReconnectStorm });
        await Eventually.IsTrue(() => BornAgain() == 10, "every node has died and is born again");
        Assert.Equal(20, simulator.PublishCounts.Opened);

        // mosquitto publishes the will of a connection that was cut, then the new connection's birth comes.
        int BornAgain() => simulator.Plant.Nodes.Count(n =>
        {
            string[] life = [.. _listener.Messages.Where(m => m.Node == n.Name && m.Type is ("NBIRTH" or "NDEATH")).Select(m => m.Type)];
            return life.Count(t => t == "NBIRTH") == 2 && life.Contains("NDEATH");
        });
    }

    private Simulator Started(MqttPublishOptions publish, int devices, int tags)
    {
        Simulator simulator = new(new Plant(DemoPlant.CreateMqtt(_broker.Options, publish, devices, tags)));
        simulator.Start();
        simulator.BeginPublishing();
        return simulator;
    }

    // Every tag of every device has shown so many values more than now.
    private static Task PublishedAsync(Simulator simulator, uint times)
    {
        uint[] least = [.. Enumerable.Range(0, simulator.Plant.Devices.Count).Select(d => simulator.Device(d).CopyServed().Min() + times)];
        return Eventually.IsTrue(() => least.Select((l, d) => simulator.Device(d).CopyServed().Min() >= l).All(b => b), $"each device has published {times} times");
    }

    // All that was counted as served, in order, from 0, each number once.
    private async Task AllHeardAsync(Simulator simulator)
    {
        long served = simulator.ReadingsServed;
        // A value that is missing fails below, and with its name; here it is only waited for.
        await Eventually.IsTrue(() => _listener.Numbers(simulator.Plant).Values.Sum(n => (long)n.Count) >= served, $"{served} readings have come");
        Dictionary<(string Device, string Tag), List<ulong>> numbers = _listener.Numbers(simulator.Plant);
        for (int d = 0; d < simulator.Plant.Devices.Count; d++)
        {
            PlantDevice device = simulator.Plant.Devices[d];
            uint[] counts = simulator.Device(d).CopyServed();
            for (int t = 0; t < counts.Length; t++)
            {
                List<ulong> heard = numbers[(device.Name, device.Template.Tags[t].Name)];
                Assert.Equal(Enumerable.Range(0, (int)counts[t]).Select(n => (ulong)n), heard);
            }
        }
    }

    private static byte[] RebirthCommand()
    {
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        SparkplugPayloadWriter writer = new(bytes);
        writer.Timestamp(1);
        writer.Boolean(new SparkplugMetricHeader { Name = "Node Control/Rebirth"u8, DataType = SparkplugDataType.Boolean }, true);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
