using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Host.Running;

/// <summary>A pipeline as the HTTP endpoint and the progress display see it.</summary>
internal sealed class PipelineView(string node, Pipeline pipeline, long limitBytes) : INodeView
{
    private readonly DateTime _started = DateTime.UtcNow;
    private readonly LagClock[] _lag = [.. pipeline.Shards.Select(_ => new LagClock())];

    /// <summary>Where it is in its life; set by whoever runs it.</summary>
    public NodeState State { get; set; } = NodeState.Running;

    /// <inheritdoc/>
    public IReadOnlyList<IReadingSource> Sources => pipeline.Sources;

    /// <inheritdoc/>
    public MetricRegistry Metrics => pipeline.Metrics;

    /// <inheritdoc/>
    public NodeReadiness Readiness()
    {
        IReadOnlyList<string> reasons = pipeline.NotReadyReasons();
        return new NodeReadiness(reasons.Count == 0, reasons);
    }

    /// <inheritdoc/>
    public NodeStatus Status()
    {
        long readings = pipeline.Shards.Sum(s => s.Readings);
        DateTime now = DateTime.UtcNow;
        string? refusal = pipeline.Shards.Select(s => s.Refusal).FirstOrDefault(r => r is not null);
        return new NodeStatus(
            node,
            State,
            _started,
            readings,
            [.. pipeline.Shards.Select(s => new ShardStatus(s.Number, s.Readings, s.Batches, s.RingUsed, s.RingCapacity))],
            new JournalStatus(
                pipeline.Journal.Path, pipeline.Journal.Bytes, limitBytes, readings, pipeline.Durability.Total, refusal is null, pipeline.Journal.DroppedReadings, refusal),
            [.. pipeline.Lanes.Select(l => LineOf(l.Status, now))]);
    }

    private LaneStatusLine LineOf(LaneStatus lane, DateTime now)
    {
        TimeSpan lag = _lag[lane.Shard].LagOf(lane.Cursor.Offset, pipeline.Journal.Shard(lane.Shard).ReadingsEnd, now);
        return new LaneStatusLine(
            lane.Sink,
            lane.Shard,
            NameOf(lane.State),
            lane.State is LaneState.Running or LaneState.Starting or LaneState.Ended,
            lane.Delivered,
            lane.LagBytes,
            lag.TotalSeconds,
            lane.Retries,
            lane.DeadLettered,
            lane.Reason);
    }

    private static string NameOf(LaneState state) => state switch
    {
        LaneState.Running => "delivering",
        LaneState.Retrying => "retrying",
        LaneState.Open => "open",
        LaneState.Stopped => "stopped",
        LaneState.Ended => "ended",
        _ => "starting",
    };
}
