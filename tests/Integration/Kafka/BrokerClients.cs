using Confluent.Kafka;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>A stand-in broker, and librdkafka clients of it.</summary>
internal sealed class BrokerClients : IAsyncDisposable
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private BrokerClients(StandInBroker broker) => Broker = broker;

    public StandInBroker Broker { get; }

    public static BrokerClients Start(StandInBrokerOptions? options = null) => new(StandInBroker.Start(options));

    public IProducer<string, string> Producer(Action<ProducerConfig>? more = null)
    {
        // Short waits between tries, or each fault costs a test a second.
        ProducerConfig config = new()
        {
            BootstrapServers = Broker.BootstrapServers,
            LingerMs = 2,
            RetryBackoffMs = 20,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
            MessageTimeoutMs = 60_000,
        };
        more?.Invoke(config);
        return new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    public IProducer<string, string> Idempotent() => Producer(c => c.EnableIdempotence = true);

    /// <summary>A transactional producer that has its identity.</summary>
    public IProducer<string, string> Transactional(string id, TimeSpan? timeout = null)
    {
        IProducer<string, string> producer = Producer(c =>
        {
            c.TransactionalId = id;
            c.TransactionTimeoutMs = (int)(timeout ?? Longest).TotalMilliseconds;
            c.MessageTimeoutMs = Math.Min(60_000, c.TransactionTimeoutMs.Value);
        });
        producer.InitTransactions(Longest);
        return producer;
    }

    /// <summary>What a consumer is given of a topic, from the start to where it has to stop.</summary>
    /// <remarks>kcat's consumer: that of Confluent.Kafka needs a librdkafka from 2.1 on.</remarks>
    public Task<string[]> ReadAsync(string topic, KafkaIsolation isolation = KafkaIsolation.ReadCommitted, params string[] more) => KcatAsync(
        "", ["-C", "-t", topic, "-e", "-q", "-X", "isolation.level=" + (isolation == KafkaIsolation.ReadCommitted ? "read_committed" : "read_uncommitted"), .. more]);

    /// <summary>The lines that kcat writes.</summary>
    public async Task<string[]> KcatAsync(string input, params string[] arguments)
    {
        string output = await BrokerPeer.RunAsync(input, "kcat", ["-b", Broker.BootstrapServers, "-X", "fetch.wait.max.ms=50", .. arguments]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Produces values into partition 0, in order, and waits until each is delivered.</summary>
    public static async Task ProduceAsync(IProducer<string, string> producer, string topic, IEnumerable<string> values)
    {
        List<Task<DeliveryResult<string, string>>> sent = [.. values.Select(v => producer.ProduceAsync(new TopicPartition(topic, 0), Message(v)))];
        await Task.WhenAll(sent).WaitAsync(Longest);
    }

    public static Message<string, string> Message(string value) => new() { Key = "", Value = value };

    public static string[] Values(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i:0000}")];

    public async ValueTask DisposeAsync() => await Broker.DisposeAsync();
}
