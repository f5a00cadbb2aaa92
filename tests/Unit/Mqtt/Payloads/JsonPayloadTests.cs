using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

public class JsonPayloadTests
{
    [Theory]
    [InlineData("""{"value":21.5}""", "press/oil=21.5")]
    [InlineData("""{"value":21.5,"timestamp":1763740800123,"quality":192}""", "press/oil=21.5@2025-11-21T16:00:00.123")]
    [InlineData(""" { "quality" : "UNCERTAIN" , "timestamp" : "2026-11-21T10:30:22.5+01:00" , "value" : -1e-3 } """, "press/oil=-0.001!Uncertain@2026-11-21T09:30:22.5")]
    [InlineData("""{"value":true}""", "press/oil=true")]
    [InlineData("""{"value":"running"}""", "press/oil='running'")]
    [InlineData("""{"value":"\u00fcber\n"}""", "press/oil='über\n'")]
    [InlineData("""{"val\u0075e":3}""", "press/oil=3")]
    [InlineData("""{"meta":{"value":1},"list":[1,{"value":2}],"value":7}""", "press/oil=7")]
    [InlineData("""{"value":1,"value":2}""", "press/oil=2")]
    [InlineData("21.5", "press/oil=21.5")]
    [InlineData(" \"open\" ", "press/oil='open'")]
    [InlineData("false", "press/oil=false")]
    [InlineData("""{"value":0.1}""", "press/oil=0.1")]
    [InlineData("""{"value":123456789012345678}""", "press/oil=1.2345678901234568E+17")]
    [InlineData("""{"value":2.2250738585072014e-308}""", "press/oil=2.2250738585072014E-308")]
    public void A_document_is_one_value(string payload, string expected)
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        for (int again = 0; again < 2; again++)
        {
            Assert.Null(rig.Decode("plant/press/oil", payload));
            Assert.Equal(expected, rig.Text());
            Assert.Equal(PayloadRig.Now, rig.All()[0].GatewayTime);
        }
    }

    [Theory]
    [InlineData("", "its payload is empty")]
    [InlineData("{", "it is not JSON")]
    [InlineData("""{"value":1} x""", "it is not JSON")]
    [InlineData("""{"value":1}{"value":2}""", "it is not JSON")]
    [InlineData("""{"value":01}""", "it is not JSON")]
    [InlineData("""{"value":+1}""", "it is not JSON")]
    [InlineData("""{"value":1.}""", "it is not JSON")]
    [InlineData("""{"value":NaN}""", "it is not JSON")]
    [InlineData("""{"value":1,}""", "it is not JSON")]
    [InlineData("""{"value":"a""", "it is not JSON")]
    [InlineData("{\"value\":\"a\tb\"}", "it is not JSON")]
    [InlineData("""{"value":"\ud800"}""", "it is not JSON")]
    [InlineData("""{"value":1e999}""", "no finite number")]
    [InlineData("""{"v":1,"ts":2}""", "it has no member 'value' that is a number, a string, true or false; found 'v', 'ts'")]
    [InlineData("""{"value":{"x":1}}""", "found 'value.x'")]
    [InlineData("[1]", "found none")]
    [InlineData("""{"value":1,"timestamp":"yesterday"}""", "its time 'yesterday'")]
    [InlineData("""{"value":1,"timestamp":"2026-11-21T10:30:22"}""", "with an offset")]
    [InlineData("""{"value":1,"timestamp":true}""", "its time 'true'")]
    [InlineData("""{"value":1,"timestamp":""}""", "its time ''")]
    [InlineData("""{"value":1,"timestamp":1e30}""", "not in the years")]
    [InlineData("""{"value":1,"quality":"superb"}""", "its quality 'superb'")]
    [InlineData("""{"value":1,"quality":-1}""", "its quality '-1'")]
    [InlineData("""{"value":1,"quality":1.5}""", "its quality '1.5'")]
    public void What_cannot_be_read_is_said(string payload, string reason)
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        Assert.Contains(reason, rig.Decode("plant/press/oil", payload), StringComparison.Ordinal);
        Assert.Equal(0, rig.Catalog.Count);
        Assert.Equal(0, rig.Router.KnownTopics);
    }

    [Fact]
    public void Depth_is_limited()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        Assert.Null(rig.Decode("plant/a/b", $$"""{"value":1,"deep":{{Nested(31)}}}"""));
        Assert.Contains("not JSON", rig.Decode("plant/a/b", $$"""{"value":1,"deep":{{Nested(32)}}}"""), StringComparison.Ordinal);
        Assert.Contains("not JSON", rig.Decode("plant/a/b", new string('[', 100_000)), StringComparison.Ordinal);

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused_wherever_they_stand() =>
        Assert.Equal("its payload is not valid UTF-8", PayloadRig.Of(new MqttJsonPayload()).Decode("plant/a/b", [.. "{\"value\":1,\"x\":\""u8, 0xC3, .. "\"}"u8]));

    [Theory]
    [InlineData("1763740800", "2025-11-21T16:00:00")]
    [InlineData("1763740800.25", "2025-11-21T16:00:00.25")]
    [InlineData("1763740800123", "2025-11-21T16:00:00.123")]
    [InlineData("1763740800123456", "2025-11-21T16:00:00.123456")]
    [InlineData("1763740800123456789", "2025-11-21T16:00:00.1234567")]
    [InlineData("\"1763740800123\"", "2025-11-21T16:00:00.123")]
    [InlineData("1.7637408e9", "2025-11-21T16:00:00")]
    [InlineData("-1", "1969-12-31T23:59:59")]
    [InlineData("\"2026-11-21t10:30:22.123456789z\"", "2026-11-21T10:30:22.1234567")]
    [InlineData("\"2026-11-21T10:30:22.1234567Z\"", "2026-11-21T10:30:22.1234567")]
    public void Times_are_read_by_their_magnitude(string time, string expected) => AssertTime(MqttTimeUnit.Auto, time, expected);

    [Theory]
    [InlineData(MqttTimeUnit.Seconds, "1", "1970-01-01T00:00:01")]
    [InlineData(MqttTimeUnit.Seconds, "253402300799", "9999-12-31T23:59:59")]
    [InlineData(MqttTimeUnit.Seconds, "-62135596799", "0001-01-01T00:00:01")]
    [InlineData(MqttTimeUnit.Milliseconds, "1.5", "1970-01-01T00:00:00.0015")]
    [InlineData(MqttTimeUnit.Microseconds, "1", "1970-01-01T00:00:00.000001")]
    [InlineData(MqttTimeUnit.Nanoseconds, "199", "1970-01-01T00:00:00.0000001")]
    [InlineData(MqttTimeUnit.Nanoseconds, "-1", "1969-12-31T23:59:59.9999999")]
    public void Times_have_their_unit(MqttTimeUnit unit, string time, string expected) => AssertTime(unit, time, expected);

    [Theory]
    [InlineData("253402300800")]
    [InlineData("-62135596801")]
    [InlineData("999999999999999999")]
    [InlineData("99999999999999999999999999999999999")]
    [InlineData("\"9999-12-31T23:59:59-01:00\"")]
    public void Times_out_of_range_are_refused(string time) =>
        Assert.Contains("its time", PayloadRig.Of(new MqttJsonPayload { TimeUnit = MqttTimeUnit.Seconds }).Decode("plant/a/b", $$"""{"value":1,"timestamp":{{time}}}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData(MqttQualityType.Auto, "192", StatusCodes.Good)]
    [InlineData(MqttQualityType.Auto, "216", StatusCodes.Good)]
    [InlineData(MqttQualityType.Auto, "64", StatusCodes.Uncertain)]
    [InlineData(MqttQualityType.Auto, "0", StatusCodes.Bad)]
    [InlineData(MqttQualityType.Auto, "24", StatusCodes.Bad)]
    [InlineData(MqttQualityType.Auto, "128", StatusCodes.Bad)]
    [InlineData(MqttQualityType.Auto, "2148139008", StatusCodes.BadTimeout)]
    [InlineData(MqttQualityType.Auto, "\"192\"", StatusCodes.Good)]
    [InlineData(MqttQualityType.Auto, "\"Bad\"", StatusCodes.Bad)]
    [InlineData(MqttQualityType.Auto, "false", StatusCodes.Bad)]
    [InlineData(MqttQualityType.Auto, "true", StatusCodes.Good)]
    [InlineData(MqttQualityType.Auto, "null", StatusCodes.Good)]
    [InlineData(MqttQualityType.OpcDa, "448", StatusCodes.Good)]
    [InlineData(MqttQualityType.OpcUa, "0", StatusCodes.Good)]
    [InlineData(MqttQualityType.OpcUa, "192", 192u)]
    [InlineData(MqttQualityType.Word, "\"uncertain\"", StatusCodes.Uncertain)]
    public void Qualities_become_status_codes(MqttQualityType type, string quality, uint expected) =>
        Assert.Equal(expected, PayloadRig.Of(new MqttJsonPayload { QualityType = type }).One($$"""{"value":1,"quality":{{quality}}}""").Status);

    [Theory]
    [InlineData(MqttQualityType.OpcDa, "\"good\"")]
    [InlineData(MqttQualityType.OpcDa, "65536")]
    [InlineData(MqttQualityType.OpcDa, "true")]
    [InlineData(MqttQualityType.OpcUa, "4294967296")]
    [InlineData(MqttQualityType.OpcUa, "\"good\"")]
    [InlineData(MqttQualityType.Word, "192")]
    public void Qualities_of_another_type_are_refused(MqttQualityType type, string quality) =>
        Assert.Contains("its quality", PayloadRig.Of(new MqttJsonPayload { QualityType = type }).Decode("plant/a/b", $$"""{"value":1,"quality":{{quality}}}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData(MqttValueKind.Float64, "\"21.5\"", "21.5")]
    [InlineData(MqttValueKind.Float64, "\"NaN\"", "NaN")]
    [InlineData(MqttValueKind.Float64, "\"-Infinity\"", "-Infinity")]
    [InlineData(MqttValueKind.Int64, "9223372036854775807", "9223372036854775807")]
    [InlineData(MqttValueKind.Int64, "21.00", "21")]
    [InlineData(MqttValueKind.Int64, "\"-3\"", "-3")]
    [InlineData(MqttValueKind.UInt64, "18446744073709551615", "18446744073709551615")]
    [InlineData(MqttValueKind.Bool, "1", "true")]
    [InlineData(MqttValueKind.Bool, "0.0", "false")]
    [InlineData(MqttValueKind.Bool, "\"Off\"", "false")]
    [InlineData(MqttValueKind.Text, "21.50", "'21.50'")]
    [InlineData(MqttValueKind.Text, "true", "'true'")]
    [InlineData(MqttValueKind.Auto, "\"21.5\"", "'21.5'")]
    public void Values_are_converted_where_nothing_is_lost(MqttValueKind kind, string value, string expected)
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload { Kind = kind });
        Assert.Equal(expected, rig.ValueOf(rig.One($$"""{"value":{{value}}}""")));
    }

    [Theory]
    [InlineData(MqttValueKind.Float64, "\"21,5\"")]
    [InlineData(MqttValueKind.Float64, "\" 21\"")]
    [InlineData(MqttValueKind.Float64, "\"1e999\"")]
    [InlineData(MqttValueKind.Float64, "\"nan\"")]
    [InlineData(MqttValueKind.Float64, "true")]
    [InlineData(MqttValueKind.Int64, "21.5")]
    [InlineData(MqttValueKind.Int64, "1e3")]
    [InlineData(MqttValueKind.Int64, "9223372036854775808")]
    [InlineData(MqttValueKind.Int64, "\"+3\"")]
    [InlineData(MqttValueKind.UInt64, "-1")]
    [InlineData(MqttValueKind.Bool, "2")]
    [InlineData(MqttValueKind.Bool, "\"yes\"")]
    public void Values_that_would_lose_something_are_refused_and_make_no_series(MqttValueKind kind, string value)
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload { Kind = kind });
        Assert.Contains("and the series is of kind", rig.Decode("plant/a/b", $$"""{"value":{{value}}}"""), StringComparison.Ordinal);
        Assert.Equal(0, rig.Catalog.Count);
    }

    [Fact]
    public void The_first_value_decides_the_kind()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        Assert.Equal(1.0, rig.One("""{"value":1}""").Float64);
        Assert.Equal(2.5, rig.One("""{"value":"2.5"}""").Float64);
        Assert.Contains("'broken'", rig.Decode("plant/press/oil", """{"value":"broken"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_of_the_catalog_keeps_its_kind()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload { Kind = MqttValueKind.Float64 });
        rig.Catalog.Register(new SeriesDefinition("press", "oil", ValueKind.Int64));
        Assert.Equal(7, rig.One("""{"value":7}""").ValueBits);
        Assert.NotNull(rig.Decode("plant/press/oil", """{"value":7.5}"""));
    }

    [Fact]
    public void Null_is_a_bad_reading_once_the_kind_is_known()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        Assert.Null(rig.Decode("plant/press/oil", """{"value":null}"""));
        Assert.Equal(0, rig.Readings.Count);
        Assert.Equal(1, rig.Readings.Skipped);
        rig.One("""{"value":1}""");
        Assert.Equal(StatusCodes.Bad, rig.One("""{"value":null}""").Status);
        Assert.Equal(StatusCodes.BadTimeout, rig.One("""{"value":null,"quality":2148139008}""").Status);
        Assert.Equal(StatusCodes.Bad, rig.One("""{"quality":"bad"}""").Status);
        Assert.Equal(StatusCodes.Bad, PayloadRig.Of(new MqttJsonPayload { Kind = MqttValueKind.Int64 }).One("null").Status);
    }

    [Fact]
    public void A_text_that_finds_no_room_is_a_bad_reading_and_counted()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        Reading reading = rig.One($"\"{new string('x', TextTable.MaxTextLength + 1)}\"");
        Assert.Equal(StatusCodes.BadOutOfMemory, reading.Status);
        Assert.Equal(1, rig.Readings.TextsRefused);
    }

    [Fact]
    public void Paths_go_through_nested_objects()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload { Value = "d.v", Time = "d.meta.t", Quality = "q.code", TimeUnit = MqttTimeUnit.Seconds });
        Assert.Null(rig.Decode("plant/press/oil", """{"q":{"code":64},"d":{"meta":{"t":1},"v":5},"v":9}"""));
        Assert.Equal("press/oil=5!Uncertain@1970-01-01T00:00:01", rig.Text());
    }

    [Fact]
    public void Only_readings_with_a_time_of_their_own_have_own_times()
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        rig.One("""{"value":1,"timestamp":1763740800123}""");
        Assert.True(rig.Readings.HasOwnTimes);
        rig.One("""{"value":1}""");
        Assert.False(rig.Readings.HasOwnTimes);
    }

    private static void AssertTime(MqttTimeUnit unit, string time, string expected)
    {
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload { TimeUnit = unit });
        rig.One($$"""{"value":1,"timestamp":{{time}}}""");
        Assert.Equal($"press/oil=1@{expected}", rig.Text());
    }
}
