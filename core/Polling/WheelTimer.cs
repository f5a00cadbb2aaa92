namespace HyperIngest.Core.Polling;

/// <summary>
/// Something that comes due, as a node of a <see cref="TimerWheel"/>: the timer is the list node, so scheduling it allocates nothing. It is in one
/// wheel at most, and only the thread that advances that wheel may touch it there.
/// </summary>
public abstract class WheelTimer
{
    // The list it is linked into; both null when it is in none. Touched by the wheel's thread alone.
    internal WheelTimer? Next;
    internal WheelTimer? Previous;

    // The tick it fires at, absolute. Touched by the wheel's thread alone.
    internal long DueTick;

    // The next older timer handed to a scheduler from another thread. Written by the thread that submits, before the compare-and-swap that shows it.
    internal WheelTimer? NextSubmitted;

    // 1 from submission until the scheduler has taken it off the stack, so that it is never pushed twice. Interlocked by whoever submits;
    // reset by the scheduler (release) before it looks at what is wanted.
    internal int Submitted;

    /// <summary>True while it waits in a wheel.</summary>
    internal bool IsScheduled => Next is not null;

    /// <summary>It has come due; called on the wheel's thread, which it must not hold up. It may schedule itself again.</summary>
    /// <param name="now">The scheduler's clock in ticks of 100 ns.</param>
    protected internal abstract void Fire(long now);

    /// <summary>Called on the scheduler's thread for a timer submitted from another one: put it where it now belongs.</summary>
    /// <param name="now">The scheduler's clock in ticks of 100 ns.</param>
    protected internal abstract void Place(long now);
}
