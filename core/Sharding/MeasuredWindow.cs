using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// Counts the readings whose response came in a stretch of time and that then became durable (or were committed by a sink), and how long that took: the exact basis of a rate,
/// because it does not depend on when a batch, an fsync or a commit happened to fall.
/// </summary>
public sealed class MeasuredWindow
{
    // Added to with Interlocked: the journal's sync thread and, at the end, whoever drains the pipeline beside it; or a lane's loop.
    private long _readings;

    /// <summary>A window of gateway times, UTC ticks: <paramref name="fromTicks"/> included, <paramref name="toTicks"/> not.</summary>
    public MeasuredWindow(long fromTicks, long toTicks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromTicks, toTicks);
        FromTicks = fromTicks;
        ToTicks = toTicks;
    }

    /// <summary>Begin, UTC ticks.</summary>
    public long FromTicks { get; }

    /// <summary>End, UTC ticks.</summary>
    public long ToTicks { get; }

    /// <summary>Readings that got there and whose response came in the window.</summary>
    public long Readings => Volatile.Read(ref _readings);

    /// <summary>From response to there, of those.</summary>
    public LatencyHistogram Latency { get; } = new();

    internal void Record(long gatewayTime, long arrivedTime, long count)
    {
        if (gatewayTime < FromTicks || gatewayTime >= ToTicks) return;
        Interlocked.Add(ref _readings, count);
        Latency.Record(arrivedTime - gatewayTime, count);
    }
}
