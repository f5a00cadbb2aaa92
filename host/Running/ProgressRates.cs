using System.Diagnostics;

namespace HyperIngest.Host.Running;

/// <summary>Turns the counts of successive statuses into rates.</summary>
internal sealed class ProgressRates
{
    private NodeStatus? _last;
    private long _lastAt;
    private double _seconds;

    /// <summary>The status before the latest; null before the second.</summary>
    private NodeStatus? _before;

    /// <summary>Takes the latest status, read at <paramref name="timestamp"/> (<see cref="Stopwatch"/> ticks).</summary>
    public void Take(NodeStatus status, long timestamp)
    {
        _before = _last;
        _seconds = _last is null ? 0 : Stopwatch.GetElapsedTime(_lastAt, timestamp).TotalSeconds;
        _last = status;
        _lastAt = timestamp;
    }

    /// <summary>The count's growth in a second between the last two statuses; 0 before there are two.</summary>
    public double Of(Func<NodeStatus, long> count) => _before is null || _seconds <= 0 ? 0 : Math.Max(0, (count(_last!) - count(_before)) / _seconds);
}
