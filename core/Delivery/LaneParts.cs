using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Delivery;

/// <summary>What the lanes of one process share.</summary>
public sealed record LaneParts
{
    /// <summary>Names for dead letters and logs.</summary>
    public required SeriesCatalog Catalog { get; init; }

    /// <summary>Where batches read back from the journal come from; its batches must hold the journal's largest record.</summary>
    public required BatchPool Pool { get; init; }

    /// <summary>Retry waits and memory.</summary>
    public required DeliveryOptions Options { get; init; }

    /// <summary>Where poison goes.</summary>
    public required DeadLetters DeadLetters { get; init; }

    /// <summary>Where the lanes' metrics stand.</summary>
    public required MetricRegistry Metrics { get; init; }

    /// <summary>Where the lanes log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Clock and timers; the system's unless a test brings its own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
