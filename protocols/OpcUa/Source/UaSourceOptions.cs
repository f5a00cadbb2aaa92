using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>An OPC UA source: readings from servers, each with a session of its own.</summary>
public sealed record UaSourceOptions
{
    /// <summary>The source's name, unique in the node.</summary>
    public required string Name { get; init; }

    /// <summary>Its devices; servers all.</summary>
    public required IReadOnlyList<UaDeviceOptions> Devices { get; init; }

    /// <summary>What the gateway time of the readings is; default when their message came.</summary>
    public UaGatewayTime GatewayTime { get; init; }

    /// <summary>How often what has become durable is looked at and acknowledged, 1 ms to 1 s; default 10 ms.</summary>
    public TimeSpan AcknowledgeInterval { get; init; } = TimeSpan.FromMilliseconds(10);
}

/// <summary>What the gateway time of an OPC UA source's readings is.</summary>
public enum UaGatewayTime
{
    /// <summary>When the message was in memory.</summary>
    Arrival,

    /// <summary>The value's source time, where it has one. For load runs: what is measured from the gateway time then counts from when the value was due.</summary>
    Source,

    /// <summary>When the poll that read it was due. For load runs; only where every device is polled.</summary>
    Due,
}

/// <summary>How a device's values are had: one of the two, never both.</summary>
public enum UaDeviceMode
{
    /// <summary>By a subscription: the server sends what changed.</summary>
    Subscribe,

    /// <summary>By Read at an interval.</summary>
    Poll,
}

/// <summary>One device: a server and the nodes of it that are tags.</summary>
public sealed record UaDeviceOptions
{
    /// <summary>The device's name, unique in the node.</summary>
    public required string Name { get; init; }

    /// <summary>Owner of the readings; empty for none.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>The session.</summary>
    public required UaSessionOptions Session { get; init; }

    /// <summary>What is read. Devices that are alike share one list.</summary>
    public required IReadOnlyList<UaTag> Tags { get; init; }

    /// <summary>Subscribe or poll; default subscribe.</summary>
    public UaDeviceMode Mode { get; init; }

    /// <summary>For <see cref="UaDeviceMode.Subscribe"/>: how.</summary>
    public UaSubscribeOptions Subscribe { get; init; } = new();

    /// <summary>For <see cref="UaDeviceMode.Poll"/>: when.</summary>
    public UaPollOptions Poll { get; init; } = new();

    /// <summary>How long a tag with a bad node, refused or unknown, waits before it is tried again; default 30 s.</summary>
    public TimeSpan RetryBadNodes { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A node of a server as a tag.</summary>
public sealed record UaTag
{
    /// <summary>Its name, unique in the device.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The node: <c>ns=2;s=Press.Speed</c>, <c>ns=2;i=1001</c>, <c>g=</c>, <c>b=</c>; or with the namespace's URI, which holds when the server's table changes: <c>nsu=urn:press;s=Press.Speed</c>.
    /// Null with a <see cref="Path"/>.
    /// </summary>
    public string? Node { get; init; }

    /// <summary>A browse path from the Objects folder, resolved anew after each reconnect: <c>/2:Press/2:Speed</c>, or with namespace URIs in braces <c>/{urn:press}Press/{urn:press}Speed</c>. Null with a <see cref="Node"/>.</summary>
    public string? Path { get; init; }

    /// <summary>What its series holds; null for what the server says the node's type is, asked on connecting.</summary>
    public ValueKind? Kind { get; init; }

    /// <summary>Elements of an array that become a series each, named <c>name[0]</c> and so on; 0 for a scalar. Arrays without it are counted and skipped.</summary>
    public int Elements { get; init; }

    /// <summary>Engineering unit; empty for none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>How often the server samples it; null for the device's.</summary>
    public TimeSpan? Sampling { get; init; }

    /// <summary>Values the server keeps between two publishings, 1 to 65,535; null for the device's. All of them are taken.</summary>
    public int? Queue { get; init; }

    /// <summary>Least change the server reports; null for the device's.</summary>
    public UaDeadband? Deadband { get; init; }

    /// <summary>Range and deadband of the value on this side; null for none.</summary>
    public ShapingRule? Shaping { get; init; }
}

/// <summary>A deadband that the server applies (OPC 10000-4, 7.22.2).</summary>
/// <param name="Kind">Of what.</param>
/// <param name="Value">Absolute: in the value's unit. Percent: 0 to 100 of the node's EURange.</param>
public sealed record UaDeadband(UaDeadbandKind Kind, double Value);

/// <summary>What a deadband's value is; the number is the one on the wire.</summary>
public enum UaDeadbandKind
{
    /// <summary>A difference.</summary>
    Absolute = 1,

    /// <summary>A part of the node's range.</summary>
    Percent = 2,
}

/// <summary>How a device is subscribed to.</summary>
public sealed record UaSubscribeOptions
{
    /// <summary>How often the server publishes what has changed, 10 ms to 1 h; it may say otherwise. Default 500 ms.</summary>
    public TimeSpan Publishing { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the server samples, 0 (as fast as it can) to 1 h; default 250 ms.</summary>
    public TimeSpan Sampling { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Values kept an item between two publishings, 1 to 65,535; default 10: what changes at the sampling interval survives an outage of two and a half seconds.</summary>
    public int Queue { get; init; } = 10;

    /// <summary>Whether the oldest goes when an item's queue is full; otherwise the newest. Default true.</summary>
    public bool DiscardOldest { get; init; } = true;

    /// <summary>Least change reported; null for any.</summary>
    public UaDeadband? Deadband { get; init; }

    /// <summary>A silent subscription says that it lives after so long; when nothing came for three times that, it is held dead. 100 ms to 1 h, default 5 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server keeps the subscription, and what it published, without hearing of this side; default 60 s.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Publish requests kept at the server, 1 to 64; default 4: one being answered, and room for a round trip longer than the publishing interval.</summary>
    public int InFlight { get; init; } = 4;

    /// <summary>Monitored items a subscription; a device with more has several. 1 to 1,000,000, default 10,000: a notification of all of them is some 250 KB.</summary>
    public int ItemsPerSubscription { get; init; } = 10_000;

    /// <summary>Most values in one notification; 0 for no limit. Default 10,000.</summary>
    public int MaxNotificationsPerPublish { get; init; } = 10_000;
}

/// <summary>When a device is read.</summary>
public sealed record UaPollOptions
{
    /// <summary>The interval, 10 ms to 24 h; default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Read requests under way at once, 1 to 64; default 4.</summary>
    public int InFlight { get; init; } = 4;

    /// <summary>Whether reading uses ids that RegisterNodes gave, which some servers answer faster. Default false.</summary>
    public bool Register { get; init; }
}
