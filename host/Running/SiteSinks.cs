using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Configuration;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Running;

/// <summary>Makes the sinks that a site file describes.</summary>
internal static class SiteSinks
{
    /// <summary>The sinks' names.</summary>
    public static IReadOnlyList<string> NamesOf(SiteConfiguration site) => [.. site.PostgresSinks.Select(s => s.Name), .. site.KafkaSinks.Select(s => s.Name), .. site.MqttSinks.Select(s => s.Name)];

    /// <summary>All of them.</summary>
    public static IEnumerable<ISink> Create(SiteConfiguration site, SeriesCatalog catalog, MetricRegistry metrics, ILoggerFactory loggers) =>
        NamesOf(site).Select(name => Create(site, name, catalog, metrics, loggers)!);

    /// <summary>The sink of a name; null when the site has none of it.</summary>
    public static ISink? Create(SiteConfiguration site, string name, SeriesCatalog catalog, MetricRegistry metrics, ILoggerFactory loggers)
    {
        if (site.PostgresSinks.FirstOrDefault(s => s.Name == name) is { } postgres) return new PostgresSink(postgres, catalog, loggers.CreateLogger("HyperIngest.Postgres"), metrics: metrics);
        if (site.KafkaSinks.FirstOrDefault(s => s.Name == name) is { } kafka) return new KafkaSink(kafka, catalog, metrics, loggers.CreateLogger("HyperIngest.Kafka"));
        if (site.MqttSinks.FirstOrDefault(s => s.Name == name) is { } mqtt) return new MqttSink(mqtt, catalog, metrics, loggers.CreateLogger("HyperIngest.Mqtt"), site.Pipeline.Shards);
        return null;
    }
}
