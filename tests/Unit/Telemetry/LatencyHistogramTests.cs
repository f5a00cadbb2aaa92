using HyperIngest.Core.Telemetry;

namespace HyperIngest.Tests.Unit.Telemetry;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_within_one_part_in_128_of_the_exact_ones()
    {
        Random random = new(3);
        LatencyHistogram histogram = new();
        long[] us = new long[100_000];
        for (int i = 0; i < us.Length; i++)
        {
            us[i] = (long)Math.Pow(10, random.NextDouble() * 8);
            histogram.Record(us[i] * TimeSpan.TicksPerMicrosecond);
        }
        Array.Sort(us);
        foreach (double q in new[] { 0.01, 0.5, 0.9, 0.99, 0.999 })
        {
            double exact = us[(int)Math.Ceiling(q * us.Length) - 1];
            double found = histogram.Percentile(q).TotalMicroseconds;
            Assert.InRange(found, exact, (exact * (1 + (1.0 / 128))) + 1);
        }
        Assert.Equal(us[^1], histogram.Max.TotalMicroseconds);
        Assert.Equal(us.Length, histogram.Total);
    }

    [Fact]
    public void One_record_of_many_equals_many_records_of_one()
    {
        LatencyHistogram once = new(), often = new();
        once.Record(50_000, 100);
        for (int i = 0; i < 100; i++) often.Record(50_000);
        Assert.Equal(often.Percentile(0.5), once.Percentile(0.5));
        Assert.Equal(often.SumSeconds, once.SumSeconds);
    }

    [Fact]
    public void The_difference_of_two_looks_is_what_was_recorded_between_them()
    {
        Random random = new(5);
        LatencyHistogram all = new(), before = new(), between = new(), difference = new();
        for (int i = 0; i < 1000; i++) all.Record(random.NextInt64(1, 50_000_000));
        before.Add(all);
        for (int i = 0; i < 1000; i++)
        {
            long ticks = random.NextInt64(1, 40_000_000);
            all.Record(ticks, 3);
            between.Record(ticks, 3);
        }
        difference.SetToDifference(all, before);
        Assert.Equal(between.Total, difference.Total);
        Assert.Equal(between.SumSeconds, difference.SumSeconds, 6);
        foreach (double q in new[] { 0.01, 0.5, 0.99 }) Assert.Equal(between.Percentile(q), difference.Percentile(q));
        // The longest of all is older than the difference: its own is known to its bucket.
        Assert.InRange(difference.Max / between.Max, 1, 1 + (1.0 / 128));
        Assert.Equal(between.Filled().Select(b => b.Count), difference.Filled().Select(b => b.Count));
        Assert.Equal(between.Total, between.Filled().Sum(b => b.Count));

        all.Record(90_000_000);
        difference.SetToDifference(all, before);
        Assert.Equal(all.Max, difference.Max);
        difference.SetToDifference(all, all);
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero), (difference.Total, difference.Max, difference.Percentile(0.5)));
    }

    [Fact]
    public void Adding_histograms_is_recording_in_one()
    {
        LatencyHistogram a = new(), b = new(), both = new();
        for (int i = 1; i < 1000; i++)
        {
            (i % 2 == 0 ? a : b).Record(i * 1000L);
            both.Record(i * 1000L);
        }
        a.Add(b);
        Assert.Equal(both.Percentile(0.99), a.Percentile(0.99));
        Assert.Equal(both.Max, a.Max);
        Assert.Equal(both.Total, a.Total);
    }

    [Fact]
    public void Durations_beyond_the_range_and_below_zero_are_counted_at_the_ends()
    {
        LatencyHistogram histogram = new();
        histogram.Record(-5);
        histogram.Record(TimeSpan.FromDays(30).Ticks);
        Assert.Equal(2, histogram.Total);
        Assert.Equal(TimeSpan.FromDays(30), histogram.Max);
    }

    [Fact]
    public void Empty_histogram_says_zero() => Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Percentile(0.99));

    [Fact]
    public void Recording_allocates_nothing()
    {
        LatencyHistogram histogram = new();
        histogram.Record(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) histogram.Record(i * 777L, 3);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
