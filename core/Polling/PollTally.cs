namespace HyperIngest.Core.Polling;

/// <summary>
/// Counts what became of the polls that were due in a stretch of time, in readings, by when they were due: a poll that was begun or answered late counts where it belonged. What was due
/// is for the schedule to say; what of it was not begun did not take place.
/// </summary>
public sealed class PollTally
{
    // Added to with Interlocked: polls are begun by the scheduler's thread, and without a pause by pollers; answers come to any poller.
    private long _begun;
    private long _answered;

    /// <summary>A tally of due times, ticks of 100 ns on <see cref="PollScheduler.Now"/>: <paramref name="from"/> included, <paramref name="to"/> not.</summary>
    public PollTally(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        From = from;
        To = to;
    }

    /// <summary>Begin.</summary>
    public long From { get; }

    /// <summary>End.</summary>
    public long To { get; }

    /// <summary>Readings of polls that took place.</summary>
    public long BegunReadings => Volatile.Read(ref _begun);

    /// <summary>Of those, readings that devices answered well.</summary>
    public long AnsweredReadings => Volatile.Read(ref _answered);

    internal void Begun(long due, int readings)
    {
        if (due >= From && due < To) Interlocked.Add(ref _begun, readings);
    }

    internal void Answered(long due, int readings)
    {
        if (due >= From && due < To) Interlocked.Add(ref _answered, readings);
    }
}
