using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>How a client has the OPC UA servers of a plant: all in the same way.</summary>
public sealed record UaPlantClient
{
    /// <summary>Subscribe or poll; default subscribe.</summary>
    public UaDeviceMode Mode { get; init; }

    /// <summary>For subscribing: how.</summary>
    public UaSubscribeOptions Subscribe { get; init; } = new();

    /// <summary>For polling: when.</summary>
    public UaPollOptions Poll { get; init; } = new();

    /// <summary>The session, whose endpoint is each device's own; default without security, as nobody.</summary>
    public UaSessionOptions Session { get; init; } = new() { EndpointUrl = "" };

    /// <summary>The tag list of a template.</summary>
    public static IReadOnlyList<UaTag> TagsOf(DeviceTemplate template, UaServerDeviceOptions server)
    {
        List<UaTag> tags = new(template.Tags.Count);
        for (int i = 0; i < template.Tags.Count; i++)
        {
            PlantTag tag = template.Tags[i];
            ValueKind? kind = UaScalars.TryKind(UaDeviceVariables.TypeOf(tag.Type), out ValueKind known) ? known : null;
            tags.Add(new UaTag { Name = tag.Name, Node = UaDeviceVariables.NodeOf(server, i, tag.Name).ToString(), Kind = kind });
        }
        return tags;
    }

    /// <summary>The plant's OPC UA servers as this client has them.</summary>
    internal IReadOnlyList<UaDeviceOptions> DevicesOf(Plant plant, string host, int basePort)
    {
        Dictionary<(DeviceTemplate, UaNodeForm), IReadOnlyList<UaTag>> lists = [];
        List<UaDeviceOptions> devices = [];
        foreach (PlantDevice device in plant.Devices)
        {
            if (device.OpcUa is not { } server) continue;
            if (!lists.TryGetValue((device.Template, server.Nodes), out IReadOnlyList<UaTag>? tags)) lists.Add((device.Template, server.Nodes), tags = TagsOf(device.Template, server));
            devices.Add(new UaDeviceOptions
            {
                Name = device.Name,
                Session = Session with { EndpointUrl = EndpointOf(host, basePort, device) },
                Tags = tags,
                Mode = Mode,
                Subscribe = Subscribe,
                Poll = Poll,
            });
        }
        return devices;
    }

    /// <summary>The endpoint of a device.</summary>
    internal static string EndpointOf(string host, int basePort, PlantDevice device) => FormattableString.Invariant($"opc.tcp://{(host.Contains(':') ? $"[{host}]" : host)}:{basePort + device.Port}");
}
