using HyperIngest.Kafka;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The cluster a demo uses: the user's, or librdkafka's test broker in this process. Each demo has a topic of its own, because the verifier counts every record in it.</summary>
internal sealed class KafkaCluster : IDisposable
{
    /// <summary>Partitions of a topic at the test broker.</summary>
    // It keeps about 5 MB a partition: 32 of them are 160 MB of compressed batches, ten seconds of 600,000 JSON records each, which is what a verifier may fall behind.
    public const int TestPartitions = 32;

    private readonly TestBroker? _broker;

    /// <summary>The cluster behind <paramref name="brokers"/>; null starts the test broker.</summary>
    public KafkaCluster(string? brokers)
    {
        if (brokers is null) _broker = new TestBroker();
        Client = new KafkaClientOptions { Brokers = brokers ?? _broker!.Brokers, ClientId = "hyperingest-demo" };
        Topic = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"hyperingest-demo-{DateTime.UtcNow:yyyyMMdd-HHmmss}");
        CreateTopic(Topic);
    }

    /// <summary>How to reach it.</summary>
    public KafkaClientOptions Client { get; }

    /// <summary>The run's topic.</summary>
    public string Topic { get; }

    /// <summary>What it is, for every output that shows numbers of it.</summary>
    public string Description => _broker is null ? Client.Brokers : TestBroker.Description;

    /// <summary>Makes a topic at the test broker; at a cluster of the user's its first use does, where that is allowed.</summary>
    public void CreateTopic(string topic) => _broker?.CreateTopic(topic, TestPartitions);

    /// <inheritdoc/>
    public void Dispose() => _broker?.Dispose();
}
