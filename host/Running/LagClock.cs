namespace HyperIngest.Host.Running;

/// <summary>
/// Turns a cursor's distance in bytes into time: remembers when the journal's end stood where, so that a cursor's lag is the time since the end stood there.
/// At most the last hour, sampled when it is asked and no closer than a second; between two samples the end is taken to have moved evenly. By the monotonic clock: a wall clock set back
/// would hide the lag until it had caught up.
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
            (long passedEnd, TimeSpan passed) = _samples.Peek();
            foreach ((long end, TimeSpan at) in _samples.Append((endOffset, now)))
            {
                if (end > cursor)
                {
                    if (cursor > passedEnd) passed += (at - passed) * ((cursor - passedEnd) / (double)(end - passedEnd));
                    break;
                }
                (passedEnd, passed) = (end, at);
            }
            return now > passed ? now - passed : TimeSpan.Zero;
        }
    }
}
