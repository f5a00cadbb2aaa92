using HyperIngest.Core.Polling;

namespace HyperIngest.LoadGen.Profiles;

/// <summary>
/// The pace of a load run: a steady rate until <see cref="Begin"/> says when the measured time begins, from there on a <see cref="RateCurve"/>, and then nothing. The schedule's own time
/// goes by <see cref="Interval"/> for each reading of the plant once.
/// </summary>
public sealed class ProfilePace : IPollPace
{
    /// <summary>The interval that devices must be given: from poll to poll in the schedule's own time. What it is does not matter, only that all have the same.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly double _ticksPerReading;
    private readonly double _warmUpRate;
    private readonly RateCurve _curve;

    // Where the curve begins and ends, by the clock; replaced whole, by whoever drives the run, and read by the scheduler's thread.
    private volatile Part _part = new(IPollPace.Never, IPollPace.Never);

    private sealed record Part(long Begin, long End);

    /// <summary>A pace in its warm-up.</summary>
    /// <param name="curve">The measured time's rates.</param>
    /// <param name="plantReadings">Readings of all devices, each polled once; 1 and up.</param>
    /// <param name="warmUpRate">Readings a second before; above 0.</param>
    public ProfilePace(RateCurve curve, long plantReadings, double warmUpRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plantReadings, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(warmUpRate);
        _curve = curve;
        _ticksPerReading = Interval.Ticks / (double)plantReadings;
        _warmUpRate = warmUpRate;
    }

    /// <summary>When the measured time begins, by the clock.</summary>
    public long Begins => _part.Begin;

    /// <summary>When nothing is due any more, by the clock.</summary>
    public long Ends => _part.End;

    /// <summary>The measured time begins at clock time <paramref name="at"/>, in a moment to come; the scheduler must be told to replan.</summary>
    public void Begin(long at) => _part = new Part(at, at + (long)(_curve.Seconds * TimeSpan.TicksPerSecond));

    /// <summary>Nothing is due from clock time <paramref name="at"/> on, when that is earlier than the curve's end.</summary>
    public void End(long at) => _part = _part with { End = Math.Min(at, _part.End) };

    /// <inheritdoc/>
    public long ClockAt(long scheduled)
    {
        Part part = _part;
        double readings = scheduled / _ticksPerReading;
        double before = WarmUpReadings(part);
        if (readings < before) return Math.Min((long)Math.Ceiling(readings / _warmUpRate * TimeSpan.TicksPerSecond), part.Begin);
        double seconds = _curve.SecondsAt(readings - before);
        if (double.IsPositiveInfinity(seconds)) return IPollPace.Never;
        long at = part.Begin + (long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond);
        return at < part.End ? at : IPollPace.Never;
    }

    /// <inheritdoc/>
    public long ScheduledAt(long clock)
    {
        Part part = _part;
        double readings = clock < part.Begin
            ? clock / (double)TimeSpan.TicksPerSecond * _warmUpRate
            : WarmUpReadings(part) + _curve.ReadingsUpTo((Math.Min(clock, part.End) - part.Begin) / (double)TimeSpan.TicksPerSecond);
        return (long)(readings * _ticksPerReading);
    }

    /// <summary>How often a target of this name comes due in the measured time, up to its end.</summary>
    public long PollsOf(string target)
    {
        Part part = _part;
        long first = PollTarget.FirstDue(PollTarget.StartOffset(target, Interval).Ticks, Interval.Ticks, ScheduledAt(part.Begin));
        // By the clock's ticks, which is what decides: rounding may put the first or the last on either side of the edge.
        while (first >= Interval.Ticks && ClockAt(first - Interval.Ticks) >= part.Begin) first -= Interval.Ticks;
        while (ClockAt(first) < part.Begin) first += Interval.Ticks;
        long count = Math.Max(0, (ScheduledAt(part.End) - first) / Interval.Ticks);
        while (ClockAt(first + (count * Interval.Ticks)) != IPollPace.Never) count++;
        while (count > 0 && ClockAt(first + ((count - 1) * Interval.Ticks)) == IPollPace.Never) count--;
        return count;
    }

    private double WarmUpReadings(Part part) => part.Begin == IPollPace.Never ? double.PositiveInfinity : part.Begin / (double)TimeSpan.TicksPerSecond * _warmUpRate;
}
