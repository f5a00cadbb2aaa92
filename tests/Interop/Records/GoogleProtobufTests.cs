using Google.Protobuf;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Tests.Unit.Records;
using V1 = HyperIngest.Records.V1;

namespace HyperIngest.Tests.Interop.Records;

/// <summary>The classes that protoc makes of the shipped .proto, against our own writer and reader.</summary>
public sealed class GoogleProtobufTests
{
    [Fact]
    public void Google_reads_what_we_write_and_we_read_what_it_writes()
    {
        Random random = new(21);
        SeriesCatalog catalog = RecordSamples.Catalog();
        ProtobufBatchWriter writer = new(catalog);
        SeriesCatalog read = new();
        RecordReader reader = new(read);
        DecodedReadings decoded = new();
        int[][] devices = [.. Enumerable.Range(0, catalog.Count).GroupBy(catalog.DeviceOf).Select(d => d.ToArray())];
        for (int round = 0; round < 200; round++)
        {
            int[] series = devices[round % devices.Length];
            Reading[] readings = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => RecordSamples.Any(catalog, series[random.Next(series.Length)], random))];
            byte[] buffer = new byte[writer.MaxBytes(readings)];
            Assert.True(writer.TryWrite(readings, buffer, out int written));
            V1.ReadingBatch batch = V1.ReadingBatch.Parser.ParseFrom(buffer, 0, written);
            // Nothing of ours was unknown to it, and nothing is written longer than it would.
            Assert.Equal(buffer[..written], batch.ToByteArray());
            Assert.Equal(readings.Length, batch.Readings.Count);
            Assert.Equal(catalog.DeviceOf(series[0]), batch.Device);

            batch.BaseTime -= 12_345;
            foreach (V1.Reading one in batch.Readings)
            {
                one.GatewayOffset += 12_345;
                if (one.HasDeviceOffset) one.DeviceOffset += 12_345;
            }
            Assert.True(reader.TryRead(RecordFormat.Protobuf, batch.ToByteArray(), 0, decoded).IsComplete);
            RecordSamples.AssertSame(catalog, readings, read, decoded);
        }
    }

    [Fact]
    public void Fields_in_another_order_and_unknown_ones_are_read()
    {
        V1.ReadingBatch readings = new() { Readings = { new V1.Reading { Float64 = 1.5 }, new V1.Reading { Tag = 1, Status = StatusCodes.Bad } } };
        V1.ReadingBatch tags = new() { Tags = { new V1.Tag { Name = "a" }, new V1.Tag { Name = "b", Kind = V1.Kind.Text } } };
        // Readings, an unknown field 100 of each wire type, tags, then the rest: the encoding allows any order.
        byte[] record =
        [
            .. readings.ToByteArray(), 0xA0, 0x06, 0x01, 0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xA2, 0x06, 0x01, 0x00, 0xA5, 0x06, 1, 2, 3, 4,
            .. tags.ToByteArray(), .. new V1.ReadingBatch { Version = 1, Device = "d" }.ToByteArray(),
        ];
        SeriesCatalog catalog = new();
        DecodedReadings decoded = new();
        RecordStatus status = new RecordReader(catalog).TryRead(RecordFormat.Protobuf, record, 0, decoded);
        Assert.True(status.IsComplete, status.ToString());
        Assert.Equal((1.5, "a"), (decoded.Readings[0].Float64, catalog.TagOf(decoded.Readings[0].SeriesId)));
        Assert.Equal((StatusCodes.Bad, "b"), (decoded.Readings[1].Status, catalog.TagOf(decoded.Readings[1].SeriesId)));
    }
}
