namespace HyperIngest.Host.Running;

/// <summary>
/// Turns a cursor's distance in bytes into time: remembers when the journal's end stood where, so that a cursor's lag is the time since the end stood there.
/// As fine as it is asked; at most the last hour, sampled no closer than a second. By the monotonic clock: a wall clock set back would hide the lag until it had caught up.
/// </summary>
internal sealed class LagClock
{
    private const int MostSamples = 3600;
    private static readonly TimeSpan Closest = TimeSpan.FromSeconds(1);

    private readonly Lock _using = new();
    private readonly Queue<(long EndOffset, TimeSpan At)> _samples = new();
    private TimeSpan _lastAt;

    /// <summary>How long ago, by <paramref name="now"/> of a monotonic clock, the journal's end stood at <paramref name="cursor"/>; zero when it stands there now.</summary>
    public TimeSpan LagOf(long cursor, long endOffset, TimeSpan now)
    {
        lock (_using)
        {
            if (now - _lastAt >= Closest || _samples.Count == 0)
            {
                _samples.Enqueue((endOffset, now));
                _lastAt = now;
                if (_samples.Count > MostSamples) _samples.Dequeue();
            }
            if (cursor >= endOffset) return TimeSpan.Zero;
            TimeSpan passed = _samples.Peek().At;
            foreach ((long end, TimeSpan at) in _samples)
            {
                if (end > cursor) break;
                passed = at;
            }
            return now > passed ? now - passed : TimeSpan.Zero;
        }
    }
}
