using HyperIngest.Kafka;

namespace HyperIngest.Sinks.Kafka;

/// <summary>A topic of one lane, and the messages gathered for it.</summary>
internal sealed class LaneTopic(KafkaTopic handle, int schemaId, KafkaHeaders? headers)
{
    // One call of the library takes its locks once: at 1,024 messages that is nothing a message, and 72 KiB stay in the second-level cache.
    private const int SliceLength = 1024;

    private readonly KafkaMessage[] _slice = new KafkaMessage[SliceLength];

    /// <summary>The producer's handle of it.</summary>
    public KafkaTopic Handle { get; } = handle;

    /// <summary>The registry's id of the schema; 0 without a registry.</summary>
    public int SchemaId { get; } = schemaId;

    /// <summary>What goes with each record; null for none.</summary>
    public KafkaHeaders? Headers { get; } = headers;

    /// <summary>Partitions; 0 while not known.</summary>
    public int Partitions { get; set; }

    /// <summary>Messages gathered.</summary>
    public int Gathered { get; set; }

    /// <summary>No more can be gathered.</summary>
    public bool IsFull => Gathered == SliceLength;

    /// <summary>What is gathered.</summary>
    public Span<KafkaMessage> Slice => _slice.AsSpan(0, Gathered);

    /// <summary>Gathers a message.</summary>
    public void Gather(in KafkaMessage message) => _slice[Gathered++] = message;
}
