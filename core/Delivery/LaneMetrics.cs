using System.Globalization;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Delivery;

/// <summary>The metrics of one lane, labelled with its sink and shard.</summary>
internal sealed class LaneMetrics
{
    public LaneMetrics(MetricRegistry registry, string sink, int shard)
    {
        MetricLabel[] labels = [new("sink", sink), new("shard", shard.ToString(CultureInfo.InvariantCulture))];
        Readings = registry.Counter("hyperingest_delivery_readings_total", "Readings the sink accepted.", labels);
        Deliveries = registry.Counter("hyperingest_delivery_deliveries_total", "Deliveries the sink accepted.", labels);
        Retries = registry.Counter("hyperingest_delivery_retries_total", "Deliveries the sink asked to have again.", labels);
        Rejections = registry.Counter("hyperingest_delivery_rejections_total", "Deliveries the sink rejected because of a poison reading.", labels);
        Stops = registry.Counter("hyperingest_delivery_stops_total", "Times the sink said that somebody must act.", labels);
        Reopens = registry.Counter("hyperingest_delivery_reopens_total", "Connections opened anew after one died.", labels);
        DeadLetters = registry.Counter("hyperingest_delivery_dead_letters_total", "Readings put into the dead letters.", labels);
        LostBytes = registry.Counter("hyperingest_delivery_lost_bytes_total", "Journal bytes that were gone before the lane could read them.", labels);
        Commit = registry.Histogram("hyperingest_delivery_commit_seconds", "From the gateway's receipt of a reading to the sink's acceptance.", labels);
        Labels = labels;
    }

    public MetricLabel[] Labels { get; }

    public Counter Readings { get; }

    public Counter Deliveries { get; }

    public Counter Retries { get; }

    public Counter Rejections { get; }

    public Counter Stops { get; }

    public Counter Reopens { get; }

    public Counter DeadLetters { get; }

    public Counter LostBytes { get; }

    public LatencyHistogram Commit { get; }
}
