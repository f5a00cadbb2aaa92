namespace HyperIngest.Core.Polling;

/// <summary>
/// A wake-up that its owner sets from its own threads and that fires on the scheduler's: response deadlines, retries at the next tick. Setting it
/// later than it already stands costs two plain accesses and a fence, because the wheel is corrected lazily when it fires.
/// </summary>
/// <remarks>
/// Two threads meet here without a lock. The owner writes what it wants, fences, and reads where the wheel has it; the scheduler writes where the
/// wheel has it, fences, and reads what is wanted. Whoever comes second sees the other's store, so a wake-up is never lost.
/// </remarks>
public abstract class Reminder : WheelTimer
{
    /// <summary>The time of a reminder that is not set.</summary>
    public const long Never = long.MaxValue;

    private readonly PollScheduler _scheduler;

    // When the owner wants to be woken, ticks of 100 ns on the scheduler's clock. Written by the owner alone.
    private long _wanted = Never;

    // When the wheel will fire it. Written by the scheduler's thread alone.
    private long _armed = Never;

    /// <summary>A reminder on <paramref name="scheduler"/>'s thread, not set.</summary>
    protected Reminder(PollScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Asks to be woken at <paramref name="at"/> (ticks of 100 ns on <see cref="PollScheduler.Now"/>) instead of what was asked before; <see cref="Never"/> for not at all.</summary>
    public void Set(long at)
    {
        Volatile.Write(ref _wanted, at);
        if (at == Never) return;
        Interlocked.MemoryBarrier();
        if (at < Volatile.Read(ref _armed)) _scheduler.Submit(this);
    }

    /// <summary>The time has come; called on the scheduler's thread, once for each time set. It must not hold the thread up.</summary>
    protected abstract void Remind();

    /// <inheritdoc/>
    protected internal sealed override void Fire(long now)
    {
        Volatile.Write(ref _armed, Never);
        Interlocked.MemoryBarrier();
        long wanted = Volatile.Read(ref _wanted);
        if (wanted <= now) Remind();
        else if (wanted != Never) Arm(wanted);
    }

    /// <inheritdoc/>
    protected internal sealed override void Place(long now)
    {
        long wanted = Volatile.Read(ref _wanted);
        if (wanted < Volatile.Read(ref _armed)) Arm(wanted);
    }

    private void Arm(long at)
    {
        Volatile.Write(ref _armed, at);
        _scheduler.Place(this, at);
        Interlocked.MemoryBarrier();
        // The owner may have asked for an earlier time between our read and the store above, and seen no need to submit.
        long wanted = Volatile.Read(ref _wanted);
        if (wanted < at)
        {
            Volatile.Write(ref _armed, wanted);
            _scheduler.Place(this, wanted);
        }
    }
}
