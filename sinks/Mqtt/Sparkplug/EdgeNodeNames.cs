using System.Globalization;
using HyperIngest.Core.Delivery;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>Ids of groups, edge nodes, devices and hosts (Sparkplug 3.0, 4.1.1): one topic level each.</summary>
internal static class EdgeNodeNames
{
    /// <summary>What is wrong with an id that somebody chose; null for nothing.</summary>
    public static string? ProblemOf(string id)
    {
        if (id.Length == 0) return "an id has at least one character";
        foreach (char c in id)
        {
            if (!IsLegal(c)) return $"an id may not have '/', '+', '#' or control characters, and here is {(char.IsControl(c) ? $"U+{(int)c:X4}" : $"'{c}'")}";
        }
        return null;
    }

    /// <summary>The edge node id of a lane.</summary>
    public static string NodeIdOf(MqttEdgeNodeOptions options, LaneIdentity identity, int shards)
    {
        string template = options.EdgeNode.Length > 0 ? options.EdgeNode : shards > 1 ? "{node}-{shard}" : "{node}";
        return Legal(template.Replace("{node}", identity.Node, StringComparison.Ordinal).Replace("{shard}", identity.Shard.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    /// <summary>A name as an id: what an id may not have becomes <c>_</c>.</summary>
    public static string Legal(string name) => string.Create(name.Length, name, static (into, from) =>
    {
        for (int i = 0; i < from.Length; i++) into[i] = IsLegal(from[i]) ? from[i] : '_';
    });

    private static bool IsLegal(char c) => c is not ('/' or '+' or '#') && !char.IsControl(c) && c is not (>= '\uFDD0' and <= '\uFDEF') and not ('\uFFFE' or '\uFFFF');
}
