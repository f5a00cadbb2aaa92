using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

public class RecordPayloadTests
{
    private readonly SeriesCatalog _written = new();

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Protobuf)]
    [InlineData(RecordFormat.Columnar)]
    public void What_the_product_wrote_is_read_back(RecordFormat format)
    {
        foreach (RecordFormat? configured in new RecordFormat?[] { null, format })
        {
            PayloadRig rig = new(new MqttRuleOptions { Topic = "out/#", Payload = new MqttRecordPayload { Format = configured } });
            Reading written = Write(format, sourceTime: 0, out byte[] record);
            for (int again = 0; again < 2; again++)
            {
                Assert.Null(rig.Decode("out/x", record));
                Reading read = Assert.Single(rig.All());
                Assert.Equal(new Reading(0, written.Status, written.SourceTime, written.GatewayTime, written.ValueBits), read);
                Assert.Equal(_written[0], rig.Catalog[0]);
                // The gateway time it was recorded with tells it from others.
                Assert.True(rig.Readings.HasOwnTimes);
            }
            Assert.Equal(1, rig.Registrar.NewSeries);
        }
    }

    [Fact]
    public void Without_any_time_of_its_own_it_has_none()
    {
        PayloadRig rig = new(new MqttRuleOptions { Topic = "out/#", Payload = new MqttRecordPayload() });
        Assert.Null(rig.Decode("out/x", """{"device":"press","tag":"oil","value":1}"""));
        Assert.Equal(PayloadRig.Now, rig.All()[0].GatewayTime);
        Assert.False(rig.Readings.HasOwnTimes);
    }

    [Theory]
    [InlineData("?", "begins like none of the formats")]
    [InlineData("", "begins like none of the formats")]
    [InlineData("{}", "missing")]
    [InlineData("HIRx", "(at byte")]
    public void What_cannot_be_read_is_said(string payload, string reason) =>
        Assert.Contains(reason, new PayloadRig(new MqttRuleOptions { Topic = "out/#", Payload = new MqttRecordPayload() }).Decode("out/x", payload), StringComparison.Ordinal);

    private Reading Write(RecordFormat format, long sourceTime, out byte[] record)
    {
        int id = _written.Register(new SeriesDefinition("press", "oil", ValueKind.Float64, "bar"));
        Reading reading = new(id, StatusCodes.Uncertain, sourceTime, PayloadRig.Now - 5, BitConverter.DoubleToInt64Bits(21.5));
        byte[] buffer = new byte[4096];
        int bytes = 0;
        bool isWritten = format switch
        {
            RecordFormat.Json => new JsonRecordWriter(_written).TryWrite(reading, buffer, out bytes),
            RecordFormat.Protobuf => new ProtobufBatchWriter(_written).TryWrite([reading], buffer, out bytes),
            _ => new ColumnarBatchWriter(_written).TryWrite([reading], buffer, out bytes),
        };
        Assert.True(isWritten);
        record = buffer[..bytes];
        return reading;
    }
}
