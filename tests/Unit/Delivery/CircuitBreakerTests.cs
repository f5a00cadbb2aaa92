using HyperIngest.Core.Delivery;

namespace HyperIngest.Tests.Unit.Delivery;

public sealed class CircuitBreakerTests
{
    private readonly ManualTime _time = new();
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() =>
        _breaker = new CircuitBreaker(new BreakerOptions { Failures = 3, OpenFor = TimeSpan.FromSeconds(5) }, _time);

    [Fact]
    public void It_opens_after_failures_in_a_row_only()
    {
        Fail(2);
        _breaker.Success();
        Fail(2);
        Assert.False(_breaker.IsOpen);
        Fail(1);
        Assert.True(_breaker.IsOpen);
        Assert.False(_breaker.TryEnter(out TimeSpan wait));
        Assert.Equal(TimeSpan.FromSeconds(5), wait);
    }

    [Fact]
    public void Half_open_lets_one_probe_through()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_breaker.TryEnter(out _));
        Assert.False(_breaker.TryEnter(out TimeSpan wait));
        Assert.True(wait > TimeSpan.Zero);
        _breaker.Success();
        Assert.True(_breaker.TryEnter(out _));
        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public void A_failed_probe_opens_it_for_the_whole_time_again()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.True(_breaker.TryEnter(out _));
        _breaker.Failure();
        Assert.False(_breaker.TryEnter(out TimeSpan wait));
        Assert.Equal(TimeSpan.FromSeconds(5), wait);
    }

    [Fact]
    public void Late_failures_of_other_lanes_do_not_prolong_it()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(4));
        _breaker.Failure();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_breaker.TryEnter(out _));
    }

    [Fact]
    public void An_abandoned_probe_is_the_next_lanes()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_breaker.TryEnter(out _));
        _breaker.Abandon();
        Assert.True(_breaker.TryEnter(out _));
    }

    [Fact]
    public async Task An_open_breaker_keeps_every_lane_of_the_sink_from_trying()
    {
        ScriptedSink sink = new() { Script = (_, _) => DeliveryOutcome.Retry("down") };
        await using LaneHarness harness = new(
            sink, options: LaneHarness.Quick with { Breaker = new BreakerOptions { Failures = 3, OpenFor = TimeSpan.FromHours(1) } });
        harness.Lane.Start();
        harness.Write(1);
        await Eventually.IsTrue(() => harness.Lane.Status.State == LaneState.Open, "the lane waits for the breaker");
        Assert.Equal(3, sink.Deliveries);
        Assert.Equal("down", harness.Lane.Status.Reason);
    }

    private void Fail(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.True(_breaker.TryEnter(out _));
            _breaker.Failure();
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
