using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Polling;

/// <summary>
/// One thread that says when: which devices are due, which deadlines have passed. It sleeps from tick to tick and never spins; what it calls must
/// return at once and do its work elsewhere.
/// </summary>
/// <remarks>
/// Other threads hand timers over on a lock-free stack that is emptied once a tick, so that the wheel itself belongs to one thread and needs no lock.
/// </remarks>
public sealed partial class PollScheduler : IDisposable
{
    // 5 ms: half of the shortest interval and timeout the options allow (10 ms), and 200 wake-ups a second cost 0.2 % of a core.
    internal const long TickTicks = 5 * TimeSpan.TicksPerMillisecond;

    // 1024 slots of 5 ms are one turn in 5.12 s: polls of 1 s and deadlines of 1 to 3 s fire within it and are visited once.
    private const int WheelSlots = 1024;

    // Reading a clock takes 50 ns; when two looks are further apart than this, the thread was put aside between them.
    private const long LongestLook = 20 * TimeSpan.TicksPerMicrosecond;

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly TimerWheel _wheel = new(WheelSlots);
    // Spin count 0: the wait goes straight to sleep.
    private readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    private readonly Counter _skipped;
    private readonly LatencyHistogram _lateness;
    private readonly ILogger _logger;
    private Thread? _thread;

    // Top of the stack of timers handed over. Pushed by any thread with a compare-and-swap, taken whole by the scheduler's thread with an exchange.
    private WheelTimer? _submitted;

    // Written by whoever stops the polls; read by the scheduler's thread.
    private bool _paused;

    // Written by whoever measures; read by the scheduler's thread and by pollers.
    private IPollPace? _pace;
    private PollTally? _tally;

    // All targets, for a change of pace; start-up and that alone take the lock.
    private readonly List<PollTarget> _targets = [];

    // UTC ticks at the clock's 0. Written by the constructor and by the scheduler's thread, read by pollers: a word.
    private long _utcOrigin;
    private long _utcChecked;

    /// <summary>A scheduler that does not run yet.</summary>
    /// <param name="metrics">Takes <c>hyperingest_poll_lateness_seconds</c> and <c>hyperingest_polls_skipped_total</c>.</param>
    /// <param name="logger">Is told of a callback that threw.</param>
    /// <param name="clock">The clock, its monotonic side; the system's when null.</param>
    public PollScheduler(MetricRegistry metrics, ILogger logger, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _origin = _clock.GetTimestamp();
        _utcOrigin = _clock.GetUtcNow().UtcTicks - Now;
        _logger = logger;
        _lateness = metrics.Histogram("hyperingest_poll_lateness_seconds", "How long after its due time a poll was begun.");
        _skipped = metrics.Counter("hyperingest_polls_skipped_total", "Due polls that did not take place: the device was busy, unreachable or backing off.");
    }

    /// <summary>Time from one look at the timers to the next: how exact due times and deadlines are.</summary>
    public static TimeSpan Tick => TimeSpan.FromTicks(TickTicks);

    /// <summary>The scheduler's monotonic clock: ticks of 100 ns since it was made.</summary>
    public long Now => _clock.GetElapsedTime(_origin).Ticks;

    /// <summary>True once polls have been stopped.</summary>
    internal bool IsPaused => Volatile.Read(ref _paused);

    /// <summary>The schedule's pace; null where its time is the clock's.</summary>
    public IPollPace? Pace => Volatile.Read(ref _pace);

    /// <summary>Who counts what was due; null for nobody.</summary>
    internal PollTally? Tally => Volatile.Read(ref _tally);

    /// <summary>The UTC time, in ticks, at which this clock showed <paramref name="at"/>; later times of the clock have later UTC times, but for what the system's clock was set back in between.</summary>
    public long UtcOf(long at) => Volatile.Read(ref _utcOrigin) + at;

    /// <summary>Has the polls come due by <paramref name="pace"/> from now on. Targets added before keep their place only when they were added under a pace; add them after.</summary>
    public void PaceBy(IPollPace pace) => Volatile.Write(ref _pace, pace);

    /// <summary>The pace maps its times to others from now on: every target is placed anew at the next tick.</summary>
    public void Replan()
    {
        lock (_targets)
        {
            foreach (PollTarget target in _targets) Submit(target);
        }
    }

    /// <summary>Counts polls and answers in <paramref name="tally"/> from now on; null ends that.</summary>
    public void Measure(PollTally? tally) => Volatile.Write(ref _tally, tally);

    /// <summary>Adds a target; its first poll comes within one interval. Any thread may call it.</summary>
    public void Add(PollTarget target)
    {
        lock (_targets) _targets.Add(target);
        Submit(target);
    }

    /// <summary>Begins the thread.</summary>
    /// <exception cref="InvalidOperationException">It was begun before.</exception>
    public void Start()
    {
        if (_thread is not null) throw new InvalidOperationException("The poll scheduler was started before.");
        _thread = new Thread(Run) { IsBackground = true, Name = "poll scheduler" };
        _thread.Start();
    }

    /// <summary>No poll comes due from now on; reminders still fire, so that what is in flight meets its deadline.</summary>
    public void StopPolls() => Volatile.Write(ref _paused, true);

    /// <summary>Ends the thread and waits for it.</summary>
    public void Dispose()
    {
        StopPolls();
        _stop.Set();
        if (_thread is { } thread && thread != Thread.CurrentThread) thread.Join();
    }

    /// <summary>Takes over what was submitted and fires what has come due. The thread's step; tests call it with a clock of their own.</summary>
    internal int Advance()
    {
        long now = Now;
        if (now - _utcChecked >= TimeSpan.TicksPerSecond) FollowUtc();
        TakeSubmitted(now);
        return _wheel.Advance(now / TickTicks, now);
    }

    /// <summary>Hands a timer to the scheduler's thread, which places it at its next tick; a timer handed over already is not handed over twice.</summary>
    internal void Submit(WheelTimer timer)
    {
        if (Interlocked.CompareExchange(ref timer.Submitted, 1, 0) != 0) return;
        WheelTimer? top = Volatile.Read(ref _submitted);
        while (true)
        {
            timer.NextSubmitted = top;
            WheelTimer? seen = Interlocked.CompareExchange(ref _submitted, timer, top);
            if (seen == top) return;
            top = seen;
        }
    }

    /// <summary>Scheduler's thread only: has the timer fire at the first tick not before <paramref name="at"/>.</summary>
    internal void Place(WheelTimer timer, long at) => _wheel.Schedule(timer, (at + TickTicks - 1) / TickTicks);

    internal void RecordLateness(long ticks) => _lateness.Record(ticks);

    internal void RecordSkipped(long polls) => _skipped.Add(polls);

    private void TakeSubmitted(long now)
    {
        WheelTimer? timer = Interlocked.Exchange(ref _submitted, null);
        while (timer is not null)
        {
            WheelTimer? next = timer.NextSubmitted;
            timer.NextSubmitted = null;
            // A full fence: from here on the timer can be submitted again, and what it wants is read after.
            Interlocked.Exchange(ref timer.Submitted, 0);
            timer.Place(now);
            timer = next;
        }
    }

    // The two clocks drift apart, and the system's may be set: looked at once a second, and believed when nothing came between the two looks at the other.
    private void FollowUtc()
    {
        long before = Now;
        long utc = _clock.GetUtcNow().UtcTicks;
        long after = Now;
        if (after - before > LongestLook) return;
        _utcChecked = after;
        Volatile.Write(ref _utcOrigin, utc - before);
    }

    private void Run()
    {
        while (!_stop.IsSet)
        {
            try
            {
                Advance();
            }
            catch (Exception fault)
            {
                // A callback's bug must not silence every other device: it is reported, and the timers left in the slot fire at its next visit.
                LogCallbackFailed(_logger, fault);
            }
            long toNextTick = TickTicks - (Now % TickTicks);
            _stop.Wait(TimeSpan.FromTicks(Math.Max(toNextTick, TimeSpan.TicksPerMillisecond)));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A poll scheduler callback threw; the device it was for misses this poll")]
    private static partial void LogCallbackFailed(ILogger logger, Exception fault);
}
