using HyperIngest.Core;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds OPC UA sources, and spreads ranges of devices out.</summary>
/// <param name="node">The node's name, for the names of sessions.</param>
/// <param name="names">Lines of the devices there are, by name: names are unique in a node.</param>
internal sealed class OpcUaSourceBinder(string node, Dictionary<string, int> names)
{
    /// <summary>A source.</summary>
    public OpcUaSourceConfiguration Bind(SectionReader reader)
    {
        IReadOnlyList<UaTag> shared = OpcUaTagBinder.Bind(reader.List(OpcUaSourceSchema.SharedTags));
        List<UaDeviceOptions> devices = [];
        Dictionary<string, OpcUaUserFiles> users = new(StringComparer.Ordinal);
        bool sharedAreUsed = false;
        foreach (SectionReader device in reader.List(OpcUaSourceSchema.Devices))
        {
            IReadOnlyList<UaTag> tags = device.Has(OpcUaSourceSchema.DeviceTags) ? OpcUaTagBinder.Bind(device.List(OpcUaSourceSchema.DeviceTags)) : shared;
            sharedAreUsed |= ReferenceEquals(tags, shared);
            if (tags.Count == 0 && !reader.Has(OpcUaSourceSchema.SharedTags)) device.Error(OpcUaSourceSchema.DeviceTags, "missing; a device needs tags, its own or those of the source");
            BindDevice(new OpcUaDeviceReader(device, reader), tags, devices, users);
        }
        if (shared.Count > 0 && !sharedAreUsed) reader.Warning(OpcUaSourceSchema.SharedTags, "every device has tags of its own; these are nobody's");
        foreach ((UaDeviceMode mode, IReadOnlyList<Key> keys, string what) in OfOneMode)
        {
            if (devices.Any(d => d.Mode == mode)) continue;
            foreach (Key key in keys.Where(reader.Has)) reader.Warning(key, $"no device of the source is {what}; it says nothing");
        }
        if (reader.Get(OpcUaSourceSchema.Timestamp) == UaGatewayTime.Due && devices.FirstOrDefault(d => d.Mode != UaDeviceMode.Poll) is { } subscribed)
        {
            reader.Error(OpcUaSourceSchema.Timestamp, $"due is when a poll was due, and {subscribed.Name} is subscribed to; set read: poll, or timestamp: source");
        }
        UaSourceOptions options = new()
        {
            Name = reader.Get(SourceSchema.Name),
            Devices = devices,
            GatewayTime = reader.Get(OpcUaSourceSchema.Timestamp),
            AcknowledgeInterval = reader.Get(OpcUaSourceSchema.AcknowledgeInterval),
        };
        return new OpcUaSourceConfiguration { Options = options, CertificateFolder = reader.Get(OpcUaSourceSchema.Certificates), UserFiles = users };
    }

    private static readonly (UaDeviceMode Mode, IReadOnlyList<Key> Keys, string What)[] OfOneMode =
        [(UaDeviceMode.Subscribe, OpcUaReadingSchema.OfSubscriptions, "subscribed to"), (UaDeviceMode.Poll, OpcUaReadingSchema.OfPolling, "polled")];

    private void BindDevice(OpcUaDeviceReader reader, IReadOnlyList<UaTag> tags, List<UaDeviceOptions> devices, Dictionary<string, OpcUaUserFiles> users)
    {
        SectionReader own = reader.Device;
        UaDeviceOptions device = reader.Options(tags, out OpcUaUserFiles? user);
        foreach ((UaDeviceMode mode, IReadOnlyList<Key> keys, string what) in OfOneMode)
        {
            if (mode == device.Mode) continue;
            foreach (Key key in keys.Where(own.Has)) own.Error(key, $"only a device that is {what} has it; remove it, or set read: {OpcUaReadingSchema.Read.Type.Format(mode)}");
        }
        if (device.Mode == UaDeviceMode.Poll && tags.FirstOrDefault(t => t.Sampling is not null || t.Queue is not null || t.Deadband is not null) is { } sampled)
        {
            own.Warning(OpcUaReadingSchema.Read, $"sampling, queue and deadband of its tags, such as '{sampled.Name}', are for the server's subscriptions; a polled device does without");
        }
        if (device.Mode == UaDeviceMode.Subscribe && device.Subscribe.Lifetime < 3 * device.Subscribe.KeepAlive)
        {
            reader.Of(OpcUaReadingSchema.Lifetime).Error(OpcUaReadingSchema.Lifetime,
                $"expected at least three times keep_alive ({Duration.Format(device.Subscribe.KeepAlive)}), found {Duration.Format(device.Subscribe.Lifetime)}: a subscription must not end before it was found dead");
        }
        string endpoint = device.Session.EndpointUrl;
        if (device.Name.Length == 0) return;
        if (!NameRange.TryParse(device.Name, out NameRange range, out string? problem))
        {
            own.Error(OpcUaSourceSchema.DeviceName, problem!);
            return;
        }
        if (range.Width == 0 && RangeExpression.IsIn(endpoint))
        {
            own.Error(OpcUaSourceSchema.DeviceName, $"expected a range such as {device.Name}-{{01..20}}, because endpoint uses {{...}}; found '{device.Name}'");
            return;
        }
        for (int n = range.First; n <= range.Last; n++)
        {
            // One message for the first n that is wrong: 120 of the same kind help nobody.
            if (!RangeExpression.TryExpand(endpoint, n, out string endpointOfN, out problem))
            {
                own.Error(OpcUaSourceSchema.Endpoint, problem!);
                return;
            }
            if (endpoint.Length > 0 && !OpcUaEndpoint.IsOne(endpointOfN))
            {
                own.Error(OpcUaSourceSchema.Endpoint, $"expected {OpcUaEndpoint.Expected}, found {own.Found(OpcUaSourceSchema.Endpoint)}{(RangeExpression.IsIn(endpoint) ? $", which is {endpointOfN} for n = {n}" : "")}");
                return;
            }
            string name = range.NameOf(n);
            if (!names.TryAdd(name, own.Mark.Line))
            {
                own.Error(OpcUaSourceSchema.DeviceName, $"device '{name}' is there already, in line {names[name]}; device names are unique in a node");
                return;
            }
            devices.Add(device with { Name = name, Session = device.Session with { EndpointUrl = endpointOfN, Name = $"hyperingest {node} {name}" } });
            if (user is not null) users.Add(name, user);
        }
    }
}
