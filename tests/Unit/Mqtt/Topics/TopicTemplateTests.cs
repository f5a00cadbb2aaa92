using System.Text;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Tests.Unit.Mqtt.Topics;

public class TopicTemplateTests
{
    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("{site}/{line}/{device}/{tag}", "+/+/+/+")]
    [InlineData("plant/sensor-{device}/value", "plant/+/value")]
    [InlineData("plant/{device}/{tag#}", "plant/+/#")]
    [InlineData("+/{a}-{b}/#", "+/+/#")]
    [InlineData("/a//{x}", "/a//+")]
    public void The_filter_has_wildcards_for_captures(string template, string filter) => Assert.Equal(filter, Parse(template).Filter);

    [Theory]
    [InlineData("a/b", "a/b", "")]
    [InlineData("{site}/{device}", "north/press", "site=north device=press")]
    [InlineData("x/sensor-{device}/v", "x/sensor-17/v", "device=17")]
    [InlineData("x/{device}.csv", "x/a.b.csv", "device=a.b")]
    [InlineData("{a}-{b}", "1-2-3", "a=1 b=2-3")]
    [InlineData("s{a}--{b}e", "s1-2--3-e", "a=1-2 b=3-")]
    [InlineData("p/{device}/{tag#}", "p/d/a/b/c", "device=d tag=a/b/c")]
    [InlineData("p/{tag#}", "p/", "tag=")]
    [InlineData("p/#", "p", "")]
    [InlineData("p/#", "p/a/b", "")]
    [InlineData("+/{b}", "/x", "b=x")]
    [InlineData("{a}/{b}", "ü/ß", "a=ü b=ß")]
    [InlineData("$SYS/{x}", "$SYS/load", "x=load")]
    public void Topics_are_matched_and_captured(string template, string topic, string expected) => Assert.Equal(expected, Match(template, topic));

    [Theory]
    [InlineData("a/b", "a/c")]
    [InlineData("a/b", "a/b/c")]
    [InlineData("a/b/c", "a/b")]
    [InlineData("a/+", "a/b/c")]
    [InlineData("a/+", "a")]
    [InlineData("p/{tag#}", "p")]
    [InlineData("x/sensor-{device}", "x/sensing-1")]
    [InlineData("aa{x}aa", "aaa")]
    [InlineData("{a}--{b}", "1-2")]
    [InlineData("#", "$SYS/load")]
    [InlineData("+/load", "$SYS/load")]
    [InlineData("{x}/load", "$SYS/load")]
    public void Other_topics_are_not(string template, string topic) => Assert.Null(Match(template, topic));

    [Theory]
    [InlineData("", "topic is empty")]
    [InlineData("a/b#", "level 'b#' has a '+' or '#' beside other characters")]
    [InlineData("a/#/b", "'#' stands before other levels")]
    [InlineData("a/{x#}/b", "'{x#}' stands before other levels")]
    [InlineData("a/b{x#}", "is a level by itself")]
    [InlineData("a/{x", "opens '{' and does not close it")]
    [InlineData("a/x}", "closes a '}' that it did not open")]
    [InlineData("a/{}", "captures '', which is no name")]
    [InlineData("a/{x y}", "captures 'x y', which is no name")]
    [InlineData("{x}/{x}", "'{x}' stands twice")]
    [InlineData("{x}{y}", "two captures side by side")]
    [InlineData("{member}", "the name for what a payload calls its values")]
    [InlineData("$share/g/a", "write the topic alone and the group as group")]
    [InlineData("a/\0", "NUL")]
    public void What_is_wrong_with_a_template_is_said(string template, string error)
    {
        Assert.Null(TopicTemplate.TryParse(template, out string found));
        Assert.Contains(error, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/{devise}", "{device}", "device '{device}' refers to {device}, which topic 'a/{devise}' does not capture; known are {devise}; did you mean 'devise'?")]
    [InlineData("a/b", "{device}", "the topic captures no names")]
    [InlineData("a/{device}", "{device", "has a '{' without its other half")]
    [InlineData("a/{device}", "device}", "has a '}' without its other half")]
    [InlineData("a/{device}", "", "device is empty")]
    public void What_is_wrong_with_a_name_is_said(string topic, string device, string error) =>
        Assert.Contains(MqttRuleValidation.Check(new MqttRuleOptions { Topic = topic, Device = device, Tag = "t" }), e => e.Contains(error, StringComparison.Ordinal));

    [Fact]
    public void Templates_that_are_not_valid_never_throw()
    {
        Random random = new(5);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "ab/{}#+-$ü"[random.Next(10)]));
            TopicTemplate? template = TopicTemplate.TryParse(text, out string error);
            Assert.Equal(template is null, error.Length > 0);
            if (template is null) continue;
            // What a filter of the template's own literals brings, the template takes.
            string topic = string.Join('/', template.Filter.Split('/').Select(l => l is "+" or "#" ? "" : l));
            template.TryMatch(Encoding.UTF8.GetBytes(topic), new Range[TopicTemplate.MaxCaptures]);
        }
    }

    private static TopicTemplate Parse(string text)
    {
        TopicTemplate? template = TopicTemplate.TryParse(text, out string error);
        Assert.Equal("", error);
        return template!;
    }

    private static string? Match(string text, string topic)
    {
        TopicTemplate template = Parse(text);
        Range[] captures = new Range[TopicTemplate.MaxCaptures];
        byte[] bytes = Encoding.UTF8.GetBytes(topic);
        if (!template.TryMatch(bytes, captures)) return null;
        return string.Join(' ', template.Captures.Select((name, i) => $"{name}={Encoding.UTF8.GetString(bytes.AsSpan()[captures[i]])}"));
    }
}
