namespace HyperIngest.Core.Polling;

/// <summary>
/// Something polled at a fixed rate, such as a device. The scheduler calls <see cref="OnDue"/> when a poll is due and none is in flight; the
/// poller calls <see cref="Complete"/> when that poll is over, answered or not.
/// </summary>
/// <remarks>
/// Due times are start + k x interval and do not drift with how long a poll takes or how late it was begun. The first lies a fraction of the interval
/// after the start that follows from the name alone, so that devices spread over the interval and keep their places over restarts.
/// </remarks>
public abstract class PollTarget : WheelTimer
{
    private readonly PollScheduler _scheduler;

    // 1 while a poll is in flight. Set by the scheduler's thread (compare-and-swap), cleared by the poller's (release).
    private int _busy;

    // No poll before this, ticks of 100 ns. Written by the poller before it clears _busy; read by the scheduler after.
    private long _notBefore;

    // When the next poll is due, by the clock, or by the schedule's own time where a pace maps that to the clock. The scheduler's thread alone, except with interval zero: then the poller
    // writes it before it submits.
    private long _due;

    // When the poll in flight was due, by the clock. Written by the scheduler's thread before OnDue hands the poll over, or by the poller that goes on without a pause.
    private long _intended;

    // Written by the scheduler's thread alone; read for metrics.
    private long _skipped;

    /// <summary>A target not yet added to <paramref name="scheduler"/>.</summary>
    /// <param name="scheduler">Whose thread calls it.</param>
    /// <param name="name">Its name, from which its place in the interval follows.</param>
    /// <param name="interval">From one due time to the next; zero polls again as soon as a poll is complete.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative interval.</exception>
    protected PollTarget(PollScheduler scheduler, string name, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero);
        _scheduler = scheduler;
        Name = name;
        Interval = interval;
    }

    /// <summary>The device's name.</summary>
    public string Name { get; }

    /// <summary>From one due time to the next; zero for without pause.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Due polls that did not take place, because the one before was still in flight, the target was backing off, or the process stood still.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>When the next poll is due, ticks of 100 ns on <see cref="PollScheduler.Now"/>, or of the schedule's own time under a pace.</summary>
    internal long Due => _due;

    /// <summary>When the poll in flight was due, ticks of 100 ns on <see cref="PollScheduler.Now"/>: what it should have been, however late it was begun. The poller's, until it calls <see cref="Complete"/>.</summary>
    public long Intended => _intended;

    /// <summary>The same as UTC ticks.</summary>
    public long IntendedUtc => _scheduler.UtcOf(_intended);

    /// <summary>Readings a whole poll gives, for those who count what was due; 1 and up.</summary>
    public virtual int Weight => 1;

    /// <summary>
    /// The fraction of <paramref name="interval"/> at which <paramref name="name"/> starts: an FNV-1a hash of the name, finished so that names that
    /// differ in one digit lie far apart, as a fraction of 2^32.
    /// </summary>
    public static TimeSpan StartOffset(string name, TimeSpan interval)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name) hash = (hash ^ c) * 1099511628211;
        // Finish with a multiply by the golden ratio: FNV's high bits hardly see the last character.
        hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15;
        return TimeSpan.FromTicks((long)((UInt128)(ulong)interval.Ticks * (hash >> 32) >> 32));
    }

    /// <summary>
    /// The poll in flight is over. With interval zero and no pause the answer is true: the next poll is due at once and the caller, still holding
    /// the target busy, begins it; in every other case the scheduler will say when.
    /// </summary>
    /// <param name="notBefore">No poll before this time (ticks of 100 ns on <see cref="PollScheduler.Now"/>); 0 for no pause.</param>
    public bool Complete(long notBefore = 0)
    {
        if (Interval == TimeSpan.Zero)
        {
            long now = _scheduler.Now;
            if (notBefore <= now)
            {
                Begin(now);
                return true;
            }
            _due = notBefore;
            Volatile.Write(ref _busy, 0);
            _scheduler.Submit(this);
            return false;
        }
        _notBefore = notBefore;
        Volatile.Write(ref _busy, 0);
        return false;
    }

    /// <summary>A poll is due and none is in flight; called on the scheduler's thread, which it must not hold up.</summary>
    protected abstract void OnDue();

    /// <inheritdoc/>
    protected internal sealed override void Fire(long now)
    {
        if (_scheduler.IsPaused) return;
        long due = _due;
        long interval = Interval.Ticks;
        if (interval > 0)
        {
            IPollPace? pace = _scheduler.Pace;
            if (pace is not null && pace.ClockAt(due) is long at && at > now)
            {
                // The pace has changed since this was placed: it is not due yet, or never.
                PlaceAt(at);
                return;
            }
            // When the process stood still for whole intervals, those polls are gone; the schedule goes on in step.
            long missed = Math.Max(0, ((pace?.ScheduledAt(now) ?? now) - due) / interval);
            if (missed > 0) Skip(missed);
            due += missed * interval;
            _due = due + interval;
            PlaceAt(pace?.ClockAt(_due) ?? _due);
            if (pace is not null) due = pace.ClockAt(due);
        }
        if (Volatile.Read(ref _busy) != 0 || now < _notBefore)
        {
            Skip(1);
            return;
        }
        Volatile.Write(ref _busy, 1);
        Begin(due);
        _scheduler.RecordLateness(now - due);
        OnDue();
    }

    /// <inheritdoc/>
    protected internal sealed override void Place(long now)
    {
        IPollPace? pace = Interval > TimeSpan.Zero ? _scheduler.Pace : null;
        if (_due == 0) _due = pace is null ? now + StartOffset(Name, Interval).Ticks : FirstDue(StartOffset(Name, Interval).Ticks, Interval.Ticks, pace.ScheduledAt(now));
        PlaceAt(pace?.ClockAt(_due) ?? _due);
    }

    /// <summary>Under a pace the due times are <paramref name="offset"/> + k x <paramref name="interval"/> of the schedule's own time, whenever the target was added: the first from <paramref name="from"/> on.</summary>
    public static long FirstDue(long offset, long interval, long from) => from <= offset ? offset : offset + ((from - offset + interval - 1) / interval * interval);

    /// <summary>The poll in flight has brought so many readings.</summary>
    protected void RecordAnswered(int readings) => _scheduler.Tally?.Answered(_intended, readings);

    private void Begin(long due)
    {
        _intended = due;
        _scheduler.Tally?.Begun(due, Weight);
    }

    private void PlaceAt(long at)
    {
        if (at != IPollPace.Never) _scheduler.Place(this, at);
    }

    private void Skip(long polls)
    {
        Volatile.Write(ref _skipped, _skipped + polls);
        _scheduler.RecordSkipped(polls);
    }
}
