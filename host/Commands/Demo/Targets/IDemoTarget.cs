using HyperIngest.Core;
using HyperIngest.LoadGen.Report;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Targets;

/// <summary>Where a demo's readings end up, and how that place is proved: made ready, filled, read back, and held against what it can do by itself.</summary>
internal interface IDemoTarget : IAsyncDisposable
{
    /// <summary>The end of the route, for the report.</summary>
    string Route { get; }

    /// <summary>Shards, and with them lanes, that the place is filled through.</summary>
    int Shards { get; }

    /// <summary>Whether readings count when a sink has committed them, and not when they are durable in the journal.</summary>
    bool HasSink { get; }

    /// <summary>Makes the place ready, before anything is simulated into it.</summary>
    /// <param name="plantPath">The plant file, for a verifier that must read along.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">It cannot be used; the message says what to do.</exception>
    Task PrepareAsync(string plantPath, CancellationToken cancellationToken);

    /// <summary>Adds the sink, where there is one.</summary>
    void AddTo(Pipeline pipeline, ILoggerFactory loggers);

    /// <summary>Reads everything back in a process of its own, once all has been delivered.</summary>
    Task<VerifySummary> VerifyAsync(string plantPath, string servedPath, CancellationToken cancellationToken);

    /// <summary>What the place takes without this product; null where nothing else could say.</summary>
    Task<Ceiling?> MeasureCeilingAsync(CancellationToken cancellationToken);

    /// <summary>What the report has to say of the place; null for nothing.</summary>
    KafkaReport? Kafka() => null;

    /// <summary>What the place promises at this load, besides completeness.</summary>
    IEnumerable<PromiseReport> Promises(DemoOptions options, LoadReport report);
}

/// <summary>What something else reaches with the same readings, in the same run.</summary>
/// <param name="Of">What, such as <c>psql \copy</c>.</param>
/// <param name="PerSecond">Readings a second.</param>
/// <param name="Count">Over how many.</param>
internal sealed record Ceiling(string Of, double PerSecond, long Count);
