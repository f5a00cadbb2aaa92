using HyperIngest.Core.Polling;

namespace HyperIngest.Tests.Unit.Polling;

public sealed class TimerWheelTests
{
    private readonly TimerWheel _wheel = new(8);

    [Fact]
    public void A_timer_fires_once_at_its_tick_and_not_before()
    {
        Probe probe = new();
        _wheel.Schedule(probe, 3);
        Assert.Equal(0, _wheel.Advance(2, 0));
        Assert.Equal(1, _wheel.Advance(3, 30));
        Assert.Equal(0, _wheel.Advance(100, 0));
        Assert.Equal([30L], probe.FiredAt);
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public void A_timer_further_than_one_turn_waits_its_turns()
    {
        Probe probe = new();
        _wheel.Schedule(probe, 8 * 5 + 3);
        for (int tick = 1; tick < 43; tick++) Assert.Equal(0, _wheel.Advance(tick, tick));
        Assert.Equal(1, _wheel.Advance(43, 43));
    }

    [Fact]
    public void A_timer_in_the_past_fires_at_the_next_tick()
    {
        _wheel.Advance(50, 0);
        Probe probe = new();
        _wheel.Schedule(probe, 7);
        Assert.Equal(1, _wheel.Advance(51, 0));
    }

    [Fact]
    public void After_a_pause_of_many_turns_everything_overdue_fires_and_nothing_else()
    {
        Probe[] probes = [.. Enumerable.Range(1, 40).Select(_ => new Probe())];
        for (int i = 0; i < probes.Length; i++) _wheel.Schedule(probes[i], i + 1);
        Assert.Equal(33, _wheel.Advance(33, 33));
        Assert.All(probes.Take(33), p => Assert.Single(p.FiredAt));
        Assert.All(probes.Skip(33), p => Assert.Empty(p.FiredAt));
        Assert.Equal(7, _wheel.Count);
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_even_when_another_due_with_it_cancels_it()
    {
        Probe second = new();
        Probe first = new() { OnFire = _ => _wheel.Cancel(second) };
        _wheel.Schedule(first, 2);
        _wheel.Schedule(second, 2);
        Assert.Equal(1, _wheel.Advance(5, 0));
        Assert.Empty(second.FiredAt);
        Assert.False(_wheel.Cancel(second));
    }

    [Fact]
    public void A_timer_may_schedule_itself_while_it_fires()
    {
        Probe probe = new();
        probe.OnFire = now => _wheel.Schedule(probe, now + 2);
        _wheel.Schedule(probe, 1);
        for (int tick = 1; tick <= 9; tick++) _wheel.Advance(tick, tick);
        Assert.Equal([1L, 3, 5, 7, 9], probe.FiredAt);
    }

    [Fact]
    public void Moving_a_timer_leaves_one()
    {
        Probe probe = new();
        _wheel.Schedule(probe, 2);
        _wheel.Schedule(probe, 6);
        Assert.Equal(1, _wheel.Count);
        Assert.Equal(1, _wheel.Advance(20, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_a_sorted_list_over_random_schedules(int seed)
    {
        Random random = new(seed);
        Dictionary<Probe, long> due = [];
        Probe[] probes = [.. Enumerable.Range(0, 200).Select(_ => new Probe())];
        long tick = 0;
        for (int step = 0; step < 2000; step++)
        {
            Probe probe = probes[random.Next(probes.Length)];
            if (random.Next(4) == 0)
            {
                Assert.Equal(due.Remove(probe), _wheel.Cancel(probe));
            }
            else
            {
                long at = tick + random.Next(-2, 60);
                _wheel.Schedule(probe, at);
                due[probe] = Math.Max(at, tick + 1);
            }
            if (random.Next(3) != 0) continue;
            tick += random.Next(1, random.Next(5) == 0 ? 40 : 3);
            int expected = due.Count(d => d.Value <= tick);
            Assert.Equal(expected, _wheel.Advance(tick, tick));
            foreach (Probe fired in due.Where(d => d.Value <= tick).Select(d => d.Key).ToArray()) due.Remove(fired);
            Assert.Equal(due.Count, _wheel.Count);
        }
    }

    [Fact]
    public void Scheduling_cancelling_and_firing_allocate_nothing()
    {
        Probe[] probes = [.. Enumerable.Range(0, 64).Select(_ => new Probe { Keep = false })];
        TurnOnce(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 100; i++) TurnOnce(1 + (i * 64));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void TurnOnce(long from)
        {
            for (int i = 0; i < probes.Length; i++) _wheel.Schedule(probes[i], from + i);
            for (int i = 0; i < probes.Length; i += 3) _wheel.Cancel(probes[i]);
            for (int i = 0; i < 64; i++) _wheel.Advance(from + i, 0);
        }
    }

    private sealed class Probe : WheelTimer
    {
        public List<long> FiredAt { get; } = [];

        public bool Keep { get; init; } = true;

        public Action<long>? OnFire { get; set; }

        protected internal override void Fire(long now)
        {
            if (Keep) FiredAt.Add(now);
            OnFire?.Invoke(now);
        }

        protected internal override void Place(long now) => throw new InvalidOperationException("Not submitted here.");
    }
}
