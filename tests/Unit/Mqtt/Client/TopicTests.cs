using System.Text;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Client;

public sealed class TopicTests
{
    [Theory]
    [InlineData("a", true, true)]
    [InlineData("/", true, true)]
    [InlineData("a//b/ ", true, true)]
    [InlineData("", false, false)]
    [InlineData("a\0", false, false)]
    [InlineData("+", false, true)]
    [InlineData("#", false, true)]
    [InlineData("a/+/b/#", false, true)]
    [InlineData("a+", false, false)]
    [InlineData("a/b#", false, false)]
    [InlineData("a/#/b", false, false)]
    [InlineData("$share/g/a/#", false, true)]
    [InlineData("$share/g/", true, false)]
    [InlineData("$share/g", true, false)]
    [InlineData("$share//a", true, false)]
    [InlineData("$share/+/a", false, false)]
    public void Names_and_filters_are_told_from_what_is_neither(string text, bool name, bool filter) => Assert.Equal((name, filter), (MqttTopic.IsName(text), MqttTopic.IsFilter(text)));

    [Fact]
    public void Half_a_surrogate_is_no_text() => Assert.Equal((false, false), (MqttTopic.IsName("a/\ud800"), MqttTopic.IsFilter("a/\ud800")));

    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+", "a/", true)]
    [InlineData("a/+", "a", false)]
    [InlineData("+", "/a", false)]
    [InlineData("/+", "/a", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("a/#", "ab", false)]
    [InlineData("#", "a/b", true)]
    [InlineData("#", "$SYS/x", false)]
    [InlineData("+/x", "$SYS/x", false)]
    [InlineData("$SYS/#", "$SYS/x", true)]
    [InlineData("$share/g/a/+", "a/b", true)]
    public void Filters_match_by_level(string filter, string topic, bool matches) => Assert.Equal(matches, MqttTopic.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic)));
}
