using HyperIngest.Core.Records;
using HyperIngest.Host.Commands;
using HyperIngest.Host.Configuration;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Kafka.Registry;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.Unit.Configuration;

public class KafkaSinkBindingTests
{
    private const string Rest = SiteText.Journal + SiteText.Device;

    [Fact]
    public void A_sink_with_nothing_but_the_required_has_the_defaults()
    {
        KafkaSinkOptions sink = Assert.Single(SiteText.Good(Rest + "sinks: [ { name: k, type: kafka, brokers: \"b:9092\" } ]\n").KafkaSinks);
        KafkaSinkOptions expected = new() { Name = "k", Client = new KafkaClientOptions { Brokers = "b:9092", Properties = sink.Client.Properties } };
        Assert.Equal(expected, sink);
        Assert.Empty(sink.Client.Properties);
    }

    [Fact]
    public void Every_key_is_bound()
    {
        KafkaSinkOptions sink = Assert.Single(SiteText.Good(Rest + """
            sinks:
              - name: k
                type: kafka
                brokers: b1:9093,b2:9093
                client_id: edge
                topic: "{tenant}.{classification}"
                format: protobuf
                exactly_once: true
                headers: always
                compression: zstd
                partitioner: crc32
                linger: 50ms
                readings_per_delivery: 1000
                max_record_bytes: 500000
                stall_time: 3s
                tls: { verify: false }
                sasl: { mechanism: scram-sha-256, user: u, password: "${KAFKA_PASSWORD}" }
                schema_registry: { url: "https://r", user: a, password: b, subject: topic-record, timeout: 2s }
                properties: { socket.timeout.ms: 5000 }
            """, ("KAFKA_PASSWORD", "s3cret")).KafkaSinks);
        Assert.Equal(
            new KafkaSinkOptions
            {
                Name = "k",
                Client = new KafkaClientOptions
                {
                    Brokers = "b1:9093,b2:9093",
                    ClientId = "edge",
                    Tls = new KafkaTlsOptions { Verify = false },
                    Sasl = new KafkaSaslOptions { Mechanism = KafkaSaslMechanism.ScramSha256, User = "u", Password = "s3cret" },
                    Properties = sink.Client.Properties,
                },
                Topic = "{tenant}.{classification}",
                Format = RecordFormat.Protobuf,
                Guarantee = KafkaGuarantee.ExactlyOnce,
                Headers = KafkaHeaderUse.Always,
                Compression = KafkaCompression.Zstd,
                Partitioner = KafkaPartitioner.Crc32,
                Registry = new SchemaRegistryOptions { Url = "https://r", User = "a", Password = "b", Subject = SubjectStrategy.TopicRecord, Timeout = TimeSpan.FromSeconds(2) },
                Limits = new KafkaSinkLimits { Linger = TimeSpan.FromMilliseconds(50), MaxReadingsPerDelivery = 1000, MaxRecordBytes = 500_000, StallTime = TimeSpan.FromSeconds(3) },
            },
            sink);
        Assert.Equal([new("socket.timeout.ms", "5000")], sink.Client.Properties);
    }

    [Theory]
    [InlineData("brokers: b, properties: { linger.msx: 5 }", "sinks[0].properties: The Kafka property 'linger.msx' was refused by librdkafka")]
    [InlineData("brokers: b, properties: { linger.ms: soon }", "sinks[0].properties: The Kafka property 'linger.ms' was refused by librdkafka")]
    [InlineData("brokers: b, properties: { acks: 1 }", "sinks[0].properties: The Kafka property 'acks' is set by hyperingest")]
    [InlineData("brokers: b, properties: { transactional.id: x }", "use exactly_once")]
    [InlineData("brokers: b, topic: \"{device}.raw\"", "sinks[0].topic: topic '{device}.raw': '{device}' is none of")]
    [InlineData("brokers: b, connection: x", "unknown key 'connection'")]
    [InlineData("brokers: b, format: columnar, schema_registry: { url: \"http://r\" }", "columnar records have no schema")]
    [InlineData("topic: t", "sinks[0].brokers: missing")]
    public void What_cannot_be_is_refused_without_connecting(string keys, string says) =>
        Assert.Contains(says, SiteText.Error(Rest + $"sinks: [ {{ name: k, type: kafka, {keys} }} ]\n"), StringComparison.Ordinal);

    [Fact]
    public void A_propertys_value_is_shown_nowhere() =>
        Assert.DoesNotContain("s3cret", SiteText.Error(Rest + "sinks: [ { name: k, type: kafka, brokers: b, properties: { sasl.passwort: s3cret } } ]\n"), StringComparison.Ordinal);

    [Fact]
    public void A_type_that_is_not_known_is_the_only_thing_reported() =>
        Assert.Contains("sinks[0].type: expected one of postgres, kafka, mqtt, found 'kafak'", SiteText.Error(Rest + "sinks: [ { name: k, type: kafak, brokers: b } ]\n"), StringComparison.Ordinal);

    [Fact]
    public void Sinks_of_one_name_are_refused_across_types() =>
        Assert.Contains("sink 's' is there already", SiteText.Error(Rest + "sinks: [ { name: s, type: postgres, connection: \"Host=h\" }, { name: s, type: kafka, brokers: b } ]\n"), StringComparison.Ordinal);

    [Fact]
    public void The_sample_is_free_of_errors_and_warnings()
    {
        ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "kafka.yaml"));
        Assert.Empty(result.Problems);
        Assert.Equal(["stream (kafka, json into {classification}.raw)"], SiteSummary.Of(result.Value!).Sinks);
    }
}
