using HyperIngest.Core;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Host.Running;

/// <summary>Where a node is in its life.</summary>
internal enum NodeState
{
    /// <summary>Opening the journal, making sources.</summary>
    Starting,

    /// <summary>Reading devices.</summary>
    Running,

    /// <summary>Stopping: no new polls; rings and sinks are being emptied.</summary>
    Draining,

    /// <summary>Done.</summary>
    Stopped,
}

/// <summary>A node as it is at one moment. Counts are since its start.</summary>
/// <param name="Node">Its name.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="StartedUtc">When it was started.</param>
/// <param name="Readings">Readings taken in.</param>
/// <param name="Shards">Its shards, in order.</param>
/// <param name="Journal">Its journal.</param>
/// <param name="Lanes">Its lanes, by sink and shard.</param>
internal sealed record NodeStatus(
    string Node, NodeState State, DateTime StartedUtc, long Readings, IReadOnlyList<ShardStatus> Shards, JournalStatus Journal, IReadOnlyList<LaneStatusLine> Lanes);

/// <summary>A shard.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="Readings">Readings it has drained from its ring.</param>
/// <param name="Batches">Batches it has sealed.</param>
/// <param name="RingDepth">Readings in its ring now.</param>
/// <param name="RingCapacity">Readings its ring holds.</param>
internal sealed record ShardStatus(int Shard, long Readings, long Batches, long RingDepth, long RingCapacity);

/// <summary>The journal.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Bytes">Bytes on disk over all shards.</param>
/// <param name="LimitBytes">Its hard limit.</param>
/// <param name="Readings">Readings appended.</param>
/// <param name="DurableReadings">Readings known to be on the disk.</param>
/// <param name="AcceptsReadings">False while intake is stopped: the disk or the limit is full.</param>
/// <param name="DroppedReadings">Readings that went with a segment before a sink had them.</param>
/// <param name="LastError">The last error in words; null for none.</param>
internal sealed record JournalStatus(
    string Path, long Bytes, long LimitBytes, long Readings, long DurableReadings, bool AcceptsReadings, long DroppedReadings, string? LastError);

/// <summary>A lane: one shard's way into one sink.</summary>
/// <param name="Sink">The sink's name.</param>
/// <param name="Shard">The shard.</param>
/// <param name="State">In one word: delivering, catching-up, retrying, open, stopped.</param>
/// <param name="Healthy">Whether that state is a good one.</param>
/// <param name="Delivered">Readings delivered.</param>
/// <param name="LagBytes">Bytes of the journal it has not delivered yet.</param>
/// <param name="LagSeconds">Age of the oldest reading it has not delivered yet; 0 when it has them all.</param>
/// <param name="Retries">Deliveries tried again.</param>
/// <param name="DeadLetters">Readings the sink would not take.</param>
/// <param name="LastError">What the sink said last; null for nothing. No secrets.</param>
internal sealed record LaneStatusLine(
    string Sink, int Shard, string State, bool Healthy, long Delivered, long LagBytes, double LagSeconds, long Retries, long DeadLetters, string? LastError);

/// <summary>Whether a node can do its work, and if not, why.</summary>
internal readonly record struct NodeReadiness(bool Ready, IReadOnlyList<string> Reasons);

/// <summary>A node as the HTTP endpoint and the progress display see it. Safe from any thread.</summary>
internal interface INodeView
{
    /// <summary>The node as it is now.</summary>
    NodeStatus Status();

    /// <summary>Whether it can do its work now.</summary>
    NodeReadiness Readiness();

    /// <summary>Its sources, with their devices.</summary>
    IReadOnlyList<IReadingSource> Sources { get; }

    /// <summary>Its metrics.</summary>
    MetricRegistry Metrics { get; }
}

/// <summary>A node that can be run.</summary>
internal interface INode : INodeView, IAsyncDisposable
{
    /// <summary>Opens the journal, starts the lanes and then the sources; returns when all are under way.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Ends only when the node can no longer work, with the exception that says why; a device or sink that is away is no reason.</summary>
    Task Failure { get; }

    /// <summary>
    /// Stops in the order that loses nothing: sources, rings, journal (synced), then the sinks, which are given <paramref name="sinkTime"/>.
    /// What they have not taken by then stays in the journal.
    /// </summary>
    Task DrainAsync(TimeSpan sinkTime);
}
