using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Protocols.Mqtt.Topics;
using HyperIngest.Tests.Unit.Mqtt.Payloads;

namespace HyperIngest.Tests.Unit.Mqtt.Topics;

public class TopicRouterTests
{
    [Fact]
    public void The_first_rule_that_a_topic_matches_has_it()
    {
        PayloadRig rig = new(
            new MqttRuleOptions { Topic = "a/{device}/special", Tag = "special", Payload = new MqttTextPayload { Kind = MqttValueKind.Text } },
            new MqttRuleOptions { Topic = "a/{device}/{tag}" });
        for (int again = 0; again < 2; again++)
        {
            Assert.Null(rig.Decode("a/d/special", "1"));
            Assert.Equal("d/special='1'", rig.Text());
            Assert.Null(rig.Decode("a/d/other", "1"));
            Assert.Equal("d/other=1", rig.Text());
        }
        Assert.Equal(2, rig.Router.KnownTopics);
        Assert.Equal("no rule takes its topic", rig.Decode("b/d/other", "1"));
    }

    [Fact]
    public void Series_have_the_names_and_traits_of_their_rule()
    {
        PayloadRig rig = new(new MqttRuleOptions
        {
            Topic = "{enterprise}/{site}/{line}/m-{machine}/{path#}",
            Device = "{site}.{machine}",
            Tag = "{line}/{path}",
            Tenant = "{enterprise}",
            Unit = "bar",
            Classification = Classification.Alarm,
        });
        Assert.Null(rig.Decode("acme/north/l1/m-7/hydraulics/oil", "1"));
        SeriesDefinition series = rig.Catalog[0];
        Assert.Equal(new SeriesDefinition("north.7", "l1/hydraulics/oil", ValueKind.Float64, "bar", "", "acme", Classification.Alarm), series);
        rig.Readings.Group(0, out string device);
        Assert.Same(rig.Catalog.DeviceOf(0), device);
    }

    [Fact]
    public void A_series_of_another_tenant_is_not_written_to()
    {
        PayloadRig rig = new(new MqttRuleOptions { Topic = "{tenant}/{device}/{tag}", Tenant = "{tenant}" });
        Assert.Null(rig.Decode("acme/press/oil", "1"));
        Assert.Contains("is in the catalog with tenant 'acme' and this topic's tenant is 'other'", rig.Decode("other/press/oil", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_levels_make_no_series() => Assert.Contains("empty name", PayloadRig.Of(new MqttJsonPayload()).Decode("plant//oil", "1"), StringComparison.Ordinal);

    [Fact]
    public void Past_the_limit_topics_are_decoded_and_not_remembered()
    {
        PayloadRig rig = new([new MqttRuleOptions { Topic = PayloadRig.Topic }], 100, maxTopics: 2);
        for (int again = 0; again < 2; again++)
        {
            for (int i = 0; i < 4; i++)
            {
                Assert.Null(rig.Decode($"plant/d/{i}", $"{i}"));
                Assert.Equal($"d/{i}={i}", rig.Text());
            }
        }
        Assert.Equal(2, rig.Router.KnownTopics);
        Assert.Equal(4, rig.Router.Unremembered);
        Assert.Equal(4, rig.Catalog.Count);
    }

    [Fact]
    public void Past_the_limit_new_series_are_refused_and_known_ones_go_on()
    {
        PayloadRig rig = new([new MqttRuleOptions { Topic = PayloadRig.Topic }], maxNewSeries: 1);
        Assert.Null(rig.Decode("plant/d/a", "1"));
        Assert.Contains("after 1 of them", rig.Decode("plant/d/b", "1"), StringComparison.Ordinal);
        Assert.Null(rig.Decode("plant/d/a", "2"));
        Assert.Equal(1, rig.Registrar.Refused);
        Assert.Equal(1, rig.Router.KnownTopics);
    }

    [Fact]
    public void Long_topics_are_not_remembered()
    {
        PayloadRig rig = new(new MqttRuleOptions { Topic = "plant/{device}/{tag}/#" });
        Assert.Null(rig.Decode("plant/d/a/" + new string('x', 2000), "1"));
        Assert.Equal(0, rig.Router.KnownTopics);
        Assert.Equal(1, rig.Router.Unremembered);
    }

    [Fact]
    public void Rules_subscribe_to_what_no_other_brings()
    {
        PayloadRig rig = new(
            new MqttRuleOptions { Topic = "a/{device}/special", Tag = "x" },
            new MqttRuleOptions { Topic = "a/{device}/{tag#}" },
            new MqttRuleOptions { Topic = "a/+/{tag}/{device}", Qos = MqttQos.ExactlyOnce },
            new MqttRuleOptions { Topic = "b/{device}/{tag}", Group = "g", Qos = MqttQos.AtMostOnce },
            new MqttRuleOptions { Topic = "b/{tag}/{device}", Group = "g" });
        Assert.Equal(
            [
                new MqttSubscription("a/+/#", MqttQos.AtLeastOnce),
                new MqttSubscription("a/+/+/+", MqttQos.ExactlyOnce),
                new MqttSubscription("$share/g/b/+/+", MqttQos.AtLeastOnce),
            ],
            rig.Router.Subscriptions);
    }

    [Theory]
    [InlineData("#", "a/b", true)]
    [InlineData("#", "$SYS/a", false)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/+", "a/b", true)]
    [InlineData("a/+", "a/#", false)]
    [InlineData("a/+/#", "a/#", false)]
    [InlineData("a/#", "a/+/#", true)]
    [InlineData("a/b", "a/+", false)]
    [InlineData("a/+", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    public void A_filter_covers_another(string wide, string narrow, bool expected) => Assert.Equal(expected, TopicFilters.Covers(wide, narrow));

    [Fact]
    public void Sparkplug_has_its_own_decoder()
    {
        Host host = new();
        MqttRuleOptions[] rules = [new MqttRuleOptions { Topic = "spBv1.0/#", Payload = new MqttSparkplugPayload() }, new MqttRuleOptions { Topic = PayloadRig.Topic }];
        PayloadRig rig = new(rules, 10, sparkplug: host);
        Assert.Null(rig.Decode("spBv1.0/g/DDATA/n/d", "x"));
        Assert.Null(rig.Decode("spBv1.0/g/DDATA/n/d", "x"));
        Assert.Equal("no", rig.Decode("spBv1.0/g/DDATA/n/d", ""));
        Assert.Equal(3, host.Messages);
        Assert.Contains("there is no decoder", Assert.Throws<ArgumentException>(() => new PayloadRig(rules)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_rules_is_said_with_the_rule()
    {
        MqttRuleOptions[] rules =
        [
            new MqttRuleOptions { Topic = "a/{device}/{tag}", Qos = (MqttQos)3 },
            new MqttRuleOptions { Topic = "a/{device}/{tag}", Group = "g/h" },
            new MqttRuleOptions { Topic = "b/{device}", Payload = new MqttJsonPayload { Shape = MqttJsonShape.Members, Time = "q", Quality = "q" } },
            new MqttRuleOptions { Topic = "c/{device}", Tag = "t", Payload = new MqttJsonPayload { Shape = MqttJsonShape.Items } },
            new MqttRuleOptions { Topic = "d/{device}/{tag}", Payload = new MqttSparkplugPayload() },
            new MqttRuleOptions { Topic = "e/{device}", Payload = new MqttBinaryPayload { Fields = [new MqttBinaryField { Tag = "x", Bit = 8 }, new MqttBinaryField { Tag = "x.1", Offset = -1 }, new MqttBinaryField { Tag = "x", Count = 2 }] } },
            new MqttRuleOptions { Topic = "f/#/g" },
        ];
        string errors = string.Join('\n', MqttRuleValidation.Check(rules));
        string[] expected =
        [
            "rule 'a/{device}/{tag}': qos 3; 0, 1 and 2 are accepted",
            "rule 'a/{device}/{tag}': group 'g/h'",
            "rule 'a/{device}/{tag}': the topic is that of a rule before it",
            "rule 'b/{device}': path 'q' is given for 2 things",
            "rule 'c/{device}': tag 't' does not have {member}",
            "rule 'd/{device}/{tag}': the payload is Sparkplug B and the topic is outside of its namespace",
            "rule 'd/{device}/{tag}': it captures {device}",
            "rule 'e/{device}': field 'x': bit 8 with type Float32",
            "rule 'e/{device}': field 'x': bit 8; 0 to 7 are accepted",
            "rule 'e/{device}': field 'x.1': offset -1; 0 to 1048575 are accepted",
            "rule 'e/{device}': field 'x': tag 'x.1' is used twice",
            "topic 'f/#/g': '#' stands before other levels",
        ];
        Assert.All(expected, e => Assert.Contains(e, errors, StringComparison.Ordinal));
        Assert.Equal(expected.Length, errors.Split('\n').Length);
    }

    private sealed class Host : IMessageDecoder
    {
        public int Messages { get; private set; }

        public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into)
        {
            Messages++;
            return message.Payload.IsEmpty ? "no" : null;
        }
    }
}
