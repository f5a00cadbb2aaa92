using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Running;

/// <summary>
/// Notices that somebody set the wall clock: readings are stamped with it, so that after a step back times come again, and after a step ahead none lies in between. Both are
/// counted and said, since no sink can tell either from what devices do.
/// </summary>
internal sealed partial class ClockWatch : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // Far above what slewing does from look to look (NTP: 500 ppm, 0.5 ms), and below what anybody would call in order.
    private static readonly TimeSpan SmallestStep = TimeSpan.FromMilliseconds(100);

    // The two clocks are read one after the other; a pause in between would look like a step.
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter _back;
    private readonly Counter _ahead;
    private readonly ITimer _timer;

    // Of the last look: what both clocks said. One look at a time.
    private readonly Lock _looking = new();
    private DateTimeOffset _wall;
    private long _monotonic;

    /// <summary>Looks once a second from now on.</summary>
    public ClockWatch(MetricRegistry metrics, ILogger logger, TimeProvider? time = null)
    {
        const string name = "hyperingest_clock_steps_total", help = "Times the wall clock was set while the node ran.";
        _time = time ?? TimeProvider.System;
        _logger = logger;
        _back = metrics.Counter(name, help, new MetricLabel("direction", "back"));
        _ahead = metrics.Counter(name, help, new MetricLabel("direction", "ahead"));
        _monotonic = _time.GetTimestamp();
        _wall = _time.GetUtcNow();
        _timer = _time.CreateTimer(_ => Look(), null, Pace, Pace);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_looking)
        {
            long monotonic = _time.GetTimestamp();
            DateTimeOffset wall = _time.GetUtcNow();
            if (_time.GetElapsedTime(monotonic) > LongestLook) return;
            DateTimeOffset expected = _wall + _time.GetElapsedTime(_monotonic, monotonic);
            (_wall, _monotonic) = (wall, monotonic);
            TimeSpan step = wall - expected;
            if (step.Duration() < SmallestStep) return;
            if (step < TimeSpan.Zero)
            {
                _back.Add();
                LogBack(-step.TotalSeconds, wall.UtcDateTime, expected.UtcDateTime);
            }
            else
            {
                _ahead.Add();
                LogAhead(step.TotalSeconds, expected.UtcDateTime, wall.UtcDateTime);
            }
        }
    }

    [LoggerMessage(EventId = 130, Level = LogLevel.Warning, Message = "The wall clock was stepped back by {Seconds:F1} s: gateway times from {From:O} to {To:O} come again")]
    private partial void LogBack(double seconds, DateTime from, DateTime to);

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "The wall clock was stepped ahead by {Seconds:F1} s: no reading has a gateway time from {From:O} to {To:O}")]
    private partial void LogAhead(double seconds, DateTime from, DateTime to);
}
