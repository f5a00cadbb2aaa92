namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>A Sparkplug B host application: how it names what edge nodes publish, and its limits.</summary>
public sealed record SparkplugHostOptions
{
    /// <summary>Its identifier, in <c>spBv1.0/STATE/{host}</c>, by which edge nodes know that their primary host is there; null: it does not say.</summary>
    public string? HostId { get; init; }

    /// <summary>The catalog's name of a device, of <c>{group}</c>, <c>{node}</c> and <c>{device}</c>. Default <c>{group}/{node}/{device}</c>.</summary>
    public string Device { get; init; } = "{group}/{node}/{device}";

    /// <summary>The catalog's name of an edge node, as the device of the node's own metrics, of <c>{group}</c> and <c>{node}</c>. Default <c>{group}/{node}</c>.</summary>
    public string Node { get; init; } = "{group}/{node}";

    /// <summary>The tenant of all series; <c>{group}</c> in it is the group. Default none.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>How long a message that a sequence number is missing of may still come, out of order, before the edge node is asked for its birth. Default 2 s; 0: not at all.</summary>
    public TimeSpan ReorderTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Least time between two requests for one edge node's birth. Default 1 s.</summary>
    public TimeSpan RebirthDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bytes of data that may wait for births, over all edge nodes: what is published from the moment a host subscribes until the births that it asked for are there. Default 16 MiB, more than a second
    /// of 600,000 metrics a second; 0: data without a birth is not taken.
    /// </summary>
    public long MaxWaitingBytes { get; init; } = 16L << 20;

    /// <summary>Most edge nodes; messages of more are refused. Default 20,000.</summary>
    public int MaxNodes { get; init; } = 20_000;

    /// <summary>Most devices of one edge node; births of more are counted and not taken. Default 10,000.</summary>
    public int MaxDevicesPerNode { get; init; } = 10_000;

    /// <summary>Most metrics of one edge node and its devices; more are counted and not taken. Default 100,000.</summary>
    public int MaxMetricsPerNode { get; init; } = 100_000;
}
