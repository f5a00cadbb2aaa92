using HyperIngest.Kafka;
using HyperIngest.Protocols.Kafka;
using HyperIngest.Tests.Unit.Configuration;

namespace HyperIngest.Tests.Unit.KafkaSource;

public class KafkaSourceValidationTests
{
    private static readonly KafkaSourceOptions Good = new() { Name = "in", Group = "g", Topics = ["a.raw", "^b-.*"], Client = new KafkaClientOptions { Brokers = "h:9092" } };

    private const string Site = "journal: { path: /tmp/j }\nsources:\n  - { name: in, type: kafka, brokers: \"h:9092\", group: g, topics: [a.raw, \"^b-.*\"] }\n";

    [Fact]
    public void Good_options_have_no_errors() => Assert.Empty(KafkaSourceValidation.Check(Good));

    [Theory]
    [InlineData("group.id", "'group'")]
    [InlineData("auto.offset.reset", "'start'")]
    [InlineData("enable.auto.offset.store", "promises")]
    [InlineData("fetch.max.bytess", "fetch.max.bytess")]
    public void A_property_that_is_not_the_users_or_not_librdkafkas_is_refused(string property, string expected)
    {
        KafkaClientOptions client = Good.Client with { Properties = new Dictionary<string, string> { [property] = "true" } };
        Assert.Contains(expected, Assert.Single(KafkaSourceValidation.Check(Good with { Client = client })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_that_cannot_be_is_named() => Assert.Contains("'a b'", Assert.Single(KafkaSourceValidation.Check(Good with { Topics = ["a b"] })), StringComparison.Ordinal);

    [Fact]
    public void A_site_of_sources_alone_is_a_site()
    {
        KafkaSourceOptions source = Assert.Single(SiteText.Good(Site).KafkaSources);
        Assert.Equal(["a.raw", "^b-.*"], source.Topics);
        Assert.Equal(KafkaStart.Earliest, source.Start);
        Assert.Null(source.Format);
    }

    [Fact]
    public void A_wrong_property_in_a_site_is_an_error_without_connecting() =>
        Assert.Contains("fetch.max.bytess", SiteText.Error(Site.Replace("group: g", "group: g, properties: { fetch.max.bytess: 1 }", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void A_source_without_topics_is_an_error() =>
        Assert.Contains("topics", SiteText.Errors(Site.Replace("topics: [a.raw, \"^b-.*\"]", "topics: []", StringComparison.Ordinal))[0], StringComparison.Ordinal);
}
