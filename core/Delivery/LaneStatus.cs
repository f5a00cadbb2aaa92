using HyperIngest.Core.Journal;

namespace HyperIngest.Core.Delivery;

/// <summary>What a lane is doing.</summary>
public enum LaneState : byte
{
    /// <summary>Not connected yet.</summary>
    Starting,

    /// <summary>Delivering, or waiting for readings.</summary>
    Running,

    /// <summary>Waiting to try again.</summary>
    Retrying,

    /// <summary>Waiting for the sink's circuit breaker.</summary>
    Open,

    /// <summary>The sink needs somebody; the lane holds its place and looks again at the longest backoff.</summary>
    Stopped,

    /// <summary>The lane was stopped with its process.</summary>
    Ended,
}

/// <summary>A lane at one moment.</summary>
/// <param name="Sink">The sink's name.</param>
/// <param name="Shard">The shard, 0-based.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Reason">Why it is not running; null while it is.</param>
/// <param name="Cursor">All before it is in the sink (or in the dead letters).</param>
/// <param name="LagBytes">Journal bytes past the cursor.</param>
/// <param name="LagReadings">Readings past the cursor; an upper bound, as record headers count as readings.</param>
/// <param name="Delivered">Readings the sink accepted in this process.</param>
/// <param name="Retries">Deliveries tried again in this process.</param>
/// <param name="DeadLettered">Readings that went to the dead letters in this process.</param>
/// <param name="LostBytes">Journal bytes that were gone before the lane could read them.</param>
public sealed record LaneStatus(
    string Sink,
    int Shard,
    LaneState State,
    string? Reason,
    JournalPosition Cursor,
    long LagBytes,
    long LagReadings,
    long Delivered,
    long Retries,
    long DeadLettered,
    long LostBytes);
