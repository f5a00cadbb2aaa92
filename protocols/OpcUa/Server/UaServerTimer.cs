using HyperIngest.Core.Polling;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>Something of a server that has due times.</summary>
internal abstract class UaServerTimed : WheelTimer
{
    /// <summary>Never due.</summary>
    public const long Never = long.MaxValue;

    // After a defect: not at once again.
    private const long PauseAfterDefect = TimeSpan.TicksPerSecond;

    // Written under the server's gate; read by the timer's thread, also without it.
    private long _due = Never;

    /// <summary>When it is due, ticks of the timer; <see cref="Never"/> for not any more.</summary>
    public long DueAt
    {
        get => Volatile.Read(ref _due);
        protected set => Volatile.Write(ref _due, value);
    }

    /// <summary>Who says when.</summary>
    public required UaServerTimer Timer { get; init; }

    /// <summary>It is due: does what is to be done and sets <see cref="DueAt"/>.</summary>
    protected abstract void OnDue(long now);

    /// <summary>Who is told of a defect.</summary>
    protected abstract ILogger Logger { get; }

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        if (DueAt == Never) return;
        try
        {
            if (DueAt <= now) OnDue(now);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            UaServerLog.TimerDefect(Logger, GetType().Name, defect);
            if (DueAt != Never) DueAt = now + PauseAfterDefect;
        }
        Place(now);
    }

    /// <inheritdoc/>
    protected override void Place(long now)
    {
        long due = DueAt;
        if (due != Never) Timer.Schedule(this, due);
    }
}

/// <summary>
/// The thread that samples and publishes, for many servers: a wheel of what is due. What comes from other threads waits in a list until the next tick, so that the wheel is one thread's own.
/// Timers take their server's gate; nobody who holds a gate waits for this thread.
/// </summary>
internal sealed class UaServerTimer
{
    // Half of the shortest interval a server gives by default (10 ms): 200 wake-ups a second are 0.2 % of a core.
    private const long TickTicks = 5 * TimeSpan.TicksPerMillisecond;

    // One turn in 5.12 s: intervals of a second are visited once.
    private const int WheelSlots = 1024;

    // One thread samples and publishes some 10 million values a second; more machines than that have more to say.
    private const int CoresPerThread = 4;
    private const int MostThreads = 4;

    private static readonly UaServerTimer[] Shared = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount / CoresPerThread, 1, MostThreads)).Select(_ => new UaServerTimer(TimeProvider.System))];
    private static uint _next;

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly TimerWheel _wheel = new(WheelSlots);

    // Guards all below.
    private readonly Lock _lock = new();
    private List<UaServerTimed> _submitted = [];
    private int _servers;
    private int _run;

    // The thread's.
    private List<UaServerTimed> _taken = [];
    private long _utcChecked;

    // UTC ticks at this timer's 0. Written by the thread; read by any.
    private long _utcOrigin;

    /// <summary>A timer of a clock; its thread runs while it has servers.</summary>
    public UaServerTimer(TimeProvider clock)
    {
        _clock = clock;
        _origin = clock.GetTimestamp();
        _utcOrigin = clock.GetUtcNow().UtcTicks;
    }

    /// <summary>Ticks of 100 ns since it was made.</summary>
    public long Now => _clock.GetElapsedTime(_origin).Ticks;

    /// <summary>The UTC time, in ticks, at a time of this timer.</summary>
    public long UtcOf(long at) => Volatile.Read(ref _utcOrigin) + at;

    /// <summary>A timer of the clock: of the system's there are a few for all servers of the process, any other has its own.</summary>
    public static UaServerTimer Of(TimeProvider clock) => clock == TimeProvider.System ? Shared[Interlocked.Increment(ref _next) % Shared.Length] : new UaServerTimer(clock);

    /// <summary>A server uses it.</summary>
    public void Attach()
    {
        lock (_lock)
        {
            if (_servers++ > 0) return;
            int run = ++_run;
            new Thread(() => Run(run)) { IsBackground = true, Name = "opc ua servers" }.Start();
        }
    }

    /// <summary>A server uses it no more; with the last the thread ends.</summary>
    public void Detach()
    {
        lock (_lock) _servers--;
    }

    /// <summary>From any thread: looks at when it is due at the next tick.</summary>
    public void Submit(UaServerTimed timed)
    {
        lock (_lock) _submitted.Add(timed);
    }

    /// <summary>The thread's own: due at a time.</summary>
    public void Schedule(UaServerTimed timed, long at) => _wheel.Schedule(timed, (at + TickTicks - 1) / TickTicks);

    private void Run(int run)
    {
        while (Advance(run))
        {
            long toNextTick = TickTicks - (Now % TickTicks);
            Thread.Sleep(TimeSpan.FromTicks(Math.Clamp(toNextTick, TimeSpan.TicksPerMillisecond, TickTicks)));
        }
    }

    // The lock on the wheel is for the one case that a thread ends while the next begins.
    private bool Advance(int run)
    {
        lock (_wheel)
        {
            lock (_lock)
            {
                if (_servers == 0 || run != _run) return false;
                (_submitted, _taken) = (_taken, _submitted);
            }
            long now = Now;
            if (now - _utcChecked >= TimeSpan.TicksPerSecond)
            {
                _utcChecked = now;
                Volatile.Write(ref _utcOrigin, _clock.GetUtcNow().UtcTicks - Now);
            }
            foreach (UaServerTimed timed in _taken)
            {
                if (timed.DueAt == UaServerTimed.Never) _wheel.Cancel(timed);
                else Schedule(timed, timed.DueAt);
            }
            _taken.Clear();
            _wheel.Advance(now / TickTicks, now);
            return true;
        }
    }
}
