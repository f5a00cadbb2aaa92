using HyperIngest.Kafka;

namespace HyperIngest.Sinks.Kafka;

/// <summary>The ranges that <see cref="KafkaSinkOptions"/> promises, and what librdkafka says of the properties.</summary>
public static class KafkaSinkOptionsCheck
{
    // Properties with a key of their own, or on which a promise hangs; the library would take them.
    private static readonly (string Property, string Instead)[] Own =
    [
        ("transactional.id", "exactly_once"), ("transaction.timeout.ms", "exactly_once"), ("compression.codec", "compression"), ("compression.type", "compression"),
        ("message.max.bytes", "max_record_bytes"), ("message.timeout.ms", "stall_time"), ("delivery.timeout.ms", "stall_time"), ("delivery.report.only.error", "nothing"),
        ("partitioner", "partitioner"), ("bootstrap.servers", "brokers"), ("metadata.broker.list", "brokers"), ("client.id", "client_id"),
    ];

    /// <summary>What is wrong with the options, the first thing only; null for nothing. Connects to nothing.</summary>
    public static string? ProblemOf(KafkaSinkOptions options)
    {
        if (TopicTemplate.Parse(options.Topic, out string? template) is null) return $"topic '{options.Topic}': {template}";
        foreach ((string property, string instead) in Own)
        {
            if (options.Client.Properties.ContainsKey(property)) return $"the Kafka property '{property}' is set by hyperingest: take it out of properties and use {instead}";
        }
        KafkaSinkLimits limits = options.Limits;
        if (limits.MaxReadingsPerDelivery is < 1 or > 1_000_000) return $"MaxReadingsPerDelivery is {limits.MaxReadingsPerDelivery}, expected 1 to 1000000";
        if (limits.Linger < TimeSpan.Zero || limits.Linger > TimeSpan.FromSeconds(10)) return $"Linger is {limits.Linger}, expected 0 to 10 s";
        if (limits.MaxRecordBytes is < 1_000 or > 100_000_000) return $"MaxRecordBytes is {limits.MaxRecordBytes}, expected 1000 to 100000000";
        if (limits.StallTime < TimeSpan.FromMilliseconds(100) || limits.StallTime > TimeSpan.FromMinutes(10)) return $"StallTime is {limits.StallTime}, expected 100 ms to 10 min";
        if (options.Registry is { } registry && Registry.SchemaRegistryClient.ProblemOf(registry) is { } problem) return problem;
        try
        {
            KafkaProducer.Check(options.Client, KafkaSink.PropertiesOf(options));
            return null;
        }
        catch (KafkaException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Throws what <see cref="ProblemOf"/> finds.</summary>
    /// <exception cref="ArgumentException">Something is wrong.</exception>
    internal static void Check(KafkaSinkOptions options)
    {
        if (ProblemOf(options) is { } problem) throw new ArgumentException($"sink {options.Name}: {problem}", nameof(options));
    }
}
