using HyperIngest.Core.Polling;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Tests.Unit.Polling;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class ProfilePaceTests : IDisposable
{
    private const int Tags = 100;
    private static readonly TimeSpan Tick = PollScheduler.Tick;

    private readonly ManualClock _clock = new();
    private readonly MetricRegistry _metrics = new();
    private readonly PollScheduler _scheduler;

    public ProfilePaceTests() => _scheduler = new PollScheduler(_metrics, NullLogger.Instance, _clock);

    public void Dispose()
    {
        _scheduler.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public void Over_a_ramp_every_poll_is_due_at_the_root_of_what_was_due_before_it()
    {
        // One device whose poll gives 100 readings, and 0 to 2,000 readings/s in 10 s: 10,000 readings, 100 polls.
        ProfilePace pace = new(new RateCurve(new RatePiece(0, 2000, 10)), Tags, warmUpRate: 200);
        Device device = Begin(pace, TimeSpan.FromSeconds(3), "press-1")[0];
        Run(TimeSpan.FromSeconds(11));
        double before = pace.Begins / 1e7 * 200;
        double offset = PollTarget.StartOffset("press-1", ProfilePace.Interval).TotalSeconds * Tags;
        double[] due = [.. Enumerable.Range(0, 1000).Select(k => offset + (k * Tags) - before).Where(r => r >= 0 && r <= 10_000).Select(r => Math.Sqrt(r * 2 * 10 / 2000))];
        Assert.InRange(due.Length, 99, 101);
        Assert.Equal(due.Length, pace.PollsOf("press-1"));
        Assert.Equal(due.Length, device.DueAt.Count);
        for (int k = 0; k < due.Length; k++)
        {
            Assert.Equal(due[k], (device.DueAt[k] - pace.Begins) / 1e7, 1e-6);
            Assert.InRange(device.Begun[k] - device.DueAt[k], 0, 2 * Tick.Ticks);
        }
        Assert.Equal(0, device.Skipped);
    }

    [Fact]
    public void Over_stages_of_any_kind_as_many_polls_are_begun_as_the_schedule_says()
    {
        Random random = new(99);
        RateCurve curve = new(
        [
            .. new StepLoad(2000, 8000, 4, TimeSpan.FromSeconds(2)).Pieces, .. new SpikeLoad(1000, 20_000, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)).Pieces,
            new RatePiece(0, 0, 1), .. new RampLoad(0, 10_000, TimeSpan.FromSeconds(2)).Pieces, .. new RampLoad(10_000, 100, TimeSpan.FromSeconds(1)).Pieces,
        ]);
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"d-{random.Next(1000)}-{i}")];
        ProfilePace pace = new(curve, names.Length * Tags, LoadProfile.WarmUpRateOf(curve));
        Device[] devices = Begin(pace, TimeSpan.FromSeconds(1.234), names);
        PollTally tally = new(pace.Begins, IPollPace.Never);
        _scheduler.Measure(tally);
        Run(TimeSpan.FromSeconds(10));
        for (int i = 0; i < names.Length; i++)
        {
            Assert.Equal((names[i], pace.PollsOf(names[i])), (names[i], devices[i].DueAt.Count));
            Assert.Equal(devices[i].DueAt.Order(), devices[i].DueAt);
        }
        // What is due in all is the curve's integral, but for the polls at its two edges.
        Assert.InRange(tally.BegunReadings, curve.Readings - (names.Length * Tags), curve.Readings + (names.Length * Tags));
        Assert.Equal(names.Sum(pace.PollsOf) * Tags, tally.BegunReadings);
        Assert.Equal(tally.BegunReadings, tally.AnsweredReadings);
    }

    [Fact]
    public void A_device_that_hangs_is_begun_once_and_what_it_skips_is_not_offered()
    {
        ProfilePace pace = new(new RateCurve(new RatePiece(1000, 1000, 5)), 2 * Tags, warmUpRate: 1000);
        Device[] devices = Begin(pace, TimeSpan.FromSeconds(1), "good", "hangs");
        PollTally tally = new(pace.Begins, IPollPace.Never);
        _scheduler.Measure(tally);
        devices[1].Hangs = true;
        Run(TimeSpan.FromSeconds(6));
        long scheduled = (pace.PollsOf("good") + pace.PollsOf("hangs")) * Tags;
        Assert.Equal((pace.PollsOf("good") + 1) * Tags, tally.BegunReadings);
        Assert.Equal(pace.PollsOf("good") * Tags, tally.AnsweredReadings);
        Assert.Equal(pace.PollsOf("hangs") - 1, devices[1].Skipped);
        Assert.True(new LoadThresholds().MaxNotOffered < (scheduled - tally.BegunReadings) / (double)scheduled);
    }

    [Fact]
    public void A_poll_begun_late_keeps_the_time_it_was_due_at()
    {
        ProfilePace pace = new(new RateCurve(new RatePiece(100, 100, 60)), Tags, warmUpRate: 100);
        Device device = Begin(pace, TimeSpan.FromSeconds(1), "d")[0];
        Run(TimeSpan.FromSeconds(3));
        int begun = device.DueAt.Count;
        long last = device.DueAt[^1];
        // The process stands still for 3.3 intervals: the polls in between are gone, and the last of them is begun late.
        _clock.Move(TimeSpan.FromSeconds(3.3));
        _scheduler.Advance();
        Assert.Equal(begun + 1, device.DueAt.Count);
        Assert.InRange((device.DueAt[^1] - last) / 1e7, 3 - 1e-6, 3 + 1e-6);
        Assert.True(device.Begun[^1] > device.DueAt[^1]);
        Assert.Equal(2, device.Skipped);
    }

    [Fact]
    public void From_its_end_on_nothing_is_due_wherever_the_end_is_put()
    {
        ProfilePace pace = new(new RateCurve(new RatePiece(1000, 1000, 60)), Tags, warmUpRate: 1000);
        Device device = Begin(pace, TimeSpan.FromSeconds(1), "d")[0];
        Run(TimeSpan.FromSeconds(2));
        pace.End(_scheduler.Now);
        int begun = device.DueAt.Count;
        Run(TimeSpan.FromSeconds(2));
        Assert.Equal(begun, device.DueAt.Count);
        Assert.Equal(begun, pace.PollsOf("d"));
    }

    [Fact]
    public void Polling_at_a_pace_allocates_nothing()
    {
        ProfilePace pace = new(new RateCurve(new RatePiece(1000, 9000, 60)), 50 * Tags, warmUpRate: 1000);
        Device[] devices = Begin(pace, TimeSpan.FromSeconds(1), [.. Enumerable.Range(0, 50).Select(i => $"d{i}")]);
        _scheduler.Measure(new PollTally(pace.Begins, IPollPace.Never));
        foreach (Device device in devices) device.Keep = false;
        Run(TimeSpan.FromSeconds(5));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(TimeSpan.FromSeconds(20));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Warmed up for a while, and the curve begun a moment ahead.
    private Device[] Begin(ProfilePace pace, TimeSpan warmUp, params string[] names)
    {
        _scheduler.PaceBy(pace);
        Device[] devices = [.. names.Select(n => new Device(_scheduler, n))];
        foreach (Device device in devices) _scheduler.Add(device);
        Run(warmUp);
        long from = _scheduler.Now + TimeSpan.FromMilliseconds(100).Ticks;
        pace.Begin(from);
        _scheduler.Replan();
        while (_scheduler.Now + Tick.Ticks < from) Run(Tick);
        foreach (Device device in devices) device.Forget();
        return devices;
    }

    private void Run(TimeSpan time)
    {
        for (long left = time.Ticks; left > 0; left -= Tick.Ticks)
        {
            _clock.Move(Tick);
            _scheduler.Advance();
        }
    }

    private sealed class Device(PollScheduler scheduler, string name) : PollTarget(scheduler, name, ProfilePace.Interval)
    {
        private readonly PollScheduler _scheduler = scheduler;
        private long _skippedBefore;

        public List<long> DueAt { get; } = [];

        public List<long> Begun { get; } = [];

        public bool Hangs { get; set; }

        public bool Keep { get; set; } = true;

        public new long Skipped => base.Skipped - _skippedBefore;

        public override int Weight => Tags;

        public void Forget()
        {
            DueAt.Clear();
            Begun.Clear();
            _skippedBefore = base.Skipped;
        }

        protected override void OnDue()
        {
            if (Keep)
            {
                DueAt.Add(Intended);
                Begun.Add(_scheduler.Now);
            }
            if (Hangs) return;
            RecordAnswered(Tags);
            Complete();
        }
    }
}
