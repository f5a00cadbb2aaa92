using HyperIngest.Core;
using HyperIngest.Sinks.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The Kafka sink of a demo.</summary>
internal static class KafkaDemoSink
{
    /// <summary>librdkafka properties that make another producer comparable with the sink's.</summary>
    public static IReadOnlyDictionary<string, string> Properties => new Dictionary<string, string>
    {
        ["compression.codec"] = "lz4",
        ["linger.ms"] = "5",
        // A loop that never waits for its reports wants room: with the library's own 100,000 records it stands still more often.
        ["queue.buffering.max.messages"] = "500000",
        ["queue.buffering.max.kbytes"] = "1048576",
    };

    /// <summary>A sink of the run's topic.</summary>
    public static KafkaSink Create(DemoOptions options, KafkaCluster cluster, Pipeline pipeline, ILoggerFactory loggers) => new(
        new KafkaSinkOptions { Name = "kafka", Client = cluster.Client, Format = options.Format, Topic = cluster.Topic }, pipeline.Catalog, pipeline.Metrics, loggers.CreateLogger("HyperIngest.Kafka"));
}
