using HyperIngest.Core.Telemetry;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>The counters of one Sparkplug host.</summary>
internal sealed class SparkplugHostMetrics(MetricRegistry registry, MetricLabel label)
{
    public Counter Births { get; } = registry.Counter("hyperingest_mqtt_sparkplug_births_total", "Birth certificates of edge nodes and devices.", label);

    public Counter Deaths { get; } = registry.Counter("hyperingest_mqtt_sparkplug_deaths_total", "Deaths of edge nodes and devices that were alive.", label);

    public Counter StaleDeaths { get; } = registry.Counter("hyperingest_mqtt_sparkplug_stale_deaths_total", "Deaths of an edge node's earlier session (another bdSeq); ignored.", label);

    public Counter Metrics { get; } = registry.Counter("hyperingest_mqtt_sparkplug_metrics_total", "Metrics made readings of.", label);

    public Counter Historical { get; } = registry.Counter("hyperingest_mqtt_sparkplug_historical_total", "Metrics that an edge node had stored and sent late.", label);

    public Counter Skipped { get; } = registry.Counter("hyperingest_mqtt_sparkplug_skipped_total", "Metrics of types that are no reading: datasets, templates, bytes, files, arrays.", label);

    public Counter Gaps { get; } = registry.Counter("hyperingest_mqtt_sparkplug_gaps_total", "Times a sequence number was not the next one.", label);

    public Counter Late { get; } = registry.Counter("hyperingest_mqtt_sparkplug_late_total", "Messages that came after their sequence number had been missed.", label);

    public Counter Repeated { get; } = registry.Counter("hyperingest_mqtt_sparkplug_repeated_total", "Messages that came again, as QoS 1 allows.", label);

    public Counter Waited { get; } = registry.Counter("hyperingest_mqtt_sparkplug_waited_total", "Messages of data that came before the birth of their node or device, waited for it, and were taken then.", label);

    public Counter Unresolved { get; } = registry.Counter("hyperingest_mqtt_sparkplug_unresolved_total", "Metrics of an edge node, device, name or alias without a birth certificate; not taken, a rebirth is requested.", label);

    public Counter Refused { get; } = registry.Counter("hyperingest_mqtt_sparkplug_refused_total", "Metrics of series that were refused, because of a limit or their name; not taken.", label);

    public Counter Mismatches { get; } = registry.Counter("hyperingest_mqtt_sparkplug_type_mismatches_total", "Metrics whose value is none of their type or of the series' kind; readings with BadDecodingError.", label);

    public Counter TimesRefused { get; } = registry.Counter("hyperingest_mqtt_sparkplug_times_refused_total", "Metrics whose time lies after the year 9999; readings without a source time.", label);
}
