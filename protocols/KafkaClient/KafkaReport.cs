namespace HyperIngest.Kafka;

/// <summary>A delivery report: what became of one produced message.</summary>
/// <param name="Opaque">The producer's own number for it.</param>
/// <param name="Offset">Its offset; negative when it has none.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Error">0 when the brokers have it as acks asks; else a code of <see cref="KafkaErrorCode"/>.</param>
public readonly record struct KafkaReport(nint Opaque, long Offset, int Partition, int Error);
