using HyperIngest.Core.Polling;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What all nodes of a simulator share: the time, the schedule in force, and how late publishes begin.</summary>
internal sealed class PublishClock
{
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly long _utcOrigin;
    private volatile PublishSchedule? _schedule;
    private long _measuredFrom = IPollPace.Never;

    /// <summary>Time begins at 0 here.</summary>
    public PublishClock(TimeProvider clock)
    {
        _clock = clock;
        _origin = clock.GetTimestamp();
        _utcOrigin = clock.GetUtcNow().UtcTicks;
    }

    /// <summary>Now, ticks of 100 ns; it never goes back.</summary>
    public long Now => _clock.GetElapsedTime(_origin).Ticks;

    /// <summary>What is due; null while publishing is held. Replaced whole, by whoever begins it.</summary>
    public PublishSchedule? Schedule
    {
        get => _schedule;
        set => _schedule = value;
    }

    /// <summary>Clock ticks from which due times are of the measured time; <see cref="IPollPace.Never"/> while there is none. Set before any such time, by whoever begins it.</summary>
    public long MeasuredFrom
    {
        get => Volatile.Read(ref _measuredFrom);
        set => Volatile.Write(ref _measuredFrom, value);
    }

    /// <summary>From a publish's due time to its first message, and for messages of Max nothing.</summary>
    public LatencyHistogram Lateness { get; } = new();

    /// <summary>A time of this clock as UTC ticks. Between a simulator's begin and its end the system's clock may be set; due times stay as far apart as they were.</summary>
    public long UtcOf(long ticks) => _utcOrigin + ticks;
}
