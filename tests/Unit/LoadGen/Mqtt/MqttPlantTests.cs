using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.LoadGen.Mqtt;

public sealed class MqttPlantTests
{
    private static readonly MqttClientOptions Broker = new() { Host = "nowhere" };

    [Fact]
    public void Nodes_take_devices_in_order_and_have_no_ports()
    {
        Plant plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug }, devices: 25, tags: 10));
        Assert.Equal(["demo-node-1", "demo-node-2", "demo-node-3"], plant.Nodes.Select(n => n.Name));
        Assert.Equal([(0, 10), (10, 10), (20, 5)], plant.Nodes.Select(n => (n.FirstDevice, n.DeviceCount)));
        Assert.Equal((0, 250L), (plant.PortCount, plant.PublishedTagCount));
        Assert.Empty(plant.ClientOptions("localhost", 1));
        Plant own = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 0 }, devices: 3, tags: 1));
        Assert.Equal(["press-1", "press-2", "press-3"], own.Nodes.Select(n => n.Name));
    }

    [Theory]
    [InlineData("{plant}/{device}", 1, "has no {tag}")]
    [InlineData("{plant}/{device}/{tag}", 5, "readings; remove one")]
    [InlineData("{plant}/{tag}", 1, "has no {device}")]
    [InlineData("{device}/{tag}/#", 1, "wildcard")]
    public void Topics_that_hide_what_a_value_is_are_refused(string topic, int readings, string message)
    {
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => new Plant(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Topic = topic, ReadingsPerMessage = readings }, devices: 2, tags: 2)));
        Assert.Contains(message, wrong.Message);
    }

    [Fact]
    public void Publishers_need_a_broker_and_names_that_are_levels_of_a_topic()
    {
        PlantOptions plant = DemoPlant.CreateMqtt(Broker, new MqttPublishOptions(), devices: 1, tags: 1);
        Assert.Contains("there is no broker", Assert.Throws<ArgumentException>(() => new Plant(plant with { Broker = null })).Message);
        Assert.Contains("has '/' in it", Assert.Throws<ArgumentException>(() => new Plant(plant with { Devices = [plant.Devices[0] with { Name = "a/b" }] })).Message);
    }

    [Theory]
    [InlineData(FaultKind.Truncated, "is for Modbus devices")]
    [InlineData(FaultKind.Duplicate, "qos: 1")]
    [InlineData(FaultKind.SeqGap, "sparkplug")]
    public void Faults_that_do_not_fit_the_protocol_are_refused(FaultKind kind, string message)
    {
        PlantOptions plant = DemoPlant.CreateMqtt(Broker, new MqttPublishOptions(), devices: 1, tags: 1);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new Plant(plant with { Faults = [new FaultSpec { Kind = kind }] })).Message);
        using FakePublishers publishers = new(plant);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => publishers.Inject(new FaultSpec { Kind = kind })).Message);
    }

    [Fact]
    public void Kinds_of_publishers_do_nothing_to_modbus_devices()
    {
        foreach (FaultKind kind in (FaultKind[])[FaultKind.SeqGap, FaultKind.Oversize, FaultKind.ReconnectStorm])
        {
            Assert.Contains("publish over MQTT", Assert.Throws<ArgumentException>(() => new Plant(DemoPlant.Create(1, 1) with { Faults = [new FaultSpec { Kind = kind }] })).Message);
        }
        Assert.NotEmpty(FaultRules.Check(new FaultSpec { Kind = FaultKind.ReconnectStorm, Every = 2 }));
        Assert.NotEmpty(FaultRules.Check(new FaultSpec { Kind = FaultKind.Drop, Bytes = 5000 }));
    }

    [Fact]
    public void Overtaken_packet_identifiers_settle_what_was_before_them()
    {
        UnsettledMessages messages = new();
        Assert.False(messages.Add(7, "a"u8, "1"u8));
        // The identifier is free again at the connection, and its acknowledgement not looked at yet.
        Assert.True(messages.Add(7, "a"u8, "2"u8));
        Assert.False(messages.Settle(7, out _));
        Assert.Equal(1, messages.Count);
        Queue<StoredMessage> left = new();
        messages.TakeAll(left);
        Assert.Equal("2"u8.ToArray(), Assert.Single(left).Payload.ToArray());
    }
}
