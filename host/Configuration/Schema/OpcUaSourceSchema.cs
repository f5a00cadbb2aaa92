using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of an OPC UA source and its devices. What a device does not say holds as the source says it.</summary>
internal static class OpcUaSourceSchema
{
    public static readonly ValueKey<string> DeviceName = new("name", Scalars.Text(255), "", "The device's name, unique in the node. A range in braces makes many devices: `press-{001..120}`; the digits written give the width.") { Required = true };

    public static readonly ValueKey<string> Endpoint = new("endpoint", OpcUaEndpoint.Type, "", "The server's endpoint. May hold `{...}` in a range.") { Required = true };

    public static readonly ValueKey<string> Tenant = new("tenant", Scalars.OptionalText(255), OptionDefaults.UaDevice.Tenant, "Owner of the readings.") { DefaultText = "none" };

    public static readonly ListKey DeviceTags = new("tags", OpcUaTagSchema.Section, "The nodes that are read; those of the source where it has none.");

    public static readonly ListKey SharedTags = new("tags", OpcUaTagSchema.Section, "The tags of every device that has none of its own.");

    // What a source says for its devices, and each device may say otherwise.
    private static readonly Key[] OfBoth =
    [
        OpcUaSessionSchema.Policy, OpcUaSessionSchema.Mode, OpcUaSessionSchema.CheckHost, OpcUaSessionSchema.User, OpcUaSessionSchema.Password, OpcUaSessionSchema.UserCertificate, OpcUaSessionSchema.UserKey, Tenant,
        OpcUaReadingSchema.Read, OpcUaReadingSchema.Publishing, OpcUaReadingSchema.Sampling, OpcUaReadingSchema.Queue, OpcUaReadingSchema.Discard, OpcUaReadingSchema.Deadband, OpcUaReadingSchema.KeepAlive,
        OpcUaReadingSchema.Lifetime, OpcUaReadingSchema.InFlight, OpcUaReadingSchema.ItemsPerSubscription, OpcUaReadingSchema.MaxNotifications, OpcUaReadingSchema.Interval, OpcUaReadingSchema.Register,
        OpcUaReadingSchema.RetryBadNodes, OpcUaSessionSchema.SessionTimeout, OpcUaSessionSchema.ConnectTimeout, OpcUaSessionSchema.RequestTimeout, OpcUaSessionSchema.LongestPause, OpcUaSessionSchema.MaxMessage,
    ];

    public static readonly Section Device = new("OPC UA device", [DeviceName, Endpoint, DeviceTags, .. OfBoth.Select(key => key.DefaultingTo("the source's"))]);

    public static readonly ValueKey<string> Certificates = new("certificates", Scalars.Text(4096), OpcUaSourceConfiguration.DefaultCertificateFolder,
        "Folder of the node's own certificate and of those it trusts and has refused; made when missing. A relative path begins at the current directory. Sources with the same folder share it.");

    public static readonly ListKey Devices = new("devices", Device, "The servers.") { Required = true };

    public static readonly ValueKey<TimeSpan> AcknowledgeInterval = new("acknowledge_interval", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)), OptionDefaults.UaSource.AcknowledgeInterval,
        "How often what has become durable is acknowledged.");

    public static readonly ValueKey<UaGatewayTime> Timestamp = new("timestamp", Scalars.Choice(("arrival", UaGatewayTime.Arrival), ("source", UaGatewayTime.Source), ("due", UaGatewayTime.Due)), OptionDefaults.UaSource.GatewayTime,
        "The gateway time of its readings: when their message came, or the value's source time where it has one, or when the poll that read it was due, where all devices are polled. `source` and `due` are for load tests: latencies then count from when a value was due.");

    public static readonly Section Source = new(
        "OPC UA source", [SourceSchema.Name, SourceSchema.Type, Devices, SharedTags, Certificates, .. OfBoth, AcknowledgeInterval, Timestamp]);
}
