namespace HyperIngest.Core.Polling;

/// <summary>
/// Maps the time of a schedule to the clock. In the schedule's own time every target has its constant interval; a pace has that time run faster or slower, so that the rate of all polls
/// rises and falls and every poll still has one exact due time. Both directions are monotonic, allocate nothing and may be asked by any thread.
/// </summary>
public interface IPollPace
{
    /// <summary>A clock time that does not come.</summary>
    const long Never = long.MaxValue;

    /// <summary>The clock time (ticks of 100 ns on <see cref="PollScheduler.Now"/>) at which the schedule reaches <paramref name="scheduled"/>; <see cref="Never"/> when it ends before.</summary>
    long ClockAt(long scheduled);

    /// <summary>Where in its own time (ticks of 100 ns) the schedule is at clock time <paramref name="clock"/>.</summary>
    long ScheduledAt(long clock);
}
