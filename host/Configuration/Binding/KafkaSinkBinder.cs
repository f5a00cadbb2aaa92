using HyperIngest.Core.Records;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Kafka.Registry;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a Kafka sink.</summary>
internal static class KafkaSinkBinder
{
    /// <summary>The sink; what librdkafka thinks of it is asked as well, without connecting.</summary>
    public static KafkaSinkOptions Bind(SectionReader reader)
    {
        int before = reader.Problems.ErrorCount;
        KafkaSinkOptions sink = new()
        {
            Name = reader.Get(SinkSchema.Name),
            Client = Client(reader),
            Format = reader.Get(KafkaSinkSchema.Format),
            Topic = reader.Get(KafkaSinkSchema.Topic),
            Guarantee = reader.Get(KafkaSinkSchema.ExactlyOnce) ? KafkaGuarantee.ExactlyOnce : KafkaGuarantee.AtLeastOnce,
            Headers = reader.Get(KafkaSinkSchema.Headers),
            Compression = reader.Get(KafkaSinkSchema.Compression),
            Partitioner = reader.Get(KafkaSinkSchema.Partitioner),
            Registry = reader.Has(KafkaSinkSchema.SchemaRegistry) ? Registry(reader.Section(KafkaSinkSchema.SchemaRegistry)) : null,
            Limits = new KafkaSinkLimits
            {
                MaxReadingsPerDelivery = reader.Get(KafkaSinkSchema.ReadingsPerDelivery),
                Linger = reader.Get(KafkaSinkSchema.Linger),
                MaxRecordBytes = reader.Get(KafkaSinkSchema.MaxRecordBytes),
                StallTime = reader.Get(KafkaSinkSchema.StallTime),
            },
        };
        if (sink is { Format: RecordFormat.Columnar, Registry: not null }) reader.Error(KafkaSinkSchema.SchemaRegistry, "columnar records have no schema that a registry takes; remove one of the two");
        if (sink.Client is { Sasl.Mechanism: KafkaSaslMechanism.Plain, Tls: null }) reader.Warning(KafkaSinkSchema.Authentication, "the password goes over the wire as it is: add tls, or use scram-sha-512");
        // Only options that are right so far: one mistake is one message.
        if (reader.Problems.ErrorCount == before && KafkaSinkOptionsCheck.ProblemOf(sink) is { } problem)
        {
            reader.Error(reader.Has(KafkaSinkSchema.Properties) && problem.Contains("property", StringComparison.Ordinal) ? KafkaSinkSchema.Properties
                : problem.StartsWith("topic", StringComparison.Ordinal) ? KafkaSinkSchema.Topic : KafkaSinkSchema.Brokers, problem);
        }
        return sink;
    }

    /// <summary>How the cluster is reached; a source has the same keys.</summary>
    internal static KafkaClientOptions Client(SectionReader reader)
    {
        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        if (reader.Has(KafkaSinkSchema.Properties))
        {
            foreach ((string name, string value) in reader.Named(KafkaSinkSchema.Properties)) properties[name] = value;
        }
        return new KafkaClientOptions
        {
            Brokers = reader.Get(KafkaSinkSchema.Brokers),
            ClientId = reader.Get(KafkaSinkSchema.ClientId),
            Tls = reader.Has(KafkaSinkSchema.Encryption) ? Tls(reader.Section(KafkaSinkSchema.Encryption)) : null,
            Sasl = reader.Has(KafkaSinkSchema.Authentication) ? Sasl(reader.Section(KafkaSinkSchema.Authentication)) : null,
            Properties = properties,
        };
    }

    private static KafkaTlsOptions Tls(SectionReader reader) => new()
    {
        CaFile = TextOrNull(reader, KafkaSinkSchema.Tls.CaFile),
        CertificateFile = TextOrNull(reader, KafkaSinkSchema.Tls.CertificateFile),
        KeyFile = TextOrNull(reader, KafkaSinkSchema.Tls.KeyFile),
        KeyPassword = TextOrNull(reader, KafkaSinkSchema.Tls.KeyPassword),
        Verify = reader.Get(KafkaSinkSchema.Tls.Verify),
    };

    private static KafkaSaslOptions Sasl(SectionReader reader) => new()
    {
        Mechanism = reader.Get(KafkaSinkSchema.Sasl.Mechanism),
        User = reader.Get(KafkaSinkSchema.Sasl.User),
        Password = reader.Get(KafkaSinkSchema.Sasl.Password),
    };

    private static SchemaRegistryOptions Registry(SectionReader reader) => new()
    {
        Url = reader.Get(KafkaSinkSchema.Registry.Url),
        User = TextOrNull(reader, KafkaSinkSchema.Registry.User),
        Password = TextOrNull(reader, KafkaSinkSchema.Registry.Password),
        CaFile = TextOrNull(reader, KafkaSinkSchema.Registry.CaFile),
        Subject = reader.Get(KafkaSinkSchema.Registry.Subject),
        Timeout = reader.Get(KafkaSinkSchema.Registry.Timeout),
    };

    private static string? TextOrNull(SectionReader reader, ValueKey<string> key) => reader.Has(key) ? reader.Get(key) : null;
}
