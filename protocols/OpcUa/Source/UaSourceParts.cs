using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>What the devices of a source share.</summary>
internal sealed class UaSourceParts(UaSourceOptions options, SeriesCatalog catalog, Intake intake, UaSourceMetrics metrics, PollScheduler scheduler, ILogger logger, TimeProvider clock)
{
    private readonly long _origin = clock.GetTimestamp();

    // By the list itself. Devices are made one after the other.
    private readonly Dictionary<IReadOnlyList<UaTag>, UaTagNodes> _nodes = new(ReferenceEqualityComparer.Instance);

    public UaSourceOptions Options { get; } = options;

    public SeriesCatalog Catalog { get; } = catalog;

    public Intake Intake { get; } = intake;

    public UaSourceMetrics Metrics { get; } = metrics;

    public PollScheduler Scheduler { get; } = scheduler;

    public ILogger Logger { get; } = logger;

    public UaBlockPool Blocks { get; } = new(options.Devices.Count);

    /// <summary>The nodes of a list of tags. For who makes the devices.</summary>
    public UaTagNodes NodesOf(IReadOnlyList<UaTag> tags)
    {
        if (!_nodes.TryGetValue(tags, out UaTagNodes? nodes)) _nodes.Add(tags, nodes = new UaTagNodes(tags));
        return nodes;
    }

    /// <summary>Milliseconds of a clock that only goes forward.</summary>
    public long NowMs => (long)clock.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>UTC ticks.</summary>
    public long UtcTicks => clock.GetUtcNow().UtcTicks;
}
