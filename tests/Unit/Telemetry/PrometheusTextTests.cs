using HyperIngest.Core.Telemetry;

namespace HyperIngest.Tests.Unit.Telemetry;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Counters_gauges_and_histograms_are_written_in_the_text_format()
    {
        using MetricRegistry registry = new();
        registry.Counter("hyperingest_faults_total", "Faults.", new MetricLabel("fault", "time\"out\\")).Add(3);
        registry.Gauge("hyperingest_ring_used", "Slots in use.", () => 1.5);
        LatencyHistogram latency = registry.Histogram("hyperingest_commit_seconds", "Commit latency.");
        latency.Record(TimeSpan.FromMilliseconds(4).Ticks);
        string text = PrometheusText.Write(registry);
        Assert.Contains("# TYPE hyperingest_faults_total counter\nhyperingest_faults_total{fault=\"time\\\"out\\\\\"} 3\n", text);
        Assert.Contains("# TYPE hyperingest_ring_used gauge\nhyperingest_ring_used 1.5\n", text);
        Assert.Contains("hyperingest_commit_seconds_bucket{le=\"0.0025\"} 0\n", text);
        Assert.Contains("hyperingest_commit_seconds_bucket{le=\"0.005\"} 1\n", text);
        Assert.Contains("hyperingest_commit_seconds_bucket{le=\"+Inf\"} 1\n", text);
        Assert.Contains("hyperingest_commit_seconds_count 1\n", text);
    }

    [Fact]
    public void The_same_name_and_labels_give_the_same_counter()
    {
        using MetricRegistry registry = new();
        Counter a = registry.Counter("x_total", "X.", new MetricLabel("k", "1"));
        Counter b = registry.Counter("x_total", "X.", new MetricLabel("k", "1"));
        Counter other = registry.Counter("x_total", "X.", new MetricLabel("k", "2"));
        Assert.Same(a, b);
        Assert.NotSame(a, other);
    }

    [Fact]
    public void One_name_cannot_be_two_types()
    {
        using MetricRegistry registry = new();
        registry.Counter("x_total", "X.");
        Assert.Throws<ArgumentException>(() => registry.Gauge("x_total", "X.", () => 0));
    }
}
