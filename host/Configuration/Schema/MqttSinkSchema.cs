using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of an MQTT sink.</summary>
internal static class MqttSinkSchema
{
    public static class Edge
    {
        public static readonly ValueKey<string> Group = new("group", Scalars.Text(255), OptionDefaults.Mqtt.Sparkplug.Group, "The group id.");

        public static readonly ValueKey<string> EdgeNode = new("edge_node", Scalars.Text(255), OptionDefaults.Mqtt.Sparkplug.EdgeNode, "The edge node id, with places for `{node}` and `{shard}`: a shard is an edge node.")
        { DefaultText = "{node}, or {node}-{shard} where there are shards" };

        public static readonly ValueKey<string> PrimaryHost = new("primary_host", Scalars.Text(255), "", "The primary host's id: while its STATE is not online nothing is published, and the journal keeps it.") { DefaultText = "none" };

        public static readonly ValueKey<int> MetricsPerMessage = new("metrics_per_message", Scalars.Integer(1, 10_000), OptionDefaults.Mqtt.Sparkplug.MaxMetricsPerMessage, "Most metrics in one DDATA.");

        public static readonly ValueKey<long> MessageBytes = new("message_bytes", Scalars.Size(256, 16 << 20), OptionDefaults.Mqtt.Sparkplug.MaxMessageBytes, "Size at which a DDATA is sent.");

        public static readonly Section Section = new("Sparkplug edge node", Group, EdgeNode, PrimaryHost, MetricsPerMessage, MessageBytes);
    }

    public static readonly ValueKey<string> ClientId = new("client_id", Scalars.Text(255), "", "The client id; with more than one shard each connection's is `ID-SHARD`.") { DefaultText = "hyperingest-NODE-SINK" };

    public static readonly ValueKey<MqttSinkMode> Mode = new("mode", Scalars.Choice(("uns", MqttSinkMode.Uns), ("sparkplug", MqttSinkMode.Sparkplug)), OptionDefaults.Mqtt.Mode,
        "`uns` is a message a reading on a topic a series; `sparkplug` is a Sparkplug B edge node.");

    public static readonly ValueKey<string> Topic = new("topic", Scalars.Text(4096), OptionDefaults.Mqtt.Uns.Topic,
        "The topics, with places for `{tenant}`, `{device}`, `{tag}`, `{unit}`, `{classification}` and `{node}`; an empty level is left out. A series' own topic goes before it.");

    public static readonly ValueKey<MqttSlash> Slash = new("slash", Scalars.Choice(("levels", MqttSlash.Levels), ("replace", MqttSlash.Replace)), OptionDefaults.Mqtt.Uns.Slash,
        "What a `/` in a name becomes: `levels` of the topic, or `_` with `replace`.");

    public static readonly ValueKey<MqttPayload> Payload = new("payload",
        Scalars.Choice(("json", MqttPayload.Json), ("compact", MqttPayload.Compact), ("plain", MqttPayload.Plain)), OptionDefaults.Mqtt.Uns.Payload,
        "`json` is the record of docs/records.md, `compact` has value, timestamp and quality, `plain` is the value alone (and leaves bad ones out).");

    public static readonly ValueKey<MqttQos> Qos = new("qos", Scalars.Choice(("1", MqttQos.AtLeastOnce), ("0", MqttQos.AtMostOnce)), OptionDefaults.Mqtt.Uns.Qos,
        "1 is at least once; 0 says only that the operating system had it.");

    public static readonly ValueKey<bool> Retain = new("retain", Scalars.Boolean, OptionDefaults.Mqtt.Uns.Retain, "Whether the broker keeps each topic's last message for later subscribers.");

    public static readonly SectionKey Sparkplug = new("sparkplug", Edge.Section, "The edge node, with `mode: sparkplug`.");

    public static readonly ValueKey<int> ReadingsPerDelivery = new("readings_per_delivery", Scalars.Integer(1, 1_000_000), OptionDefaults.Mqtt.Limits.MaxReadingsPerDelivery, "Most readings under way at once.");

    public static readonly ValueKey<TimeSpan> Linger = new("linger", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromSeconds(10)), OptionDefaults.Mqtt.Limits.Linger, "Least time between a lane's deliveries, unless `readings_per_delivery` readings wait.");

    public static readonly ValueKey<int> InFlight = new("in_flight", Scalars.Integer(1, ushort.MaxValue), OptionDefaults.Mqtt.Limits.MaxInFlight, "QoS 1: most messages not acknowledged; the broker's receive maximum lowers it.");

    public static readonly ValueKey<TimeSpan> StallTime = new("stall_time", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), OptionDefaults.Mqtt.Limits.StallTime, "How long the broker may take or acknowledge nothing before the lane says so.");

    public static readonly Section Sink = new(
        "MQTT sink",
        [
            SinkSchema.Name, SinkSchema.Type, MqttClientSchema.Broker, ClientId, Mode, Topic, Slash, Payload, Qos, Retain, Sparkplug, ReadingsPerDelivery, Linger, InFlight, StallTime,
            .. MqttClientSchema.Common,
        ]);
}
