using System.Text;
using HyperIngest.Core.Records;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>What a topic is about.</summary>
/// <param name="Type">What its messages are.</param>
/// <param name="Node">The edge node.</param>
/// <param name="Device">The device's place in it; 0 the node itself, -1 a device that was never born.</param>
internal readonly record struct SparkplugRoute(SparkplugMessageType Type, SparkplugNode Node, int Device);

/// <summary>The edge nodes a host knows, and where each topic leads: found by the topic's bytes, which are taken apart only the first time.</summary>
internal sealed class SparkplugNodes(SparkplugHostOptions options)
{
    // A topic's longest is 65,535 bytes; nearly all are shorter than this.
    private const int StackBytes = 512;

    private readonly ByteKeyTable _topics = new();
    private readonly List<SparkplugRoute> _routes = [];
    private readonly ByteKeyTable _names = new();
    private readonly List<SparkplugNode> _nodes = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<SparkplugNode> All => _nodes;

    /// <summary>Finds where a topic leads, by its bytes.</summary>
    public bool TryFind(ReadOnlySpan<byte> topic, out SparkplugRoute route)
    {
        int found = _topics.Find(topic);
        route = found < 0 ? default : _routes[found];
        return found >= 0;
    }

    /// <summary>Finds where a topic that is new leads; the edge node is made when it is not known, and a device by its birth alone.</summary>
    /// <returns>Why not, in words; null when it leads somewhere.</returns>
    public string? Resolve(ReadOnlySpan<byte> topic, in SparkplugTopic parsed, out SparkplugRoute route)
    {
        route = default;
        SparkplugNode? node = NodeOf(parsed);
        if (node is null) return $"it is of a new edge node, '{Encoding.UTF8.GetString(parsed.Node)}', after {options.MaxNodes} of them: raise the most edge nodes of the Sparkplug host";
        int device = parsed.IsOfDevice ? node.FindDevice(parsed.Device) : 0;
        if (device < 0 && parsed.Type == SparkplugMessageType.DeviceBirth)
        {
            if (node.Devices.Count > options.MaxDevicesPerNode) return $"it is of a new device of edge node '{node.Name}', after {options.MaxDevicesPerNode} of them: raise the most devices of a node of the Sparkplug host";
            device = node.AddDevice(parsed.Device, NameOf(options.Device, node.Group, node.Name, Encoding.UTF8.GetString(parsed.Device)));
        }
        route = new SparkplugRoute(parsed.Type, node, device);
        if (device < 0) return null;
        _topics.Add(topic);
        _routes.Add(route);
        return null;
    }

    private SparkplugNode? NodeOf(in SparkplugTopic topic)
    {
        // Neither has a slash in it.
        int length = topic.Group.Length + 1 + topic.Node.Length;
        Span<byte> key = length <= StackBytes ? stackalloc byte[length] : new byte[length];
        topic.Group.CopyTo(key);
        key[topic.Group.Length] = (byte)'/';
        topic.Node.CopyTo(key[(topic.Group.Length + 1)..]);
        int found = _names.Find(key);
        if (found >= 0) return _nodes[found];
        if (_nodes.Count >= options.MaxNodes) return null;
        string group = Encoding.UTF8.GetString(topic.Group);
        string name = Encoding.UTF8.GetString(topic.Node);
        SparkplugNode node = new(group, name, NameOf(options.Node, group, name, ""));
        _names.Add(key);
        _nodes.Add(node);
        return node;
    }

    // In one pass: a group whose name is "{node}" stays one.
    private static string NameOf(string template, string group, string node, string device)
    {
        StringBuilder name = new();
        for (int at = 0; at < template.Length;)
        {
            ReadOnlySpan<char> rest = template.AsSpan(at);
            (string? value, int length) = rest.StartsWith("{group}") ? (group, 7) : rest.StartsWith("{node}") ? (node, 6) : rest.StartsWith("{device}") ? (device, 8) : (null, 1);
            if (value is null) name.Append(template[at]);
            else name.Append(value);
            at += length;
        }
        return name.ToString();
    }
}
