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
        Assert.Equal(TimeSpan.FromSeconds(7), clock.LagOf(3500, 9000, start + TimeSpan.FromSeconds(10)));
    }
}
