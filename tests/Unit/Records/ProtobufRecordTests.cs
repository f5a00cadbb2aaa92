using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public sealed class ProtobufRecordTests : BatchRecordContract
{
    protected override RecordFormat Format => RecordFormat.Protobuf;

    protected override BatchRecordWriter WriterOf(SeriesCatalog catalog) => new ProtobufBatchWriter(catalog);

    [Fact]
    public void A_record_is_these_bytes()
    {
        SeriesCatalog catalog = new();
        int speed = catalog.Register(new SeriesDefinition("d", "t1", ValueKind.Float64, "bar"));
        int state = catalog.Register(new SeriesDefinition("d", "t2", ValueKind.Bool, Classification: Classification.Alarm));
        byte[] record = Write(
            WriterOf(catalog),
            [
                new Reading(speed, 0, 0, 621_355_968_000_000_001, BitConverter.DoubleToInt64Bits(1.5)),
                new Reading(state, StatusCodes.Bad, 621_355_968_000_000_000, 621_355_968_000_000_003, 1),
            ]);
        Assert.Equal(
            "0801" + "120164" + "1801"
            + "2209" + "0A027431" + "1203626172"
            + "2208" + "0A027432" + "1803" + "2003"
            + "2A09" + "29000000000000F83F"
            + "2A0E" + "0801" + "1004" + "1801" + "208080808008" + "4001",
            Convert.ToHexString(record));
    }
}
