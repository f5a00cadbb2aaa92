using HyperIngest.Host.Running;

namespace HyperIngest.Tests.Unit.Host;

public sealed class LagClockTests
{
    [Fact]
    public void Lag_is_the_time_since_the_end_stood_where_the_cursor_stands()
    {
        LagClock clock = new();
        TimeSpan start = TimeSpan.FromHours(7);
        for (int second = 0; second < 10; second++) clock.LagOf(1000 * second, 1000 * second, start + TimeSpan.FromSeconds(second));
        Assert.Equal(TimeSpan.Zero, clock.LagOf(9000, 9000, start + TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(7), clock.LagOf(3000, 9000, start + TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(6.5), clock.LagOf(3500, 9000, start + TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Asked_seldom_it_tells_a_small_lag_from_a_large_one()
    {
        LagClock clock = new();
        clock.LagOf(0, 0, TimeSpan.FromSeconds(100));
        Assert.Equal(TimeSpan.FromMilliseconds(50), clock.LagOf(4950, 5000, TimeSpan.FromSeconds(105)));
        Assert.Equal(TimeSpan.FromSeconds(5), clock.LagOf(0, 5000, TimeSpan.FromSeconds(105)));
    }
}
