using HyperIngest.Core.Polling;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>When publishers publish: from a time on, by a pace or by their own intervals, until a time.</summary>
/// <param name="From">Clock ticks from which publishes are due.</param>
/// <param name="Pace">Maps the schedule's own time to the clock; null for the intervals of the plant.</param>
/// <param name="IsAlways">Publishes are always due, whatever the intervals are.</param>
internal sealed record PublishSchedule(long From, IPollPace? Pace, bool IsAlways = false)
{
    private long _until = long.MaxValue;

    /// <summary>Clock ticks from which nothing is due any more; may be set while publishers run, by whoever ends it.</summary>
    public long Until
    {
        get => Volatile.Read(ref _until);
        set => Volatile.Write(ref _until, value);
    }
}

/// <summary>
/// The due times of a node's devices, each once an interval and from a place of its own in it, in order. Nothing is kept a due time: a node that is behind goes through the same times later, and none
/// is left out. The node's publishing thread's.
/// </summary>
internal sealed class DueTimes
{
    private readonly (long Offset, int Device)[] _order;
    private readonly PublishSchedule _schedule;
    private readonly long _interval;
    private long _round;
    private int _at;

    /// <summary>The due times of <paramref name="devices"/> from the schedule's begin on.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="devices">Names; a device's place in the interval is a hash of its own.</param>
    /// <param name="interval">In the schedule's own time; zero for always due, in turn.</param>
    public DueTimes(PublishSchedule schedule, IReadOnlyList<string> devices, TimeSpan interval)
    {
        _schedule = schedule;
        _interval = interval.Ticks;
        _order = [.. devices.Select((name, device) => (_interval == 0 ? 0 : PollTarget.StartOffset(name, interval).Ticks, device)).Order()];
        if (_interval == 0) return;
        long from = schedule.Pace?.ScheduledAt(schedule.From) ?? schedule.From;
        _round = Math.Max(0, from / _interval);
        while (_order[_at].Offset + (_round * _interval) < from) Next();
        // Rounding may put the first on either side of the begin; by the clock is what decides.
        while (schedule.Pace is not null && NextDue < schedule.From) Next();
    }

    /// <summary>When the next publish is due, clock ticks; <see cref="IPollPace.Never"/> when none is. The schedule's end is not looked at.</summary>
    public long NextDue
    {
        get
        {
            if (_interval == 0) return _schedule.From;
            long scheduled = _order[_at].Offset + (_round * _interval);
            return _schedule.Pace?.ClockAt(scheduled) ?? scheduled;
        }
    }

    /// <summary>Whether publishes are always due.</summary>
    public bool IsAlways => _interval == 0;

    /// <summary>Takes the next one; its device.</summary>
    public int Take()
    {
        int device = _order[_at].Device;
        Next();
        return device;
    }

    private void Next()
    {
        if (++_at < _order.Length) return;
        _at = 0;
        _round++;
    }
}
