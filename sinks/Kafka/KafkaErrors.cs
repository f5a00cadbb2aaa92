using HyperIngest.Core.Delivery;
using HyperIngest.Kafka;

namespace HyperIngest.Sinks.Kafka;

/// <summary>What an error of librdkafka or a broker means for the delivery it met.</summary>
internal enum KafkaErrorKind : byte
{
    /// <summary>It passes: the same may be sent again.</summary>
    Passing,

    /// <summary>The record's fault, or that of another in its record batch: brokers refuse a batch as a whole.</summary>
    Record,

    /// <summary>Somebody must act.</summary>
    Stop,

    /// <summary>The producer can do nothing more and must be made anew.</summary>
    Fatal,

    /// <summary>Another producer has taken over this one's transactional id.</summary>
    Fenced,
}

/// <summary>Sorts errors by code (rd_kafka_resp_err_t; Kafka protocol, Error Codes). Texts are the library's and hold no secrets.</summary>
internal static class KafkaErrors
{
    /// <summary>The rule. What is not listed passes: librdkafka has tried by itself as long as it made sense, and the lane says what is wrong each time.</summary>
    public static KafkaErrorKind KindOf(int code) => code switch
    {
        KafkaErrorCode.MessageSizeTooLarge or KafkaErrorCode.RecordListTooLarge or KafkaErrorCode.InvalidRecord or KafkaErrorCode.InvalidTimestamp
            or KafkaErrorCode.PolicyViolation or KafkaErrorCode.InvalidMessage => KafkaErrorKind.Record,
        KafkaErrorCode.LocalAuthentication or KafkaErrorCode.SaslAuthenticationFailed or KafkaErrorCode.UnsupportedSaslMechanism or KafkaErrorCode.LocalTls
            or KafkaErrorCode.TopicAuthorizationFailed or KafkaErrorCode.ClusterAuthorizationFailed or KafkaErrorCode.GroupAuthorizationFailed
            or KafkaErrorCode.TransactionalIdAuthorizationFailed or KafkaErrorCode.UnknownTopicOrPartition or KafkaErrorCode.LocalUnknownTopic
            or KafkaErrorCode.InvalidTopic or KafkaErrorCode.UnsupportedCompressionType or KafkaErrorCode.UnsupportedVersion => KafkaErrorKind.Stop,
        KafkaErrorCode.LocalFatal => KafkaErrorKind.Fatal,
        KafkaErrorCode.LocalFenced or KafkaErrorCode.ProducerFenced or KafkaErrorCode.InvalidProducerEpoch => KafkaErrorKind.Fenced,
        _ => KafkaErrorKind.Passing,
    };

    /// <summary>The outcome of an error that is no record's fault: Retry, or Stop with what to do.</summary>
    /// <param name="what">What went wrong, such as <c>topic telemetry.raw</c>.</param>
    /// <param name="error">The error.</param>
    public static DeliveryOutcome OutcomeOf(string what, KafkaError error) =>
        KindOf(error.Code) == KafkaErrorKind.Stop ? DeliveryOutcome.Stop($"{what}: {error}{Advice(error.Code)}") : DeliveryOutcome.Retry($"{what}: {error}");

    private static string Advice(int code) => code switch
    {
        KafkaErrorCode.LocalAuthentication or KafkaErrorCode.SaslAuthenticationFailed or KafkaErrorCode.UnsupportedSaslMechanism =>
            ". Look at user, password and mechanism in the sink's sasl",
        KafkaErrorCode.LocalTls => ". Look at the sink's tls (ca_file) and at the brokers' certificates",
        KafkaErrorCode.TopicAuthorizationFailed => ". Allow the sink's user to Write and Describe the topic (and to Create it, where it is not made for it)",
        KafkaErrorCode.ClusterAuthorizationFailed => ". Allow the sink's user IdempotentWrite on the cluster",
        KafkaErrorCode.GroupAuthorizationFailed => ". Allow the sink's user to Read the group in which exactly_once keeps the cursor: NODE.SINK.SHARD",
        KafkaErrorCode.TransactionalIdAuthorizationFailed => ". Allow the sink's user to Write and Describe the transactional id NODE.SINK.SHARD",
        KafkaErrorCode.UnknownTopicOrPartition or KafkaErrorCode.LocalUnknownTopic => ". Create the topic, or let the brokers make it (auto.create.topics.enable)",
        KafkaErrorCode.InvalidTopic => ". Choose another topic for the sink",
        KafkaErrorCode.UnsupportedCompressionType => ". Choose another compression for the sink",
        _ => "",
    };
}
