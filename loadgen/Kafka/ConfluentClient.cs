using Confluent.Kafka;
using HyperIngest.Kafka;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>Lets Confluent's client find the librdkafka that the product uses.</summary>
internal static class ConfluentClient
{
    private static readonly Lazy<bool> Found = new(() =>
    {
        KafkaLibrary.ShareWith(typeof(ProducerConfig).Assembly);
        return true;
    });

    /// <summary>Before the first use of the client.</summary>
    public static void FindLibrary() => _ = Found.Value;
}
