using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>What the devices of a source share.</summary>
internal sealed class UaSourceParts(UaSourceOptions options, SeriesCatalog catalog, Intake intake, UaSourceMetrics metrics, PollScheduler scheduler, ILogger logger, TimeProvider clock)
{
    private readonly long _origin = clock.GetTimestamp();

    public UaSourceOptions Options { get; } = options;

    public SeriesCatalog Catalog { get; } = catalog;

    public Intake Intake { get; } = intake;

    public UaSourceMetrics Metrics { get; } = metrics;

    public PollScheduler Scheduler { get; } = scheduler;

    public ILogger Logger { get; } = logger;

    public UaBlockPool Blocks { get; } = new();

    /// <summary>Milliseconds of a clock that only goes forward.</summary>
    public long NowMs => (long)clock.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>UTC ticks.</summary>
    public long UtcTicks => clock.GetUtcNow().UtcTicks;
}
