using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of simulated publishers in a plant file: the plant's broker, and how a group of devices publishes to it.</summary>
internal static class PublishSchema
{
    private static readonly MqttPublishOptions Plain = OptionDefaults.Publish;

    public static readonly ValueKey<BrokerAddress> Address = new("address", BrokerAddress.Type, BrokerAddress.Local, "The broker's address.") { Required = true };

    public static readonly ValueKey<string> ClientId = new("client_id", Scalars.Text(63), "", "What the connections' client ids begin with; behind it comes the node's name.") { DefaultText = "the plant's name" };

    public static readonly Section Broker = new("Broker of a plant", [Address, ClientId, .. MqttClientSchema.Common]);

    public static readonly ValueKey<MqttPublishFormat> Format = new("format", Scalars.Choice(("json", MqttPublishFormat.Json), ("sparkplug", MqttPublishFormat.Sparkplug)), Plain.Format,
        "What is written: JSON, or Sparkplug B with births and deaths.");

    public static readonly ValueKey<string> Topic = new("topic", Scalars.Text(MqttPublishRules.LongestTopic), Plain.Topic,
        "JSON: the topic, with places for `{plant}`, `{device}` and `{tag}`; without `{tag}` when a message has many readings.");

    public static readonly ValueKey<string> Group = new("group", Scalars.Text(255), "", "Sparkplug: the group id.") { DefaultText = "the plant's name" };

    public static readonly ValueKey<int> DevicesPerNode = new("devices_per_node", Scalars.Integer(0, MqttPublishRules.Most), Plain.DevicesPerNode,
        "Devices that share a connection; with Sparkplug an edge node. 0, for Sparkplug alone, makes each device a node whose tags are the node's own.");

    public static readonly ValueKey<int> ReadingsPerMessage = new("readings_per_message", Scalars.Integer(1, MqttPublishRules.Most), 1, "Readings in a message.") { DefaultText = "100 with `sparkplug`, 1 with `json`" };

    public static readonly ValueKey<MqttQos> Qos = new("qos", Scalars.Choice(("0", MqttQos.AtMostOnce), ("1", MqttQos.AtLeastOnce)), Plain.Qos,
        "Quality of service of readings. At 1 what the broker has not acknowledged is sent again after the connection was lost.");

    public static readonly ValueKey<TimeSpan> Interval = new("interval", Scalars.Duration(MqttPublishRules.ShortestInterval, MqttPublishRules.LongestInterval, "as fast as the broker takes"), Plain.Interval,
        "From one publish of all of a device's tags to the next; each device begins at a place of its own in it.");

    public static readonly ValueKey<int> Window = new("window", Scalars.Integer(1, ushort.MaxValue), Plain.Window, "QoS 1: messages of a connection that the broker has not acknowledged; the broker's own limit goes before it.");

    public static readonly Section Section = new("Publishing devices", Format, Topic, Group, DevicesPerNode, ReadingsPerMessage, Qos, Interval, Window);
}
