using System.Globalization;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Host.Commands;

/// <summary>What a site file makes, in numbers.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Shards">Shards.</param>
/// <param name="Devices">Devices, ranges spread out.</param>
/// <param name="Connections">Sockets they need.</param>
/// <param name="Series">Tags over all devices.</param>
/// <param name="RequestsPerPoll">Requests when every device is polled once.</param>
/// <param name="RequestsPerSecond">Requests a second at the configured intervals.</param>
/// <param name="ReadingsPerSecond">Readings a second at the configured intervals.</param>
/// <param name="Unpaced">Devices polled without pause; they are not in the rates.</param>
/// <param name="Subscribed">Devices that send what changes, at a rate of their own; they are not in the rates either.</param>
/// <param name="Journal">The journal's folder.</param>
/// <param name="JournalBytesPerDay">Bytes a day at that rate.</param>
/// <param name="Fsync">The fsync policy.</param>
/// <param name="Sources">The sources, OPC UA servers among them.</param>
/// <param name="Sinks">The sinks with their types.</param>
/// <param name="Http">Where HTTP listens.</param>
internal sealed record SiteSummary(
    string Node, int Shards, int Devices, int Connections, long Series, long RequestsPerPoll, double RequestsPerSecond, double ReadingsPerSecond,
    int Unpaced, int Subscribed, string Journal, double JournalBytesPerDay, string Fsync, IReadOnlyList<string> Sources, IReadOnlyList<string> Sinks, string Http)
{
    private const double SecondsPerDay = 86_400;

    /// <summary>The summary of a site.</summary>
    public static SiteSummary Of(SiteConfiguration site)
    {
        // Devices of a range share tags and request options: plan once for each pair, not once a device.
        Dictionary<(IReadOnlyList<ModbusTag>, ModbusRequestOptions), int> plans = [];
        long series = 0, requests = 0;
        double requestRate = 0, readingRate = 0;
        foreach (ModbusDeviceOptions device in site.ModbusDevices)
        {
            if (!plans.TryGetValue((device.Tags, device.Requests), out int planned))
            {
                plans.Add((device.Tags, device.Requests), planned = ModbusRequestPlanner.Plan(device.Tags, device.Requests).Count);
            }
            series += device.Tags.Count;
            requests += planned;
            if (device.Poll.Interval == TimeSpan.Zero) continue;
            requestRate += planned / device.Poll.Interval.TotalSeconds;
            readingRate += device.Tags.Count / device.Poll.Interval.TotalSeconds;
        }
        IReadOnlyList<UaDeviceOptions> servers = [.. site.OpcUaSources.SelectMany(s => s.Options.Devices)];
        foreach (UaDeviceOptions server in servers)
        {
            int tags = SeriesOf(server);
            series += tags;
            // How often values change, only the server knows.
            if (server.Mode == UaDeviceMode.Poll) readingRate += tags / server.Poll.Interval.TotalSeconds;
        }
        int shared = site.ModbusDevices.Where(d => !d.OwnConnection).Select(d => (d.Host, d.Port)).Distinct().Count();
        return new SiteSummary(
            site.Pipeline.Node, site.Pipeline.Shards, site.ModbusDevices.Count + servers.Count, shared + site.ModbusDevices.Count(d => d.OwnConnection) + servers.Count, series, requests,
            Math.Round(requestRate, 1), Math.Round(readingRate, 1), site.ModbusDevices.Count(d => d.Poll.Interval == TimeSpan.Zero),
            servers.Count(s => s.Mode == UaDeviceMode.Subscribe), site.Pipeline.Journal.Path,
            Math.Round(readingRate * Reading.SizeInBytes * SecondsPerDay),
            FsyncSetting.Type.Format(new FsyncSetting(site.Pipeline.Journal.Fsync, site.Pipeline.Journal.FsyncInterval)),
            [.. site.KafkaSources.Select(s => $"{s.Name} (kafka, {string.Join(", ", s.Topics)} as {s.Group})"), .. site.MqttSources.Select(Describe), .. site.OpcUaSources.Select(Describe)],
            [.. site.PostgresSinks.Select(Describe), .. site.KafkaSinks.Select(Describe), .. site.MqttSinks.Select(Describe)], site.Http.Listen?.ToString() ?? "off");
    }

    private static string Describe(MqttSourceOptions source) => $"{source.Name} (mqtt, {string.Join(", ", source.Rules.Select(r => r.Topic))} at {source.Client.Address} as {source.Client.ClientId})";

    private static string Describe(OpcUaSourceConfiguration source)
    {
        IReadOnlyList<UaDeviceOptions> devices = source.Options.Devices;
        string[] security = [.. devices.Select(d => d.Session.Policy == UaSecurityPolicy.None ? "no security" : $"{OpcUaSessionSchema.Policies.Format(d.Session.Policy)} {d.Session.Mode}").Distinct()];
        string[] reading = [.. devices.Select(d => d.Mode == UaDeviceMode.Poll ? $"polled every {Core.Duration.Format(d.Poll.Interval)}" : $"subscribed, published every {Core.Duration.Format(d.Subscribe.Publishing)}").Distinct()];
        return string.Create(CultureInfo.InvariantCulture,
            $"{source.Options.Name} (opcua, {devices.Count:N0} {(devices.Count == 1 ? "server" : "servers")} with {devices.Sum(d => (long)SeriesOf(d)):N0} tags, {string.Join(" and ", reading)}, {string.Join(" and ", security)})");
    }

    private static int SeriesOf(UaDeviceOptions device) => device.Tags.Sum(t => Math.Max(1, t.Elements));

    private static string Describe(KafkaSinkOptions sink) =>
        $"{sink.Name} (kafka, {RecordFormats.NameOf(sink.Format)} into {sink.Topic}{(sink.Guarantee == KafkaGuarantee.ExactlyOnce ? ", exactly once" : "")})";

    private static string Describe(MqttSinkOptions sink) => sink.Mode == MqttSinkMode.Sparkplug
        ? $"{sink.Name} (mqtt, Sparkplug B as group {sink.Sparkplug.Group} to {sink.Client.Address})"
        : $"{sink.Name} (mqtt, {sink.Uns.Payload.ToString().ToLowerInvariant()} into {sink.Uns.Topic} at {sink.Client.Address})";

    private static string Describe(PostgresOptions sink) =>
        sink.Mapping is { } mapping ? $"{sink.Name} (postgres, into {mapping.Table})" : $"{sink.Name} (postgres, {sink.Schema}.{sink.Table.Readings})";
}
