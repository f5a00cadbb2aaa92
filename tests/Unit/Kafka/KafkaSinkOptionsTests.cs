using HyperIngest.Core.Delivery;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Kafka.Registry;

namespace HyperIngest.Tests.Unit.Kafka;

public class KafkaSinkOptionsTests
{
    private static readonly KafkaSinkOptions Good = new() { Client = new KafkaClientOptions { Brokers = "127.0.0.1:1" } };

    [Fact]
    public void The_defaults_are_right() => Assert.Null(KafkaSinkOptionsCheck.ProblemOf(Good));

    [Theory]
    [InlineData("linger.msx", "1", "linger.msx")]
    [InlineData("linger.ms", "soon", "linger.ms")]
    [InlineData("acks", "1", "'acks'")]
    [InlineData("transactional.id", "x", "use exactly_once")]
    [InlineData("message.timeout.ms", "1000", "use stall_time")]
    public void A_property_that_cannot_be_is_named(string name, string value, string says)
    {
        KafkaSinkOptions options = Good with { Client = Good.Client with { Properties = new Dictionary<string, string> { [name] = value } } };
        Assert.Contains(says, KafkaSinkOptionsCheck.ProblemOf(options), StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_kept()
    {
        Assert.Contains("MaxRecordBytes", KafkaSinkOptionsCheck.ProblemOf(Good with { Limits = new KafkaSinkLimits { MaxRecordBytes = 10 } }), StringComparison.Ordinal);
        Assert.Contains("Linger", KafkaSinkOptionsCheck.ProblemOf(Good with { Limits = new KafkaSinkLimits { Linger = TimeSpan.FromHours(1) } }), StringComparison.Ordinal);
        Assert.Contains("StallTime", KafkaSinkOptionsCheck.ProblemOf(Good with { Limits = new KafkaSinkLimits { StallTime = TimeSpan.Zero } }), StringComparison.Ordinal);
        Assert.Contains("MaxReadingsPerDelivery", KafkaSinkOptionsCheck.ProblemOf(Good with { Limits = new KafkaSinkLimits { MaxReadingsPerDelivery = 0 } }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://x", null, null, "no http or https address")]
    [InlineData("http://u:p@x", null, null, "keys of their own")]
    [InlineData("http://x", "u", null, "needs both")]
    public void A_registry_that_cannot_be_is_refused(string url, string? user, string? password, string says) =>
        Assert.Contains(says, KafkaSinkOptionsCheck.ProblemOf(Good with { Registry = new SchemaRegistryOptions { Url = url, User = user, Password = password } }), StringComparison.Ordinal);

    [Theory]
    [InlineData(KafkaErrorCode.TopicAuthorizationFailed, DeliveryVerdict.Stop, "Allow the sink's user")]
    [InlineData(KafkaErrorCode.LocalAuthentication, DeliveryVerdict.Stop, "user, password and mechanism")]
    [InlineData(KafkaErrorCode.UnknownTopicOrPartition, DeliveryVerdict.Stop, "Create the topic")]
    [InlineData(KafkaErrorCode.LocalAllBrokersDown, DeliveryVerdict.Retry, "broker connections")]
    [InlineData(KafkaErrorCode.NotEnoughReplicas, DeliveryVerdict.Retry, "replicas")]
    public void An_error_says_what_to_do_where_somebody_must(int code, DeliveryVerdict verdict, string says)
    {
        DeliveryOutcome outcome = KafkaErrors.OutcomeOf("topic t", new KafkaError(code));
        Assert.Equal(verdict, outcome.Verdict);
        Assert.Contains(says, outcome.Reason, StringComparison.Ordinal);
    }
}
