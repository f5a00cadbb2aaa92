using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;

namespace HyperIngest.Tests.Unit.Shaping;

public sealed class ShaperTests
{
    private static Reading At(int series, double value, double seconds = 0, uint status = StatusCodes.Good) =>
        new(series, status, 0, TimeSpan.FromSeconds(1000 + seconds).Ticks, BitConverter.DoubleToInt64Bits(value));

    private static Reading[] Shape(ShapingRule rule, params Reading[] readings)
    {
        Shaper shaper = new(new Dictionary<int, ShapingRule> { [3] = rule });
        Reading[] target = new Reading[readings.Length];
        return target[..shaper.Shape(readings, target)];
    }

    [Fact]
    public void Series_without_a_rule_pass_untouched()
    {
        Reading[] readings = [At(0, 1), At(2, 2), At(4, 3), At(1_000_000, 4)];
        Assert.Equal(readings, Shape(new ShapingRule { Scale = 2 }, readings));
    }

    [Fact]
    public void Scale_comes_before_offset() =>
        Assert.Equal(25, Shape(new ShapingRule { Scale = 2, Offset = 5 }, At(3, 10))[0].Float64);

    [Fact]
    public void Value_outside_its_range_is_clamped_and_says_so()
    {
        Reading[] shaped = Shape(new ShapingRule { Min = 0, Max = 10, OutOfRange = OutOfRange.Clamp }, At(3, 11), At(3, -1), At(3, 5));
        Assert.Equal([10, 0, 5], shaped.Select(r => r.Float64));
        Assert.Equal([StatusCodes.GoodClamped, StatusCodes.GoodClamped, StatusCodes.Good], shaped.Select(r => r.Status));
    }

    [Fact]
    public void Value_outside_its_range_is_marked_and_kept()
    {
        Reading shaped = Shape(new ShapingRule { Max = 10 }, At(3, 11))[0];
        Assert.Equal(11, shaped.Float64);
        Assert.Equal(StatusCodes.UncertainEngineeringUnitsExceeded, shaped.Status);
    }

    [Fact]
    public void Deadband_holds_back_until_the_value_has_moved_beyond_it_since_the_last_one_let_through()
    {
        Reading[] shaped = Shape(new ShapingRule { Deadband = 1 }, At(3, 10), At(3, 10.6, 1), At(3, 11, 2), At(3, 11.2, 3), At(3, 10.5, 4));
        Assert.Equal([10, 11.2], shaped.Select(r => r.Float64));
    }

    [Fact]
    public void Heartbeat_lets_an_unchanged_value_through_when_the_last_is_old()
    {
        ShapingRule rule = new() { Deadband = 1, Heartbeat = TimeSpan.FromSeconds(10) };
        Assert.Equal(2, Shape(rule, At(3, 10), At(3, 10, 9.9), At(3, 10, 10)).Length);
    }

    [Fact]
    public void Change_of_status_is_never_held_back()
    {
        Reading[] shaped = Shape(new ShapingRule { Deadband = 100 }, At(3, 1), At(3, 0, 1, StatusCodes.BadTimeout), At(3, 1, 2));
        Assert.Equal([StatusCodes.Good, StatusCodes.BadTimeout, StatusCodes.Good], shaped.Select(r => r.Status));
    }

    [Fact]
    public void Bad_reading_is_not_scaled_into_a_value() =>
        Assert.Equal(0, Shape(new ShapingRule { Scale = 2, Offset = 5 }, At(3, 0, 0, StatusCodes.BadTimeout))[0].Float64);

    [Fact]
    public void Clock_stepped_back_does_not_silence_a_series() =>
        Assert.Equal(2, Shape(new ShapingRule { Deadband = 1 }, At(3, 10, 3600), At(3, 10, 0)).Length);

    [Fact]
    public void Upside_down_range_and_negative_deadband_are_misuse()
    {
        Assert.Throws<ArgumentException>(() => Shape(new ShapingRule { Min = 2, Max = 1 }));
        Assert.Throws<ArgumentException>(() => Shape(new ShapingRule { Deadband = -1 }));
        Assert.Throws<ArgumentException>(() => Shape(new ShapingRule { Deadband = double.NaN }));
    }

    [Fact]
    public void Shaping_allocates_nothing()
    {
        Shaper shaper = new(Enumerable.Range(0, 100).ToDictionary(i => i, _ => new ShapingRule { Deadband = 0.5, Scale = 2, Max = 50 }));
        Reading[] source = [.. Enumerable.Range(0, 1000).Select(i => At(i % 120, i))];
        Reading[] target = new Reading[1000];
        shaper.Shape(source, target);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) shaper.Shape(source, target);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
