using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Host;

public sealed class ClockWatchTests : IDisposable
{
    private readonly SettableClock _clock = new();
    private readonly MetricRegistry _metrics = new();
    private readonly ClockWatch _watch;

    public ClockWatchTests() => _watch = new ClockWatch(_metrics, NullLogger.Instance, _clock);

    public void Dispose()
    {
        _watch.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public void A_clock_set_back_or_ahead_is_counted_once_each_time()
    {
        _clock.Pass(TimeSpan.FromSeconds(1), wall: TimeSpan.FromSeconds(1) - TimeSpan.FromHours(1));
        Assert.Equal((1, 0), Counts());
        _clock.Pass(TimeSpan.FromSeconds(1), wall: TimeSpan.FromSeconds(1));
        Assert.Equal((1, 0), Counts());
        _clock.Pass(TimeSpan.FromSeconds(1), wall: TimeSpan.FromSeconds(1.2));
        Assert.Equal((1, 1), Counts());
    }

    [Fact]
    public void A_clock_that_is_slewed_or_looked_at_late_is_in_order()
    {
        for (int i = 0; i < 1000; i++) _clock.Pass(TimeSpan.FromSeconds(1), wall: TimeSpan.FromSeconds(1.0005));
        _clock.Pass(TimeSpan.FromMinutes(5), wall: TimeSpan.FromMinutes(5));
        Assert.Equal((0, 0), Counts());
    }

    private (long Back, long Ahead) Counts() => (Count("back"), Count("ahead"));

    private long Count(string direction) => _metrics.Counter("hyperingest_clock_steps_total", "", new MetricLabel("direction", direction)).Value;

    /// <summary>Two clocks that move when told, and a timer that then fires once.</summary>
    private sealed class SettableClock : TimeProvider, ITimer
    {
        private DateTimeOffset _wall = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);
        private long _monotonic = 12_345;
        private TimerCallback? _callback;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _monotonic;

        public override DateTimeOffset GetUtcNow() => _wall;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return this;
        }

        public void Pass(TimeSpan monotonic, TimeSpan wall)
        {
            _monotonic += monotonic.Ticks;
            _wall += wall;
            _callback!(null);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing runs by itself.
        }

        public ValueTask DisposeAsync() => default;
    }
}
