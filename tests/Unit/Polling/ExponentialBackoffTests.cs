using HyperIngest.Core.Polling;

namespace HyperIngest.Tests.Unit.Polling;

public sealed class ExponentialBackoffTests
{
    [Fact]
    public void Pauses_double_up_to_the_longest_and_never_fall_below_half()
    {
        ExponentialBackoff backoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30), 1);
        double expected = 250;
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(backoff.Failed().TotalMilliseconds, expected / 2, expected);
            expected = Math.Min(expected * 2, 30_000);
        }
        Assert.Equal(100, backoff.Failures);
        backoff.Succeeded();
        Assert.InRange(backoff.Failed().TotalMilliseconds, 125, 250);
    }

    [Fact]
    public void A_longest_shorter_than_the_shortest_gives_the_shortest()
    {
        ExponentialBackoff backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10), 1);
        Assert.InRange(backoff.Failed(), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
        Assert.InRange(backoff.Failed(), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
    }
}
