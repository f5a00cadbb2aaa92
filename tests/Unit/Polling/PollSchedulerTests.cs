using HyperIngest.Core.Polling;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Polling;

public sealed class PollSchedulerTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly MetricRegistry _metrics = new();
    private readonly PollScheduler _scheduler;

    public PollSchedulerTests() => _scheduler = new PollScheduler(_metrics, NullLogger.Instance, _clock);

    public void Dispose()
    {
        _scheduler.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public void Due_times_do_not_drift_however_late_the_scheduler_looks()
    {
        Device device = Add("press-1", Second);
        long first = PollTarget.StartOffset("press-1", Second).Ticks;
        for (int i = 0; i < 1000; i++)
        {
            // Steps of 7 ms are never in time with ticks of 5 ms or the interval.
            Run(TimeSpan.FromMilliseconds(7), 1);
            if (device.Polls.Count > 0 && device.InFlight) device.Done();
        }
        Assert.InRange(device.Polls.Count, 6, 7);
        for (int k = 0; k < device.Polls.Count; k++)
        {
            long due = first + (k * Second.Ticks);
            Assert.InRange(device.Polls[k], due, due + TimeSpan.FromMilliseconds(12).Ticks);
        }
        Assert.Equal(0, device.Skipped);
    }

    [Fact]
    public void A_device_has_at_most_one_poll_in_flight_and_a_due_poll_that_finds_it_busy_is_counted()
    {
        Device device = Add("slow", Second);
        Run(TimeSpan.FromMilliseconds(5), 200 * 4);
        Assert.Single(device.Polls);
        Assert.Equal(3, device.Skipped);
        Assert.Equal(3, Skipped());
        device.Done();
        Run(TimeSpan.FromMilliseconds(5), 200);
        Assert.Equal(2, device.Polls.Count);
    }

    [Fact]
    public void Polls_missed_while_the_process_stood_still_are_counted_and_the_schedule_goes_on_in_step()
    {
        Device device = Add("d", Second);
        Run(TimeSpan.FromMilliseconds(5), 200);
        device.Done();
        _clock.Move(TimeSpan.FromSeconds(10));
        Run(TimeSpan.FromMilliseconds(5), 1);
        Assert.Equal(2, device.Polls.Count);
        Assert.Equal(9, device.Skipped);
        device.Done();
        Run(TimeSpan.FromMilliseconds(5), 200);
        Assert.Equal(3, device.Polls.Count);
        long offset = PollTarget.StartOffset("d", Second).Ticks;
        Assert.InRange((device.Polls[2] - offset) % Second.Ticks, 0, TimeSpan.FromMilliseconds(10).Ticks);
    }

    [Fact]
    public void Interval_zero_polls_again_at_once()
    {
        Device device = Add("fast", TimeSpan.Zero);
        Run(TimeSpan.FromMilliseconds(5), 1);
        Assert.Single(device.Polls);
        Assert.True(device.Complete());
        Assert.True(device.InFlight);
    }

    [Fact]
    public void Interval_zero_with_a_pause_waits_for_its_end()
    {
        Device device = Add("fast", TimeSpan.Zero);
        Run(TimeSpan.FromMilliseconds(5), 1);
        Assert.False(device.Done(_scheduler.Now + TimeSpan.FromMilliseconds(100).Ticks));
        Run(TimeSpan.FromMilliseconds(5), 19);
        Assert.Single(device.Polls);
        Run(TimeSpan.FromMilliseconds(5), 2);
        Assert.Equal(2, device.Polls.Count);
    }

    [Fact]
    public void A_device_that_backs_off_skips_its_due_polls_until_the_pause_is_over()
    {
        Device device = Add("silent", Second);
        Run(TimeSpan.FromMilliseconds(5), 200);
        device.Done(_scheduler.Now + TimeSpan.FromSeconds(3).Ticks);
        Run(TimeSpan.FromMilliseconds(5), 200 * 2);
        Assert.Single(device.Polls);
        Assert.Equal(2, device.Skipped);
        Run(TimeSpan.FromMilliseconds(5), 200 * 2);
        Assert.Equal(2, device.Polls.Count);
    }

    [Fact]
    public void Start_offsets_spread_devices_over_the_interval_and_are_the_same_every_time()
    {
        int[] tenths = new int[10];
        for (int i = 0; i < 1000; i++)
        {
            TimeSpan offset = PollTarget.StartOffset($"device-{i:D4}", Second);
            Assert.Equal(offset, PollTarget.StartOffset($"device-{i:D4}", Second));
            tenths[(int)(offset.Ticks * 10 / Second.Ticks)]++;
        }
        // 100 each when even; 60 to 140 is four standard deviations.
        Assert.All(tenths, count => Assert.InRange(count, 60, 140));
        Assert.Equal(TimeSpan.Zero, PollTarget.StartOffset("x", TimeSpan.Zero));
    }

    [Fact]
    public void After_polls_are_stopped_none_comes_due_and_reminders_still_fire()
    {
        Device device = Add("d", Second);
        Bell bell = new(_scheduler);
        _scheduler.StopPolls();
        bell.Set(_scheduler.Now + Second.Ticks);
        Run(TimeSpan.FromMilliseconds(5), 400);
        Assert.Empty(device.Polls);
        Assert.Equal(1, bell.Rung);
    }

    [Fact]
    public void A_reminder_set_earlier_fires_earlier_and_set_later_fires_later()
    {
        Bell bell = new(_scheduler);
        bell.Set(_scheduler.Now + Second.Ticks);
        Run(TimeSpan.FromMilliseconds(5), 1);
        bell.Set(_scheduler.Now + TimeSpan.FromMilliseconds(50).Ticks);
        Run(TimeSpan.FromMilliseconds(5), 12);
        Assert.Equal(1, bell.Rung);
        bell.Set(_scheduler.Now + TimeSpan.FromMilliseconds(50).Ticks);
        bell.Set(_scheduler.Now + TimeSpan.FromMilliseconds(500).Ticks);
        Run(TimeSpan.FromMilliseconds(5), 50);
        Assert.Equal(1, bell.Rung);
        Run(TimeSpan.FromMilliseconds(5), 60);
        Assert.Equal(2, bell.Rung);
    }

    [Fact]
    public void A_reminder_set_to_never_does_not_fire()
    {
        Bell bell = new(_scheduler);
        bell.Set(_scheduler.Now + TimeSpan.FromMilliseconds(50).Ticks);
        Run(TimeSpan.FromMilliseconds(5), 1);
        bell.Set(Reminder.Never);
        Run(TimeSpan.FromMilliseconds(5), 50);
        Assert.Equal(0, bell.Rung);
    }

    [Fact]
    public void A_reminder_set_to_the_same_time_again_after_it_fired_fires_again()
    {
        Bell bell = new(_scheduler);
        long at = _scheduler.Now;
        bell.Set(at);
        Run(TimeSpan.FromMilliseconds(5), 2);
        bell.Set(at);
        Run(TimeSpan.FromMilliseconds(5), 2);
        Assert.Equal(2, bell.Rung);
    }

    [Fact]
    public void Lateness_is_recorded_for_each_poll()
    {
        Add("a", Second);
        Add("b", Second);
        Run(TimeSpan.FromMilliseconds(5), 201);
        LatencyHistogram lateness = _metrics.Histogram("hyperingest_poll_lateness_seconds", "");
        Assert.Equal(2, lateness.Total);
        Assert.InRange(lateness.Max, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void Steady_polling_allocates_nothing()
    {
        Device[] devices = [.. Enumerable.Range(0, 50).Select(i => Add($"d{i}", TimeSpan.FromMilliseconds(50), keep: false))];
        Bell bell = new(_scheduler);
        Cycle(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle(int ticks)
        {
            for (int i = 0; i < ticks; i++)
            {
                _clock.Move(PollScheduler.Tick);
                _scheduler.Advance();
                bell.Set(_scheduler.Now + (i % 7 * PollScheduler.Tick.Ticks));
                foreach (Device device in devices)
                {
                    if (device.InFlight) device.Done();
                }
            }
        }
    }

    [Fact]
    public void The_thread_polls_and_ends_when_disposed()
    {
        using MetricRegistry metrics = new();
        using PollScheduler scheduler = new(metrics, NullLogger.Instance);
        using CountdownEvent polls = new(5);
        Counting device = new(scheduler, polls);
        scheduler.Add(device);
        scheduler.Start();
        Assert.True(polls.Wait(TimeSpan.FromSeconds(30)));
        Assert.Throws<InvalidOperationException>(scheduler.Start);
    }

    private Device Add(string name, TimeSpan interval, bool keep = true)
    {
        Device device = new(_scheduler, name, interval) { Keep = keep };
        _scheduler.Add(device);
        _scheduler.Advance();
        return device;
    }

    private void Run(TimeSpan step, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            _clock.Move(step);
            _scheduler.Advance();
        }
    }

    private long Skipped() => _metrics.Counter("hyperingest_polls_skipped_total", "").Value;

    private sealed class Device(PollScheduler scheduler, string name, TimeSpan interval) : PollTarget(scheduler, name, interval)
    {
        private readonly PollScheduler _scheduler = scheduler;

        public List<long> Polls { get; } = [];

        public bool InFlight { get; private set; }

        public bool Keep { get; init; }

        public bool Done(long notBefore = 0)
        {
            InFlight = false;
            return Complete(notBefore);
        }

        protected override void OnDue()
        {
            Assert.False(InFlight);
            InFlight = true;
            if (Keep) Polls.Add(_scheduler.Now);
        }
    }

    private sealed class Counting(PollScheduler scheduler, CountdownEvent polls) : PollTarget(scheduler, "c", TimeSpan.FromMilliseconds(10))
    {
        protected override void OnDue()
        {
            if (!polls.IsSet) polls.Signal();
            Complete();
        }
    }

    private sealed class Bell(PollScheduler scheduler) : Reminder(scheduler)
    {
        public int Rung { get; private set; }

        protected override void Remind() => Rung++;
    }
}
