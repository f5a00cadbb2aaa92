using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt.Sparkplug;
using HyperIngest.Sinks.Mqtt.Uns;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>The ranges that <see cref="MqttSinkOptions"/> promises.</summary>
public static class MqttSinkOptionsCheck
{
    /// <summary>What is wrong with the options, the first thing only; null for nothing. Connects to nothing.</summary>
    public static string? ProblemOf(MqttSinkOptions options)
    {
        if (options.Mode == MqttSinkMode.Uns && ProblemOf(options.Uns) is { } uns) return uns;
        if (options.Mode == MqttSinkMode.Sparkplug && ProblemOf(options.Sparkplug) is { } edge) return edge;
        MqttSinkLimits limits = options.Limits;
        if (limits.MaxReadingsPerDelivery is < 1 or > 1_000_000) return $"MaxReadingsPerDelivery is {limits.MaxReadingsPerDelivery}, expected 1 to 1000000";
        if (limits.Linger < TimeSpan.Zero || limits.Linger > TimeSpan.FromSeconds(10)) return $"Linger is {limits.Linger}, expected 0 to 10 s";
        if (limits.MaxInFlight is < 1 or > ushort.MaxValue) return $"MaxInFlight is {limits.MaxInFlight}, expected 1 to 65535";
        if (limits.StallTime < TimeSpan.FromMilliseconds(100) || limits.StallTime > TimeSpan.FromMinutes(10)) return $"StallTime is {limits.StallTime}, expected 100 ms to 10 min";
        return null;
    }

    /// <summary>Throws what <see cref="ProblemOf(MqttSinkOptions)"/> finds.</summary>
    /// <exception cref="ArgumentException">Something is wrong.</exception>
    internal static void Check(MqttSinkOptions options)
    {
        if (ProblemOf(options) is { } problem) throw new ArgumentException($"sink {options.Name}: {problem}", nameof(options));
    }

    private static string? ProblemOf(MqttUnsOptions uns)
    {
        if (TopicTemplate.Parse(uns.Topic, uns.Slash, out string? template) is null) return $"topic '{uns.Topic}': {template}";
        return uns.Qos is MqttQos.AtMostOnce or MqttQos.AtLeastOnce
            ? null
            : $"qos is {(int)uns.Qos}, expected 0 or 1: what is acknowledged twice is not there more surely, and the journal's cursor cannot tell a third state";
    }

    private static string? ProblemOf(MqttEdgeNodeOptions edge)
    {
        if (EdgeNodeNames.ProblemOf(edge.Group) is { } group) return $"group '{edge.Group}': {group}";
        if (edge.EdgeNode.Length > 0 && EdgeNodeNames.ProblemOf(edge.EdgeNode) is { } node) return $"edge_node '{edge.EdgeNode}': {node}";
        if (edge.PrimaryHost is { } host && EdgeNodeNames.ProblemOf(host) is { } primary) return $"primary_host '{host}': {primary}";
        if (edge.MaxMetricsPerMessage is < 1 or > 10_000) return $"MaxMetricsPerMessage is {edge.MaxMetricsPerMessage}, expected 1 to 10000";
        if (edge.MaxMessageBytes is < 256 or > 16 << 20) return $"MaxMessageBytes is {edge.MaxMessageBytes}, expected 256 B to 16 MiB";
        return null;
    }
}
