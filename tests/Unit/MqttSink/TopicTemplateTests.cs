using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Mqtt.Uns;

namespace HyperIngest.Tests.Unit.MqttSink;

public class TopicTemplateTests
{
    private static readonly SeriesDefinition Series = new("hall-1/press-7", "oil.temperature", ValueKind.Float64, "degC", Tenant: "acme", Classification: Classification.Alarm);

    private static string? Expand(string template, SeriesDefinition series, MqttSlash slash = MqttSlash.Levels)
    {
        TopicTemplate? parsed = TopicTemplate.Parse(template, slash, out string? problem);
        Assert.True(parsed is not null, problem);
        return parsed.Expand("edge-1", series, out _) is { } topic ? Encoding.UTF8.GetString(topic) : null;
    }

    [Fact]
    public void Every_place_is_filled() =>
        Assert.Equal("x/acme/hall-1/press-7/oil.temperature-degC/alarm/edge-1", Expand("x/{tenant}/{device}/{tag}-{unit}/{classification}/{node}", Series));

    [Fact]
    public void A_slash_in_a_name_is_a_level_or_becomes_an_underscore()
    {
        Assert.Equal("hall-1/press-7/t", Expand("{device}/{tag}", Series with { Tag = "t" }));
        Assert.Equal("hall-1_press-7/t", Expand("{device}/{tag}", Series with { Tag = "t" }, MqttSlash.Replace));
    }

    [Theory]
    [InlineData("a+b", "a_b/t")]
    [InlineData("#", "_/t")]
    [InlineData("a\0b\u0007c\u0085", "a_b_c_/t")]
    [InlineData("\uFDD0\uFFFE", "__/t")]
    [InlineData("$SYS", "_SYS/t")]
    [InlineData("Ölpumpe 泵", "Ölpumpe 泵/t")]
    public void What_a_topic_may_not_have_becomes_an_underscore(string device, string topic) => Assert.Equal(topic, Expand("{device}/{tag}", new SeriesDefinition(device, "t")));

    [Fact]
    public void A_level_that_is_empty_goes_away_with_its_slash()
    {
        Assert.Equal("d/t", Expand("{tenant}/{device}/{tag}", new SeriesDefinition("d", "t")));
        Assert.Equal("d/t", Expand("{device}/{tag}/{unit}", new SeriesDefinition("d", "t")));
        Assert.Equal("d/x/t", Expand("{device}/x{unit}/{tag}", new SeriesDefinition("d", "t")));
    }

    [Fact]
    public void A_series_own_topic_goes_before_the_template() => Assert.Equal("own/topic_", Expand("{device}/{tag}", Series with { Topic = "own/topic+" }));

    [Fact]
    public void A_topic_that_is_too_long_is_none() => Assert.Null(Expand("{device}/{device}/{device}/{device}/{device}/{device}/{tag}", new SeriesDefinition(new string('泵', 4096), "t")));

    [Theory]
    [InlineData("", "at least one character")]
    [InlineData("a/{device}/+", "'+'")]
    [InlineData("a/{device}/#", "'#'")]
    [InlineData("a/{devise}/{tag}", "'{devise}' is none of")]
    [InlineData("a/{device", "'{device' is none of")]
    [InlineData("$SYS/{device}", "broker's own")]
    [InlineData("plant/values", "one topic")]
    public void A_template_that_cannot_be_is_refused(string template, string says)
    {
        Assert.Null(TopicTemplate.Parse(template, MqttSlash.Levels, out string? problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        MqttSinkOptions good = MqttSinkRig.Options;
        Assert.Null(MqttSinkOptionsCheck.ProblemOf(good));
        Assert.Contains("MaxInFlight", MqttSinkOptionsCheck.ProblemOf(good with { Limits = new MqttSinkLimits { MaxInFlight = 0 } }), StringComparison.Ordinal);
        Assert.Contains("qos is 2", MqttSinkOptionsCheck.ProblemOf(good with { Uns = new MqttUnsOptions { Qos = MqttQos.ExactlyOnce } }), StringComparison.Ordinal);
        MqttSinkOptions edge = good with { Mode = MqttSinkMode.Sparkplug };
        Assert.Null(MqttSinkOptionsCheck.ProblemOf(edge));
        Assert.Contains("'/'", MqttSinkOptionsCheck.ProblemOf(edge with { Sparkplug = new MqttEdgeNodeOptions { Group = "a/b" } }), StringComparison.Ordinal);
        Assert.Contains("MaxMetricsPerMessage", MqttSinkOptionsCheck.ProblemOf(edge with { Sparkplug = new MqttEdgeNodeOptions { MaxMetricsPerMessage = 0 } }), StringComparison.Ordinal);
    }
}
