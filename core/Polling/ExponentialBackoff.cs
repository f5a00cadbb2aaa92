namespace HyperIngest.Core.Polling;

/// <summary>
/// The pause before the next try: doubles from the shortest to the longest, and is drawn between half of it and the whole, so that a thousand
/// devices that lost the same switch, or the lanes of a database that went away, do not come back in one burst. One thread's own.
/// </summary>
public sealed class ExponentialBackoff
{
    private readonly long _shortest;
    private readonly long _longest;
    private readonly Random _random;
    private int _failures;

    /// <summary>A backoff without a failure so far.</summary>
    /// <param name="shortest">The first pause, before jitter; at least a millisecond.</param>
    /// <param name="longest">The longest pause.</param>
    /// <param name="seed">For the jitter; the same seed gives the same pauses.</param>
    public ExponentialBackoff(TimeSpan shortest, TimeSpan longest, int seed)
    {
        _shortest = Math.Max(shortest.Ticks, TimeSpan.TicksPerMillisecond);
        _longest = Math.Max(longest.Ticks, _shortest);
        _random = new Random(seed);
    }

    /// <summary>Failures since the last <see cref="Succeeded"/>.</summary>
    public int Failures => _failures;

    /// <summary>Counts a failure and gives the pause after it.</summary>
    public TimeSpan Failed()
    {
        // 2^40 shortest pauses of a millisecond are 35 years: no shift overflows below that.
        long pause = _failures < 40 && _shortest <= _longest >> _failures ? _shortest << _failures : _longest;
        _failures++;
        return Jitter(pause);
    }

    /// <summary>The longest pause, for a fault that only a person mends; it is no failure that counts.</summary>
    public TimeSpan Longest() => Jitter(_longest);

    /// <summary>It worked: the next failure is the first.</summary>
    public void Succeeded() => _failures = 0;

    private TimeSpan Jitter(long pause) => TimeSpan.FromTicks((pause / 2) + _random.NextInt64((pause / 2) + 1));
}
