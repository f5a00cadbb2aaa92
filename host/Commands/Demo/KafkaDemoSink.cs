using HyperIngest.Core;
using HyperIngest.Sinks.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The Kafka sink of a demo.</summary>
internal static class KafkaDemoSink
{
    /// <summary>librdkafka properties that make another producer comparable with the sink's.</summary>
    public static IReadOnlyDictionary<string, string> Properties => throw new NotSupportedException();

    /// <summary>A sink of the run's topic.</summary>
    public static KafkaSink Create(DemoOptions options, KafkaCluster cluster, Pipeline pipeline, ILoggerFactory loggers) => new(
        new KafkaSinkOptions { Name = "kafka", Client = cluster.Client, Format = options.Format, Topic = cluster.Topic }, pipeline.Catalog, pipeline.Metrics, loggers.CreateLogger("HyperIngest.Kafka"));
}
