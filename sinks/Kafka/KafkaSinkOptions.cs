using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka.Registry;

namespace HyperIngest.Sinks.Kafka;

/// <summary>A Kafka sink.</summary>
public sealed record KafkaSinkOptions
{
    /// <summary>The sink's name, unique in the node; default <c>kafka</c>.</summary>
    public string Name { get; init; } = "kafka";

    /// <summary>The cluster: brokers, TLS, SASL, librdkafka properties.</summary>
    public required KafkaClientOptions Client { get; init; }

    /// <summary>How readings are written as records; default JSON, one record a reading.</summary>
    public RecordFormat Format { get; init; } = RecordFormat.Json;

    /// <summary>
    /// The topics: text with <c>{tenant}</c>, <c>{classification}</c> and <c>{node}</c> in it; default <c>{classification}.raw</c>. An empty tenant stands as <c>default</c>, and characters
    /// that a topic may not have as <c>_</c>.
    /// </summary>
    public string Topic { get; init; } = "{classification}.raw";

    /// <summary>What a delivery promises; default at least once.</summary>
    public KafkaGuarantee Guarantee { get; init; } = KafkaGuarantee.AtLeastOnce;

    /// <summary>Which records have headers (format, schema version, node); default where they cost nothing, which is with the batch formats.</summary>
    public KafkaHeaderUse Headers { get; init; } = KafkaHeaderUse.Auto;

    /// <summary>How record batches are compressed; default LZ4, which costs 0.2 µs a JSON record and makes it ten times smaller.</summary>
    public KafkaCompression Compression { get; init; } = KafkaCompression.Lz4;

    /// <summary>How a device becomes a partition; default murmur2, as Java's producers do it.</summary>
    public KafkaPartitioner Partitioner { get; init; } = KafkaPartitioner.Murmur2;

    /// <summary>Where schemas are registered; null for no registry.</summary>
    public SchemaRegistryOptions? Registry { get; init; }

    /// <summary>Sizes and times.</summary>
    public KafkaSinkLimits Limits { get; init; } = new();
}

/// <summary>Sizes and times of a Kafka sink.</summary>
public sealed record KafkaSinkLimits
{
    /// <summary>
    /// Most readings in one delivery, 1 to 1,000,000; default 131,072. A delivery ends when its last record is confirmed, and the next begins then, so that a small one spends
    /// its time waiting for the broker: two lanes of JSON reached 0.9 M readings/s with 32,768, 1.2 M with 65,536 and 1.4 M with 131,072; two of columnar records 1.3 M with 32,768 and 3.1 M
    /// with 131,072. It is 4 MiB of readings, and 32 MiB of JSON while they are under way.
    /// </summary>
    public int MaxReadingsPerDelivery { get; init; } = 131_072;

    /// <summary>Least time from one delivery's begin to the next's, unless that is full, zero to 10 s; default 20 ms: record batches of fifty deliveries a second compress well.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Largest record, key and value, in bytes, 1,000 to 100,000,000; default 1,000,000. It must not be more than the topics' <c>max.message.bytes</c>.</summary>
    public int MaxRecordBytes { get; init; } = 1_000_000;

    /// <summary>How long a delivery may be without progress before the lane says so and holds, 100 ms to 10 min; default 10 s. What is under way stays so: nothing is sent twice for that.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What a Kafka delivery promises.</summary>
public enum KafkaGuarantee
{
    /// <summary>Nothing is lost. What was under way when the process ended is sent again by the next.</summary>
    AtLeastOnce,

    /// <summary>Each delivery is a transaction together with the lane's cursor: a consumer that reads committed records sees each reading once.</summary>
    ExactlyOnce,
}

/// <summary>Which records have headers.</summary>
public enum KafkaHeaderUse
{
    /// <summary>Batch formats have them, JSON (which says the same in itself) has not: headers cost 1.7 µs a record.</summary>
    Auto,

    /// <summary>All records.</summary>
    Always,

    /// <summary>No record.</summary>
    Never,
}

/// <summary>How record batches are compressed, by librdkafka.</summary>
public enum KafkaCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>LZ4.</summary>
    Lz4,

    /// <summary>Snappy.</summary>
    Snappy,

    /// <summary>Zstandard.</summary>
    Zstd,
}

/// <summary>How a record's key becomes its partition: other producers of a topic must do the same if they write the same devices.</summary>
public enum KafkaPartitioner
{
    /// <summary>murmur2, as Java's producers.</summary>
    Murmur2,

    /// <summary>CRC-32, as librdkafka's and its languages' own default (<c>consistent_random</c>).</summary>
    Crc32,
}
