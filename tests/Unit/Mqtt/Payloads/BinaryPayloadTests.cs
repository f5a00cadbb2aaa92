using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

public class BinaryPayloadTests
{
    [Theory]
    [InlineData(MqttBinaryType.Int8, MqttByteOrder.ABCD, "FF", "-1")]
    [InlineData(MqttBinaryType.UInt8, MqttByteOrder.ABCD, "FF", "255")]
    [InlineData(MqttBinaryType.Int16, MqttByteOrder.ABCD, "FFFE", "-2")]
    [InlineData(MqttBinaryType.Int16, MqttByteOrder.DCBA, "FEFF", "-2")]
    [InlineData(MqttBinaryType.UInt16, MqttByteOrder.CDAB, "0102", "258")]
    [InlineData(MqttBinaryType.UInt16, MqttByteOrder.BADC, "0102", "513")]
    [InlineData(MqttBinaryType.UInt32, MqttByteOrder.ABCD, "01020304", "16909060")]
    [InlineData(MqttBinaryType.UInt32, MqttByteOrder.CDAB, "03040102", "16909060")]
    [InlineData(MqttBinaryType.UInt32, MqttByteOrder.BADC, "02010403", "16909060")]
    [InlineData(MqttBinaryType.UInt32, MqttByteOrder.DCBA, "04030201", "16909060")]
    [InlineData(MqttBinaryType.Int32, MqttByteOrder.ABCD, "FFFFFFFF", "-1")]
    [InlineData(MqttBinaryType.Float32, MqttByteOrder.ABCD, "41AC0000", "21.5")]
    [InlineData(MqttBinaryType.Float32, MqttByteOrder.CDAB, "000041AC", "21.5")]
    [InlineData(MqttBinaryType.Float64, MqttByteOrder.ABCD, "4035800000000000", "21.5")]
    [InlineData(MqttBinaryType.Float64, MqttByteOrder.DCBA, "0000000000803540", "21.5")]
    [InlineData(MqttBinaryType.UInt64, MqttByteOrder.CDAB, "0708050603040102", "72623859790382856")]
    [InlineData(MqttBinaryType.UInt64, MqttByteOrder.BADC, "0201040306050807", "72623859790382856")]
    [InlineData(MqttBinaryType.UInt64, MqttByteOrder.ABCD, "FFFFFFFFFFFFFFFF", "18446744073709551615")]
    [InlineData(MqttBinaryType.Int64, MqttByteOrder.ABCD, "8000000000000000", "-9223372036854775808")]
    [InlineData(MqttBinaryType.Bool, MqttByteOrder.ABCD, "02", "true")]
    [InlineData(MqttBinaryType.Bool, MqttByteOrder.ABCD, "00", "false")]
    public void Bytes_are_a_value(MqttBinaryType type, MqttByteOrder order, string hex, string expected)
    {
        PayloadRig rig = PayloadRig.Of(new MqttBinaryPayload { Fields = [new MqttBinaryField { Type = type, Order = order, Offset = 1 }] });
        for (int again = 0; again < 2; again++)
        {
            Assert.Null(rig.Decode("plant/press/oil", Convert.FromHexString("AA" + hex + "AA")));
            Assert.Equal($"press/oil={expected}", rig.Text());
        }
        Assert.Contains($"ends at byte {1 + (hex.Length / 2)}".Replace("ends", "end", StringComparison.Ordinal), rig.Decode("plant/press/oil", Convert.FromHexString(hex)), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_fields_are_several_tags_with_one_time()
    {
        PayloadRig rig = PayloadRig.OfDevice(new MqttBinaryPayload
        {
            Fields =
            [
                new MqttBinaryField { Tag = "level", Type = MqttBinaryType.UInt16, Offset = 4, Count = 2 },
                new MqttBinaryField { Tag = "open", Type = MqttBinaryType.Bool, Offset = 8, Bit = 3 },
            ],
            Time = new MqttBinaryTime { Offset = 0, Type = MqttBinaryType.UInt32, Unit = MqttTimeUnit.Seconds },
        });
        Assert.Null(rig.Decode("plant/press", Convert.FromHexString("00000001" + "00070008" + "08")));
        Assert.Equal("press/level.0=7@1970-01-01T00:00:01 press/level.1=8@1970-01-01T00:00:01 press/open=true@1970-01-01T00:00:01", rig.Text());
        Assert.Contains("has 8 bytes", rig.Decode("plant/press", new byte[8]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MqttBinaryType.Float64, "41DA481E00000000", null)]
    [InlineData(MqttBinaryType.Float64, "7FF8000000000000", "its time NaN")]
    [InlineData(MqttBinaryType.Float64, "7FF0000000000000", "its time")]
    [InlineData(MqttBinaryType.UInt64, "FFFFFFFFFFFFFFFF", "its time 18446744073709551615")]
    [InlineData(MqttBinaryType.Int64, "8000000000000000", "its time -9223372036854775808")]
    public void Times_out_of_range_are_refused(MqttBinaryType type, string hex, string? reason)
    {
        PayloadRig rig = PayloadRig.Of(new MqttBinaryPayload
        {
            Fields = [new MqttBinaryField { Type = MqttBinaryType.UInt8 }],
            Time = new MqttBinaryTime { Offset = 0, Type = type, Unit = MqttTimeUnit.Seconds },
        });
        string? found = rig.Decode("plant/press/oil", Convert.FromHexString(hex));
        if (reason is null) Assert.Null(found);
        else Assert.Contains(reason, found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_of_another_kind_takes_what_fits_it()
    {
        PayloadRig rig = PayloadRig.Of(new MqttBinaryPayload { Fields = [new MqttBinaryField { Type = MqttBinaryType.Float32 }] });
        rig.Catalog.Register(new SeriesDefinition("press", "oil", ValueKind.Int64));
        Assert.Null(rig.Decode("plant/press/oil", Convert.FromHexString("41A80000")));
        Assert.Equal("press/oil=21", rig.Text());
        Assert.Contains("its value 21.5 does not fit kind Int64", rig.Decode("plant/press/oil", Convert.FromHexString("41AC0000")), StringComparison.Ordinal);
    }
}
