using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

public class TextPayloadTests
{
    [Theory]
    [InlineData(MqttValueKind.Auto, "21.5", "21.5")]
    [InlineData(MqttValueKind.Auto, " \t21.5\r\n", "21.5")]
    [InlineData(MqttValueKind.Auto, "+007", "7")]
    [InlineData(MqttValueKind.Auto, ".5", "0.5")]
    [InlineData(MqttValueKind.Auto, "5.", "5")]
    [InlineData(MqttValueKind.Auto, "-1.5E+3", "-1500")]
    [InlineData(MqttValueKind.Auto, "running", "'running'")]
    [InlineData(MqttValueKind.Auto, "true", "'true'")]
    [InlineData(MqttValueKind.Auto, "1.2.3", "'1.2.3'")]
    [InlineData(MqttValueKind.Auto, "1e", "'1e'")]
    [InlineData(MqttValueKind.Auto, "NaN", "'NaN'")]
    [InlineData(MqttValueKind.Float64, "NaN", "NaN")]
    [InlineData(MqttValueKind.Int64, " 7.0 ", "7")]
    [InlineData(MqttValueKind.Bool, "ON", "true")]
    [InlineData(MqttValueKind.Bool, "false\n", "false")]
    [InlineData(MqttValueKind.Bool, "0", "false")]
    [InlineData(MqttValueKind.Text, " 21,5 ", "' 21,5 '")]
    [InlineData(MqttValueKind.Text, "", "''")]
    public void A_payload_is_one_value(MqttValueKind kind, string payload, string expected)
    {
        PayloadRig rig = PayloadRig.Of(new MqttTextPayload { Kind = kind });
        for (int again = 0; again < 2; again++) Assert.Equal(expected, rig.ValueOf(rig.One(payload)));
    }

    [Theory]
    [InlineData(MqttValueKind.Auto, "", "empty")]
    [InlineData(MqttValueKind.Float64, " ", "empty")]
    [InlineData(MqttValueKind.Auto, "21,5", "decimal comma")]
    [InlineData(MqttValueKind.Float64, "-1,25", "decimal comma")]
    [InlineData(MqttValueKind.Float64, "on", "no finite number")]
    [InlineData(MqttValueKind.Float64, "1e999", "no finite number")]
    [InlineData(MqttValueKind.Int64, "1.5", "no integer")]
    [InlineData(MqttValueKind.Bool, "maybe", "no true or false")]
    public void What_cannot_be_read_is_said(MqttValueKind kind, string payload, string reason)
    {
        PayloadRig rig = PayloadRig.Of(new MqttTextPayload { Kind = kind });
        Assert.Contains(reason, rig.Decode("plant/press/oil", payload), StringComparison.Ordinal);
        Assert.Equal(0, rig.Catalog.Count);
    }

    [Fact]
    public void A_number_that_became_text_is_refused()
    {
        PayloadRig rig = PayloadRig.Of(new MqttTextPayload());
        rig.One("1");
        Assert.Contains("'fault'", rig.Decode("plant/press/oil", "fault"), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() => Assert.Contains("UTF-8", PayloadRig.Of(new MqttTextPayload()).Decode("plant/a/b", [0xC3, 0x28]), StringComparison.Ordinal);

    [Fact]
    public void A_text_keeps_its_blanks_from_its_first_message_on()
    {
        PayloadRig rig = PayloadRig.Of(new MqttTextPayload());
        Assert.Equal("' a '", rig.ValueOf(rig.One(" a ")));
        Assert.Equal("' a '", rig.ValueOf(rig.One(" a ")));
        Assert.Equal("' 5 '", rig.ValueOf(rig.One(" 5 ")));
    }
}
