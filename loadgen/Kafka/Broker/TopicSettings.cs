namespace HyperIngest.LoadGen.Kafka;

/// <summary>What is set a topic.</summary>
public sealed record TopicSettings
{
    /// <summary>The largest record batch, its header included, compressed as it is sent (<c>max.message.bytes</c>). Bytes; default 1,048,588, a broker's own.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary>Bytes a partition keeps; older batches go (<c>retention.bytes</c>). Default null: all.</summary>
    public long? RetentionBytes { get; init; }
}
