using HyperIngest.Kafka;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The cluster a demo uses: the user's, or librdkafka's test broker in this process. Each demo has a topic of its own, because the verifier counts every record in it.</summary>
internal sealed class KafkaCluster : IDisposable
{
    /// <summary>Partitions of a topic.</summary>
    // The test broker keeps about 5 MB a partition: 32 of them are 160 MB of compressed batches, ten seconds of 600,000 JSON records each, which is what a verifier may fall behind.
    public const int Partitions = 32;

    private readonly TestBroker? _broker;

    private KafkaCluster(TestBroker? broker, string brokers)
    {
        _broker = broker;
        Client = new KafkaClientOptions { Brokers = brokers, ClientId = "hyperingest-demo" };
        Topic = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"hyperingest-demo-{DateTime.UtcNow:yyyyMMdd-HHmmss}");
    }

    /// <summary>The cluster behind <paramref name="brokers"/>, or the test broker when that is null, with the run's topic.</summary>
    /// <exception cref="InvalidOperationException">The cluster cannot be used; the message says why.</exception>
    public static async Task<KafkaCluster> OpenAsync(string? brokers)
    {
        TestBroker? own = brokers is null ? new TestBroker() : null;
        KafkaCluster cluster = new(own, brokers ?? own!.Brokers);
        await cluster.CreateTopicAsync(cluster.Topic);
        return cluster;
    }

    /// <summary>How to reach it.</summary>
    public KafkaClientOptions Client { get; }

    /// <summary>The run's topic.</summary>
    public string Topic { get; }

    /// <summary>What it is, for every output that shows numbers of it.</summary>
    public string Description => _broker is null ? Client.Brokers : TestBroker.Description;

    /// <summary>Makes a topic. At a cluster of the user's it stays, to be looked at.</summary>
    /// <exception cref="InvalidOperationException">The cluster refuses; the message says why.</exception>
    public async Task CreateTopicAsync(string topic)
    {
        if (_broker is not null)
        {
            _broker.CreateTopic(topic, Partitions);
            return;
        }
        try
        {
            await KafkaTopics.CreateAsync(Client.Brokers, topic, Partitions);
        }
        catch (KafkaException refused)
        {
            throw new InvalidOperationException($"demo: Kafka cannot be used: {refused.Message}. Check --kafka; the demo needs to make a topic, to write it and to read it.", refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _broker?.Dispose();
}
