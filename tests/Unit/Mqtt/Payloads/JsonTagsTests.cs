using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

public class JsonTagsTests
{
    private static readonly MqttJsonPayload Members = new() { Shape = MqttJsonShape.Members };
    private static readonly MqttJsonPayload Items = new() { Shape = MqttJsonShape.Items };

    [Theory]
    [InlineData("""{"a":1,"b":true,"c":"on"}""", "press/a=1 press/b=true press/c='on'")]
    [InlineData("""{"motor":{"speed":2,"bearing":{"temp":3}},"on":false}""", "press/motor.speed=2 press/motor.bearing.temp=3 press/on=false")]
    [InlineData("""{"a":1,"timestamp":1763740800123,"quality":"uncertain"}""", "press/a=1!Uncertain@2025-11-21T16:00:00.123")]
    [InlineData("""{"a":1,"b":2,"a":3}""", "press/a=3 press/b=2")]
    [InlineData("{}", "")]
    public void Every_scalar_member_is_a_tag(string payload, string expected)
    {
        PayloadRig rig = PayloadRig.OfDevice(Members);
        for (int again = 0; again < 2; again++)
        {
            Assert.Null(rig.Decode("plant/press", payload));
            Assert.Equal(expected, rig.Text());
        }
    }

    [Fact]
    public void Arrays_and_nulls_of_no_kind_are_passed_over_and_counted()
    {
        PayloadRig rig = PayloadRig.OfDevice(Members);
        Assert.Null(rig.Decode("plant/press", """{"a":[1,2],"b":null,"c":1}"""));
        Assert.Equal("press/c=1", rig.Text());
        Assert.Equal(2, rig.Readings.Skipped);
        Assert.Null(rig.Decode("plant/press", """{"c":null}"""));
        Assert.Equal("press/c=0!Bad", rig.Text());
    }

    [Fact]
    public void A_topic_that_names_a_tag_names_it_in_front()
    {
        PayloadRig rig = PayloadRig.Of(Members);
        Assert.Null(rig.Decode("plant/press/oil", """{"temp":1}"""));
        Assert.Equal("press/oil.temp=1", rig.Text());
    }

    [Fact]
    public void One_unfit_member_is_named_and_nothing_of_the_message_counts()
    {
        PayloadRig rig = PayloadRig.OfDevice(Members);
        Assert.Null(rig.Decode("plant/press", """{"a":1,"b":2}"""));
        Assert.Contains("tag 'b': its value 'x'", rig.Decode("plant/press", """{"a":1,"b":"x"}"""), StringComparison.Ordinal);
        Assert.Null(rig.Decode("plant/press", """{"b":3,"a":4}"""));
        Assert.Equal("press/b=3 press/a=4", rig.Text());
    }

    [Theory]
    [InlineData("", """[{"tag":"a","value":1},{"tag":"b","value":true,"timestamp":1763740800123}]""", "press/a=1 press/b=true@2025-11-21T16:00:00.123")]
    [InlineData("", """[{"tag":"a","value":1,"timestamp":1},{"tag":"a","value":2,"timestamp":2}]""", "press/a=1@1970-01-01T00:00:01 press/a=2@1970-01-01T00:00:02")]
    [InlineData("", "[]", "")]
    [InlineData("values", """{"values":[{"tag":"a","value":1},{"tag":"b","value":2,"quality":192}],"timestamp":5,"quality":0}""", "press/a=1!Bad@1970-01-01T00:00:05 press/b=2@1970-01-01T00:00:05")]
    [InlineData("data.values", """{"data":{"values":[{"tag":"a","extra":{"x":[1]},"value":1}],"timestamp":9},"timestamp":5}""", "press/a=1@1970-01-01T00:00:05")]
    [InlineData("values", """{"values":[{"tag":"a","value":1}],"values":[{"tag":7,"value":2}]}""", "press/7=2")]
    public void Items_of_an_array_are_readings(string path, string payload, string expected)
    {
        PayloadRig rig = PayloadRig.OfDevice(Items with { Items = path });
        for (int again = 0; again < 2; again++)
        {
            Assert.Null(rig.Decode("plant/press", payload));
            Assert.Equal(expected, rig.Text());
        }
    }

    [Fact]
    public void Names_behind_the_array_are_under_the_objects_they_are_in()
    {
        PayloadRig rig = PayloadRig.OfDevice(Items with { Items = "data.values", Time = "data.ts" });
        Assert.Null(rig.Decode("plant/press", """{"data":{"values":[{"tag":"a","value":1}],"ts":5}}"""));
        Assert.Equal("press/a=1@1970-01-01T00:00:05", rig.Text());
    }

    [Theory]
    [InlineData("", """[{"value":1}]""", "item 0 of its array: it has no member 'tag'")]
    [InlineData("", """[{"tag":"a","value":1},{"tag":"b"}]""", "item 1 of its array: it has no member 'value'")]
    [InlineData("", """[{"tag":"a","value":1},{}]""", "item 1 of its array: it has no member 'tag'")]
    [InlineData("", "[1]", "item 0 of its array is a Number; an object is expected")]
    [InlineData("", """{"tag":"a","value":1}""", "an array of items is expected")]
    [InlineData("values", """{"value":[]}""", "it has no array 'values'")]
    [InlineData("", """[{"tag":"","value":1}]""", "empty name")]
    [InlineData("", """[{"tag":true,"value":1}]""", "its tag is 'true'")]
    public void What_is_wrong_with_an_item_is_said(string path, string payload, string reason) =>
        Assert.Contains(reason, PayloadRig.OfDevice(Items with { Items = path }).Decode("plant/press", payload), StringComparison.Ordinal);

    [Fact]
    public void Limits_of_new_series_are_said_with_the_series()
    {
        PayloadRig rig = new([new MqttRuleOptions { Topic = "plant/{device}", Payload = Members }], maxNewSeries: 1);
        Assert.Contains("series 'press/b': it would be a new series, after 1", rig.Decode("plant/press", """{"a":1,"b":1}"""), StringComparison.Ordinal);
        Assert.Null(rig.Decode("plant/press", """{"a":1}"""));
    }

    [Fact]
    public void Long_paths_are_refused_before_they_fill_the_memory()
    {
        PayloadRig rig = PayloadRig.OfDevice(Members);
        string name = new('n', 5000);
        Assert.Contains("has more than 4096 bytes", rig.Decode("plant/press", $$"""{"a":{"{{name}}":1}}"""), StringComparison.Ordinal);
        string many = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"{i}\":1"));
        Assert.Contains("too long together", rig.Decode("plant/press", $$"""{"{{new string('n', 4000)}}":{{{many}}}}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Members_are_limited() =>
        Assert.Contains("more than 262144 values", PayloadRig.OfDevice(Members).Decode("plant/press", "{" + string.Join(',', Enumerable.Repeat("\"a\":1", 262_145)) + "}"), StringComparison.Ordinal);

    [Fact]
    public void Kind_of_new_series_can_be_configured()
    {
        PayloadRig rig = PayloadRig.OfDevice(Members with { Kind = MqttValueKind.Int64 });
        Assert.Null(rig.Decode("plant/press", """{"a":1,"b":null}"""));
        Assert.Equal("press/a=1 press/b=0!Bad", rig.Text());
        Assert.Equal(ValueKind.Int64, rig.Catalog.KindOf(1));
    }
}
