using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>Makes topics for load runs at a cluster of the user's.</summary>
public static class KafkaTopics
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Makes a topic with the brokers' own replication factor (Kafka 2.4 or newer).</summary>
    /// <exception cref="HyperIngest.Kafka.KafkaException">The brokers cannot be reached, or refuse; the message says which.</exception>
    public static async Task CreateAsync(string brokers, string topic, int partitions)
    {
        ConfluentClient.FindLibrary();
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers, SocketTimeoutMs = (int)Limit.TotalMilliseconds })
            .SetLogHandler((_, _) => { })
            .Build();
        try
        {
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }], new CreateTopicsOptions { RequestTimeout = Limit, OperationTimeout = Limit }).ConfigureAwait(false);
        }
        catch (CreateTopicsException refused)
        {
            throw new HyperIngest.Kafka.KafkaException($"the topic {topic} cannot be made at {brokers}: {refused.Results[0].Error.Reason}", refused);
        }
        catch (Confluent.Kafka.KafkaException failed)
        {
            throw new HyperIngest.Kafka.KafkaException($"the brokers at {brokers} do not answer: {failed.Error.Reason}", failed);
        }
    }
}
