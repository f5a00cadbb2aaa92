using System.Text;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.Sparkplug;

/// <summary>Topics and the state of hosts.</summary>
public sealed class SparkplugTopicTests
{
    [Theory]
    [InlineData("spBv1.0/g/NBIRTH/n", SparkplugMessageType.NodeBirth, "g", "n", "")]
    [InlineData("spBv1.0/g/NDATA/n", SparkplugMessageType.NodeData, "g", "n", "")]
    [InlineData("spBv1.0/g/NDEATH/n", SparkplugMessageType.NodeDeath, "g", "n", "")]
    [InlineData("spBv1.0/g/NCMD/n", SparkplugMessageType.NodeCommand, "g", "n", "")]
    [InlineData("spBv1.0/Plant 1/DBIRTH/n o/dé", SparkplugMessageType.DeviceBirth, "Plant 1", "n o", "dé")]
    [InlineData("spBv1.0/STATE/DDATA/n/d", SparkplugMessageType.DeviceData, "STATE", "n", "d")]
    [InlineData("spBv1.0/g/DDEATH/n/d", SparkplugMessageType.DeviceDeath, "g", "n", "d")]
    [InlineData("spBv1.0/g/DCMD/n/d", SparkplugMessageType.DeviceCommand, "g", "n", "d")]
    public void A_topic_is_taken_apart_and_put_together(string topic, SparkplugMessageType type, string group, string node, string device)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(topic);
        Assert.True(SparkplugTopic.TryParse(bytes, out SparkplugTopic parsed));
        Assert.Equal((type, group, node, device), (parsed.Type, Text(parsed.Group), Text(parsed.Node), Text(parsed.Device)));
        Assert.Equal(device.Length > 0, parsed.IsOfDevice);
        Assert.Equal(bytes, SparkplugTopic.Compose(type, parsed.Group, parsed.Node, parsed.Device));
    }

    [Fact]
    public void The_state_of_a_host_has_a_topic_of_its_own()
    {
        byte[] topic = SparkplugTopic.ComposeState("scada"u8);
        Assert.Equal("spBv1.0/STATE/scada", Text(topic));
        Assert.True(SparkplugTopic.TryParse(topic, out SparkplugTopic parsed));
        Assert.Equal((SparkplugMessageType.State, "scada"), (parsed.Type, Text(parsed.Host)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("spBv1.0")]
    [InlineData("spBv1.0/")]
    [InlineData("spAv1.0/g/NBIRTH/n")]
    [InlineData("spBv1.0/g/NBIRTH")]
    [InlineData("spBv1.0/g/NBIRTH/")]
    [InlineData("spBv1.0//NBIRTH/n")]
    [InlineData("spBv1.0/g/NBIRTH/n/d")]
    [InlineData("spBv1.0/g/DBIRTH/n")]
    [InlineData("spBv1.0/g/DBIRTH/n/")]
    [InlineData("spBv1.0/g/DBIRTH//d")]
    [InlineData("spBv1.0/g/DBIRTH/n/d/e")]
    [InlineData("spBv1.0/g/nbirth/n")]
    [InlineData("spBv1.0/g/STATE/n")]
    [InlineData("spBv1.0/STATE/")]
    [InlineData("STATE/scada")]
    public void What_is_no_topic_of_Sparkplug_is_none(string topic) => Assert.False(SparkplugTopic.TryParse(Encoding.UTF8.GetBytes(topic), out _));

    [Fact]
    public void Identifiers_that_would_change_the_topic_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Compose(SparkplugMessageType.NodeBirth, "a/b"u8, "n"u8));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Compose(SparkplugMessageType.NodeBirth, "g"u8, ""u8));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Compose(SparkplugMessageType.NodeBirth, "g"u8, "n"u8, "d"u8));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Compose(SparkplugMessageType.DeviceData, "g"u8, "n"u8));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Compose(SparkplugMessageType.DeviceData, "g"u8, "n"u8, "d+"u8));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Compose(SparkplugMessageType.State, "g"u8, "n"u8));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.ComposeState("#"u8));
    }

    [Theory]
    [InlineData(true, 1_668_114_759_262, """{"online":true,"timestamp":1668114759262}""")]
    [InlineData(false, 0, """{"online":false,"timestamp":0}""")]
    public void A_state_comes_back(bool online, long timestamp, string json)
    {
        SparkplugState state = new(online, timestamp);
        Assert.Equal(json, Text(state.Compose()));
        Assert.True(SparkplugState.TryParse(state.Compose(), out SparkplugState read));
        Assert.Equal(state, read);
    }

    [Fact]
    public void A_state_may_have_more_in_it_and_any_order()
    {
        Assert.True(SparkplugState.TryParse(""" { "x": {"online": 1}, "timestamp" : 5, "y":[1], "online" : false } """u8, out SparkplugState state));
        Assert.Equal(new SparkplugState(false, 5), state);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ONLINE")]
    [InlineData("true")]
    [InlineData("""{"online":true}""")]
    [InlineData("""{"timestamp":1}""")]
    [InlineData("""{"online":1,"timestamp":1}""")]
    [InlineData("""{"online":true,"timestamp":"1"}""")]
    [InlineData("""{"online":true,"timestamp":1.5}""")]
    [InlineData("""{"online":true,"timestamp":1""")]
    [InlineData("""{"online":true,"timestamp":1}x""")]
    public void What_is_no_state_is_none(string json) => Assert.False(SparkplugState.TryParse(Encoding.UTF8.GetBytes(json), out _));

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
