using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Sinks.Kafka;

namespace HyperIngest.Tests.Unit.Kafka;

public class TopicTests
{
    [Theory]
    [InlineData("{classification}.raw", "", "telemetry.raw")]
    [InlineData("{tenant}.{classification}", "acme", "acme.telemetry")]
    [InlineData("{tenant}.{classification}", "", "default.telemetry")]
    [InlineData("plant-{node}_x", "", "plant-edge-1_x")]
    [InlineData("{tenant}", "a b/c", "a_b_c")]
    public void A_template_is_filled_in(string template, string tenant, string expected) =>
        Assert.Equal(expected, TopicTemplate.Parse(template, out _)!.Expand("edge-1", tenant, Classification.Telemetry, out _));

    [Theory]
    [InlineData("", "at least one character")]
    [InlineData("a/b", "'/'")]
    [InlineData("a}", "'}'")]
    [InlineData("{device}.raw", "'{device}' is none of")]
    [InlineData("{tenant", "'{tenant' is none of")]
    [InlineData("..", "cannot be")]
    public void What_can_be_no_topic_is_refused(string template, string says)
    {
        Assert.Null(TopicTemplate.Parse(template, out string? problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_that_becomes_too_long_is_refused()
    {
        Assert.Null(TopicTemplate.Parse("{tenant}", out _)!.Expand("n", new string('a', 250), Classification.Log, out string? problem));
        Assert.Contains("250 characters", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_tenants_never_meet_in_one_topic()
    {
        TopicNames names = new("kafka", TopicTemplate.Parse("{tenant}.raw", out _)!);
        Assert.Equal("a_b.raw", names.Of("n", "a/b", Classification.Log));
        Assert.Equal("a_b.raw", names.Of("n", "a/b", Classification.Alarm));
        SinkException refused = Assert.Throws<SinkException>(() => names.Of("n", "a b", Classification.Log));
        Assert.Equal(DeliveryVerdict.Stop, refused.Outcome.Verdict);
        Assert.Contains("'a/b' and 'a b'", refused.Message, StringComparison.Ordinal);
    }
}
