using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.Tests.Unit.LoadGen;

public class RateCurveTests
{
    [Fact]
    public void Over_a_ramp_readings_go_with_the_square_of_time()
    {
        RateCurve ramp = new(new RatePiece(0, 600_000, 60));
        Assert.Equal(18_000_000, ramp.Readings);
        Assert.Equal(4_500_000, ramp.ReadingsUpTo(30));
        Assert.Equal(30, ramp.SecondsAt(4_500_000), 9);
        Assert.Equal(300_000, ramp.RateAt(30));
        Assert.Equal(60, ramp.SecondsAt(18_000_000), 9);
        Assert.Equal(double.PositiveInfinity, ramp.SecondsAt(18_000_001));
    }

    [Fact]
    public void Both_directions_agree_over_any_pieces()
    {
        Random random = new(4711);
        for (int i = 0; i < 200; i++)
        {
            // Rates that jump, rise and fall by little and by much; a slope of next to nothing is where a formula cancels.
            RateCurve curve = new([.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ =>
            {
                double from = 1 + (random.NextDouble() * 1e6);
                return new RatePiece(from, random.Next(3) switch { 0 => from, 1 => from * (1 + 1e-12), _ => random.NextDouble() * 1e6 }, 0.1 + (random.NextDouble() * 100));
            })]);
            double before = -1;
            for (int k = 0; k <= 50; k++)
            {
                double second = curve.Seconds * k / 50;
                double readings = curve.ReadingsUpTo(second);
                Assert.True(readings > before);
                before = readings;
                Assert.Equal(second, curve.SecondsAt(readings), 1e-5);
            }
        }
    }

    [Fact]
    public void What_is_due_when_the_rate_falls_to_nothing_is_due_before_the_pause()
    {
        RateCurve curve = new(new RatePiece(100, 100, 2), new RatePiece(0, 0, 5), new RatePiece(100, 100, 1));
        Assert.Equal(2, curve.SecondsAt(200), 9);
        Assert.Equal(7.01, curve.SecondsAt(201), 9);
        Assert.Equal(200, curve.ReadingsUpTo(4));
        Assert.Equal(0, curve.RateAt(4));
    }

    [Fact]
    public void Stages_become_the_pieces_they_are_called()
    {
        Assert.Equal([new RatePiece(10, 40, 6)], new RampLoad(10, 40, TimeSpan.FromSeconds(6)).Pieces);
        Assert.Equal([new RatePiece(10, 10, 2), new RatePiece(25, 25, 2), new RatePiece(40, 40, 2)], new StepLoad(10, 40, 3, TimeSpan.FromSeconds(6)).Pieces);
        Assert.Equal(
            [new RatePiece(10, 10, 1), new RatePiece(40, 40, 2), new RatePiece(10, 10, 3)],
            new SpikeLoad(10, 40, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)).Pieces);
        // A spike from the begin to the end has nothing before or after it.
        Assert.Equal([new RatePiece(40, 40, 2)], new SpikeLoad(10, 40, TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)).Pieces);
        Assert.Equal([new RatePiece(5, 5, 3600)], new SoakLoad(5, TimeSpan.FromHours(1)).Pieces);
        Assert.Equal([new RatePiece(20, 80, 3)], new RampLoad(10, 40, TimeSpan.FromSeconds(6)).Scaled(2, 0.5).Pieces);
    }

    [Fact]
    public void A_curve_that_goes_nowhere_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new RateCurve());
        Assert.Throws<ArgumentException>(() => new RateCurve(new RatePiece(-1, 0, 1)));
        Assert.Throws<ArgumentException>(() => new RateCurve(new RatePiece(1, 1, 0)));
        Assert.Throws<ArgumentException>(() => new RateCurve(new RatePiece(double.NaN, 1, 1)));
    }
}
