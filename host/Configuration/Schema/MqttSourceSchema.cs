using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of an MQTT source; those of the broker are <see cref="MqttClientSchema"/>'s.</summary>
internal static class MqttSourceSchema
{
    /// <summary>How long a source's session is kept unless the file says otherwise: a node is back from a restart, or another has its place, within it.</summary>
    private static readonly TimeSpan DefaultSessionExpiry = TimeSpan.FromHours(1);

    public static class Limits
    {
        public static readonly ValueKey<int> NewSeries = new("new_series", Scalars.Integer(0, 100_000_000), OptionDefaults.MqttSource.Limits.MaxNewSeries,
            "Series its messages may add to the catalog between two starts; messages with more are dead letters.");

        public static readonly ValueKey<int> NameBytes = new("name_bytes", Scalars.Integer(1, 4096), OptionDefaults.MqttSource.Limits.MaxNameBytes, "Longest device or tag, in UTF-8 bytes.");

        public static readonly ValueKey<int> Topics = new("topics", Scalars.Integer(1, 1 << 24), OptionDefaults.MqttSource.Limits.MaxTopics, "Topics that are remembered; messages of others are taken more slowly.");

        public static readonly Section Section = new("MQTT limits", NewSeries, NameBytes, Topics);
    }

    public static class Sparkplug
    {
        public static readonly ValueKey<string> HostId = new("host_id", Scalars.Text(255), "", "The host's name, under which `spBv1.0/STATE/HOST` says whether it is there: edge nodes with it as their primary host wait for it.") { DefaultText = "none: it says nothing" };

        public static readonly ValueKey<string> Device = new("device", Scalars.Text(4096), OptionDefaults.SparkplugHost.Device, "A device's name, of `{group}`, `{node}` and `{device}`.");

        public static readonly ValueKey<string> Node = new("node", Scalars.Text(4096), OptionDefaults.SparkplugHost.Node, "An edge node's name as the device of its own metrics, of `{group}` and `{node}`.");

        public static readonly ValueKey<string> Tenant = new("tenant", Scalars.Text(4096), OptionDefaults.SparkplugHost.Tenant, "Who owns the series; `{group}` in it is the group.") { DefaultText = "none" };

        public static readonly ValueKey<TimeSpan> ReorderTimeout = new("reorder_timeout", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), "not at all"), OptionDefaults.SparkplugHost.ReorderTimeout,
            "How long a missing message may still come before the edge node is asked for a rebirth.");

        public static readonly ValueKey<TimeSpan> RebirthDelay = new("rebirth_delay", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), OptionDefaults.SparkplugHost.RebirthDelay,
            "Least time between two requests for one edge node's rebirth.");

        public static readonly ValueKey<int> MaxNodes = new("max_nodes", Scalars.Integer(1, 1_000_000), OptionDefaults.SparkplugHost.MaxNodes, "Most edge nodes; messages of more are dead letters.");

        public static readonly ValueKey<int> MaxDevices = new("max_devices", Scalars.Integer(1, 1_000_000), OptionDefaults.SparkplugHost.MaxDevicesPerNode, "Most devices of an edge node; more are counted and not taken.");

        public static readonly ValueKey<long> Waiting = new("waiting", Scalars.Size(0, 1L << 30), OptionDefaults.SparkplugHost.MaxWaitingBytes, "Memory for data that waits for births, over all edge nodes: what is published from subscribing until the births that were asked for are there. With `0` data without a birth is not taken.");

        public static readonly ValueKey<int> MaxMetrics = new("max_metrics", Scalars.Integer(1, 10_000_000), OptionDefaults.SparkplugHost.MaxMetricsPerNode, "Most metrics of an edge node and its devices; more are counted and not taken.");

        public static readonly Section Section = new("Sparkplug B host", HostId, Device, Node, Tenant, ReorderTimeout, RebirthDelay, Waiting, MaxNodes, MaxDevices, MaxMetrics);
    }

    public static readonly ValueKey<string> ClientId = new("client_id", Scalars.Text(255), "", "The client id, unique at the broker. It names the session: keep it.") { DefaultText = "`NODE-NAME`, of the node and the source" };

    public static readonly ValueKey<TimeSpan> SessionExpiry = new("session_expiry", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650), "a new session at each connection"), DefaultSessionExpiry,
        "How long the broker keeps subscriptions and messages for the node while it is away. MQTT 3.1.1 knows only kept or not.");

    public static readonly ValueKey<int> ReceiveMaximum = new("receive_maximum", Scalars.Integer(1, ushort.MaxValue), OptionDefaults.MqttClient.ReceiveMaximum,
        "Messages of QoS 1 and 2 that the broker may have under way (5.0). They wait for the journal's fsync: fewer than `rate x journal.fsync` slow the broker down.");

    public static readonly ListKey Rules = new("rules", MqttRuleSchema.Rule, "Topics and what their payloads are; the first that matches a topic says it.") { Required = true };

    public static readonly SectionKey Host = new("sparkplug", Sparkplug.Section, "The Sparkplug B host, where a rule has such payloads.");

    public static readonly SectionKey Limited = new("limits", Limits.Section, "What messages may add.");

    public static readonly ValueKey<TimeSpan> AcknowledgeInterval = new("acknowledge_interval", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)), OptionDefaults.MqttSource.AcknowledgeInterval,
        "How often what has become durable is acknowledged.");

    public static readonly ValueKey<MqttGatewayTime> Timestamp = new("timestamp", Scalars.Choice(("arrival", MqttGatewayTime.Arrival), ("payload", MqttGatewayTime.Payload)), OptionDefaults.MqttSource.GatewayTime,
        "The gateway time of its readings: when their message came, or the payload's own time where it has one. `payload` is for load tests, whose publishers say when a message was due: latencies then count from there.");

    public static readonly Section Source = new(
        "MQTT source",
        [SourceSchema.Name, SourceSchema.Type, MqttClientSchema.Broker, ClientId, SessionExpiry, Rules, Host, Limited, .. MqttClientSchema.Common, ReceiveMaximum, AcknowledgeInterval, Timestamp]);
}
