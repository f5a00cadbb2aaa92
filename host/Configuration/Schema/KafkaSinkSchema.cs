using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Kafka.Registry;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a Kafka sink.</summary>
internal static class KafkaSinkSchema
{
    public static class Tls
    {
        public static readonly ValueKey<string> CaFile = new("ca_file", Scalars.Text(4096), "", "CA certificates, a PEM file.") { DefaultText = "the system's" };

        public static readonly ValueKey<string> CertificateFile = new("certificate_file", Scalars.Text(4096), "", "The client's certificate, a PEM file.") { DefaultText = "none" };

        public static readonly ValueKey<string> KeyFile = new("key_file", Scalars.Text(4096), "", "The client certificate's key, a PEM file.") { DefaultText = "none" };

        public static readonly ValueKey<string> KeyPassword = new("key_password", Scalars.Text(1024), "", "The key file's password; by reference.") { DefaultText = "none", Secret = true };

        public static readonly ValueKey<bool> Verify = new("verify", Scalars.Boolean, true, "Whether the brokers' certificates and names are verified; `false` is for a test bench.");

        public static readonly Section Section = new("Kafka TLS", CaFile, CertificateFile, KeyFile, KeyPassword, Verify);
    }

    public static class Sasl
    {
        public static readonly ValueKey<KafkaSaslMechanism> Mechanism = new("mechanism",
            Scalars.Choice(("scram-sha-512", KafkaSaslMechanism.ScramSha512), ("scram-sha-256", KafkaSaslMechanism.ScramSha256), ("plain", KafkaSaslMechanism.Plain)),
            KafkaSaslMechanism.ScramSha512, "The mechanism; `plain` sends the password as it is, and wants `tls`.");

        public static readonly ValueKey<string> User = new("user", Scalars.Text(1024), "", "The user.") { Required = true };

        public static readonly ValueKey<string> Password = new("password", Scalars.Text(1024), "", "The password; by reference.") { Required = true, Secret = true };

        public static readonly Section Section = new("Kafka SASL", Mechanism, User, Password);
    }

    public static class Registry
    {
        public static readonly ValueKey<string> Url = new("url", Scalars.Text(1024), "http://localhost:8081", "Its address; more behind commas are tried in turn.") { Required = true };

        public static readonly ValueKey<string> User = new("user", Scalars.Text(1024), "", "User for basic authentication.") { DefaultText = "none" };

        public static readonly ValueKey<string> Password = new("password", Scalars.Text(1024), "", "Password for basic authentication; by reference.") { DefaultText = "none", Secret = true };

        public static readonly ValueKey<string> CaFile = new("ca_file", Scalars.Text(4096), "", "CA certificates, a PEM file.") { DefaultText = "the system's" };

        public static readonly ValueKey<SubjectStrategy> Subject = new("subject",
            Scalars.Choice(("topic", SubjectStrategy.Topic), ("record", SubjectStrategy.Record), ("topic-record", SubjectStrategy.TopicRecord)), OptionDefaults.Registry.Subject,
            "Under which subject schemas are registered: `TOPIC-value`, the record's name, or both.");

        public static readonly ValueKey<TimeSpan> Timeout = new("timeout", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)), OptionDefaults.Registry.Timeout, "Longest a request may take.");

        public static readonly Section Section = new("Schema registry", Url, User, Password, CaFile, Subject, Timeout);
    }

    public static readonly ValueKey<string> Brokers = new("brokers", Scalars.Text(4096), "localhost:9092", "Brokers to begin with, `host:port` and more behind commas.") { Required = true };

    public static readonly ValueKey<string> ClientId = new("client_id", Scalars.Text(255), OptionDefaults.Kafka.Client.ClientId, "What brokers show in logs and quotas.");

    public static readonly ValueKey<string> Topic = new("topic", Scalars.Text(249), OptionDefaults.Kafka.Topic, "The topics, with places for `{tenant}`, `{classification}` and `{node}`.");

    public static readonly ValueKey<RecordFormat> Format = new("format",
        Scalars.Choice(("json", RecordFormat.Json), ("protobuf", RecordFormat.Protobuf), ("columnar", RecordFormat.Columnar)), OptionDefaults.Kafka.Format,
        "`json` is a record a reading; `protobuf` and `columnar` are a record a device and delivery.");

    public static readonly ValueKey<bool> ExactlyOnce = new("exactly_once", Scalars.Boolean, OptionDefaults.Kafka.Guarantee == KafkaGuarantee.ExactlyOnce, "Whether a delivery is a transaction that holds the lane's cursor; else it is at least once.");

    public static readonly ValueKey<KafkaHeaderUse> Headers = new("headers",
        Scalars.Choice(("auto", KafkaHeaderUse.Auto), ("always", KafkaHeaderUse.Always), ("never", KafkaHeaderUse.Never)), OptionDefaults.Kafka.Headers,
        "Headers with format, schema and node: `auto` is with all formats but `json`, where they cost more than the record.");

    public static readonly ValueKey<KafkaCompression> Compression = new("compression",
        Scalars.Choice(("none", KafkaCompression.None), ("gzip", KafkaCompression.Gzip), ("lz4", KafkaCompression.Lz4), ("snappy", KafkaCompression.Snappy), ("zstd", KafkaCompression.Zstd)),
        OptionDefaults.Kafka.Compression, "How record batches are compressed.");

    public static readonly ValueKey<KafkaPartitioner> Partitioner = new("partitioner",
        Scalars.Choice(("murmur2", KafkaPartitioner.Murmur2), ("crc32", KafkaPartitioner.Crc32)), OptionDefaults.Kafka.Partitioner,
        "How a device becomes a partition: `murmur2` as Java's producers, `crc32` as librdkafka's own default.");

    public static readonly ValueKey<int> ReadingsPerDelivery = new("readings_per_delivery", Scalars.Integer(1, 1_000_000), OptionDefaults.Kafka.Limits.MaxReadingsPerDelivery, "Most readings under way at once.");

    public static readonly ValueKey<TimeSpan> Linger = new("linger", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromSeconds(10)), OptionDefaults.Kafka.Limits.Linger, "Least time between a lane's deliveries, unless `readings_per_delivery` readings wait.");

    public static readonly ValueKey<int> MaxRecordBytes = new("max_record_bytes", Scalars.Integer(1_000, 100_000_000), OptionDefaults.Kafka.Limits.MaxRecordBytes, "Largest record, key and value; not more than the topics' `max.message.bytes`.");

    public static readonly ValueKey<TimeSpan> StallTime = new("stall_time", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), OptionDefaults.Kafka.Limits.StallTime, "How long the brokers may confirm nothing before the lane says so.");

    public static readonly SectionKey Encryption = new("tls", Tls.Section, "TLS towards the brokers; without it the connection is plain.");

    public static readonly SectionKey Authentication = new("sasl", Sasl.Section, "SASL towards the brokers.");

    public static readonly SectionKey SchemaRegistry = new("schema_registry", Registry.Section, "A schema registry with Confluent's interface; records then have its prefix.");

    public static readonly NamedValuesKey<string> Properties = new("properties", Scalars.OptionalText(4096), "librdkafka properties by their own names; checked by librdkafka itself, shown nowhere.") { Secret = true };

    public static readonly Section Sink = new(
        "Kafka sink", SinkSchema.Name, SinkSchema.Type, Brokers, Topic, Format, ExactlyOnce, Compression, Partitioner, Headers, Encryption, Authentication, SchemaRegistry,
        Linger, ReadingsPerDelivery, MaxRecordBytes, StallTime, ClientId, Properties);
}
