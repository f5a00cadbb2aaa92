namespace HyperIngest.Kafka;

/// <summary>A place in a partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, 0-based.</param>
/// <param name="Offset">The next offset to read or to commit; <see cref="Stored"/>, <see cref="Beginning"/> or <see cref="End"/> where it is not known.</param>
/// <param name="Note">What was committed with it; null for nothing.</param>
public readonly record struct KafkaPosition(string Topic, int Partition, long Offset, string? Note = null)
{
    /// <summary>RD_KAFKA_OFFSET_INVALID: the group's committed offset, or where there is none what auto.offset.reset says.</summary>
    public const long Stored = -1001;

    /// <summary>RD_KAFKA_OFFSET_BEGINNING: the oldest there is.</summary>
    public const long Beginning = -2;

    /// <summary>RD_KAFKA_OFFSET_END: what comes from now on.</summary>
    public const long End = -1;

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}[{Partition}]@{Offset}";
}
