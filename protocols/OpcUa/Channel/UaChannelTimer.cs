namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>Something that has deadlines.</summary>
internal interface IUaTimed
{
    /// <summary>The time, ms of <see cref="Environment.TickCount64"/>; on a pool thread, not twice at once. Does not block.</summary>
    void Tick(long now);
}

/// <summary>The one timer of all channels in the process: a deadline is a number that is looked at, not a timer of its own. It runs while there are channels.</summary>
internal static class UaChannelTimer
{
    // How late a timeout may be; timeouts are seconds.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private static readonly Lock Changing = new();
    private static readonly Timer Clock = new(static _ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    // Replaced, never changed; written under the lock.
    private static volatile IUaTimed[] _timed = [];
    private static int _ticking;

    public static void Add(IUaTimed timed)
    {
        lock (Changing)
        {
            _timed = [.. _timed, timed];
            if (_timed.Length == 1) Clock.Change(Period, Period);
        }
    }

    public static void Remove(IUaTimed timed)
    {
        lock (Changing)
        {
            _timed = [.. _timed.Where(t => t != timed)];
            if (_timed.Length == 0) Clock.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private static void Tick()
    {
        // On a machine that cannot keep up the next tick finds this one still under way.
        if (Interlocked.Exchange(ref _ticking, 1) != 0) return;
        long now = Environment.TickCount64;
        foreach (IUaTimed one in _timed) one.Tick(now);
        Volatile.Write(ref _ticking, 0);
    }
}
