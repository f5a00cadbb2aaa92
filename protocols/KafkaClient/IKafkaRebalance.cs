namespace HyperIngest.Kafka;

/// <summary>Told of partitions that come and go. Called on the consuming thread, inside <see cref="KafkaConsumer.Consume"/> or Dispose; exceptions are logged and make the consumer leave its group.</summary>
public interface IKafkaRebalance
{
    /// <summary>Partitions are this consumer's from now on.</summary>
    /// <returns>Where to begin each, in the same order; <see cref="KafkaPosition.Stored"/> for the committed offset.</returns>
    IReadOnlyList<KafkaPosition> Assigned(IReadOnlyList<KafkaPosition> partitions);

    /// <summary>Partitions are about to be another's: what has been taken may still be committed, unless they are <paramref name="lost"/> already.</summary>
    void Revoked(IReadOnlyList<KafkaPosition> partitions, bool lost);
}
