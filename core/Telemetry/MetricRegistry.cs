using System.Diagnostics.Metrics;

namespace HyperIngest.Core.Telemetry;

/// <summary>One time series of a metric: its label pairs, such as <c>fault="timeout"</c>.</summary>
/// <param name="Name">Label name in Prometheus form.</param>
/// <param name="Value">Label value, any text.</param>
public readonly record struct MetricLabel(string Name, string Value);

/// <summary>
/// The metrics of one process: named counters, gauges and latency histograms. <see cref="PrometheusText"/> writes them; the same numbers stand on
/// the <see cref="Meter"/> "HyperIngest" for dotnet-counters and OpenTelemetry exporters.
/// </summary>
/// <remarks>Names follow Prometheus: <c>hyperingest_modbus_faults_total</c>, base units (seconds, bytes) in the name. Registering is for start-up; it takes a lock.</remarks>
public sealed class MetricRegistry : IDisposable
{
    private readonly Lock _registering = new();
    private readonly Dictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Meter _meter = new("HyperIngest");

    /// <summary>A counter; the same name and labels give the same counter.</summary>
    public Counter Counter(string name, string help, params ReadOnlySpan<MetricLabel> labels)
    {
        lock (_registering)
        {
            MetricFamily family = Family(name, help, MetricType.Counter);
            if (family.Find(labels) is { } known) return known.Counter!;
            Counter counter = new();
            family.Members.Add(new MetricMember(labels.ToArray()) { Counter = counter });
            _meter.CreateObservableCounter(name, () => counter.Value, null, help, Tags(labels));
            return counter;
        }
    }

    /// <summary>A gauge read when somebody asks; <paramref name="read"/> must be cheap and safe from any thread.</summary>
    public void Gauge(string name, string help, Func<double> read, params ReadOnlySpan<MetricLabel> labels)
    {
        lock (_registering)
        {
            MetricFamily family = Family(name, help, MetricType.Gauge);
            if (family.Find(labels) is { } known)
            {
                known.Gauge = read;
                return;
            }
            family.Members.Add(new MetricMember(labels.ToArray()) { Gauge = read });
            _meter.CreateObservableGauge(name, read, null, help, Tags(labels));
        }
    }

    /// <summary>A latency histogram; the same name and labels give the same histogram.</summary>
    public LatencyHistogram Histogram(string name, string help, params ReadOnlySpan<MetricLabel> labels)
    {
        lock (_registering)
        {
            MetricFamily family = Family(name, help, MetricType.Histogram);
            if (family.Find(labels) is { } known) return known.Histogram!;
            LatencyHistogram histogram = new();
            family.Members.Add(new MetricMember(labels.ToArray()) { Histogram = histogram });
            return histogram;
        }
    }

    /// <summary>The families by name, as they are now.</summary>
    internal MetricFamily[] Snapshot()
    {
        lock (_registering) return [.. _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private MetricFamily Family(string name, string help, MetricType type)
    {
        if (!_families.TryGetValue(name, out MetricFamily? family)) _families.Add(name, family = new MetricFamily(name, help, type));
        return family.Type == type
            ? family
            : throw new ArgumentException($"Metric {name} is a {family.Type} and was asked for as a {type}.", nameof(name));
    }

    private static KeyValuePair<string, object?>[] Tags(ReadOnlySpan<MetricLabel> labels)
    {
        KeyValuePair<string, object?>[] tags = new KeyValuePair<string, object?>[labels.Length];
        for (int i = 0; i < tags.Length; i++) tags[i] = new(labels[i].Name, labels[i].Value);
        return tags;
    }
}

internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

internal sealed class MetricFamily(string name, string help, MetricType type)
{
    public string Name { get; } = name;

    public string Help { get; } = help;

    public MetricType Type { get; } = type;

    // Appended under the registry's lock; a scrape copies it under the same lock.
    public List<MetricMember> Members { get; } = [];

    public MetricMember? Find(ReadOnlySpan<MetricLabel> labels)
    {
        foreach (MetricMember member in Members)
        {
            if (labels.SequenceEqual(member.Labels)) return member;
        }
        return null;
    }
}

internal sealed class MetricMember(MetricLabel[] labels)
{
    public MetricLabel[] Labels { get; } = labels;

    public Counter? Counter { get; init; }

    public Func<double>? Gauge { get; set; }

    public LatencyHistogram? Histogram { get; init; }
}
