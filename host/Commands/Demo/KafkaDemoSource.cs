using HyperIngest.Core;
using HyperIngest.Protocols.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The Kafka source of a demo.</summary>
internal static class KafkaDemoSource
{
    /// <summary>A source of the run's topic.</summary>
    public static KafkaSource Create(KafkaCluster cluster, Pipeline pipeline, ILoggerFactory loggers) => throw new NotSupportedException();
}
