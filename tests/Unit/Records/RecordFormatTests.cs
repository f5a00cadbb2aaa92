using System.Text;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public sealed class RecordFormatTests
{
    [Fact]
    public void Every_format_has_a_name_that_parses_back()
    {
        foreach (RecordFormat format in Enum.GetValues<RecordFormat>())
        {
            Assert.True(RecordFormats.TryParse(RecordFormats.NameOf(format), out RecordFormat parsed));
            Assert.Equal(format, parsed);
            Assert.True(RecordFormats.TryParse(RecordFormats.Utf8NameOf(format), out parsed));
            Assert.Equal(format, parsed);
        }
        Assert.False(RecordFormats.TryParse("avro", out _));
        Assert.False(RecordFormats.TryDetect([], out _));
        Assert.False(RecordFormats.TryDetect([0, 1, 2], out _));
        Assert.False(RecordFormats.TryDetect("Hello"u8, out _));
        Assert.True(RecordFormats.TryDetect(" {"u8, out RecordFormat json) && json == RecordFormat.Json);
    }

    [Theory]
    [InlineData(RecordFormat.Json, 5)]
    [InlineData(RecordFormat.Protobuf, 6)]
    [InlineData(RecordFormat.Columnar, 5)]
    public void A_confluent_prefix_is_written_and_skipped(RecordFormat format, int bytes)
    {
        byte[] record = new byte[8];
        record.AsSpan().Fill(0x7F);
        Assert.True(ConfluentPrefix.TryWrite(format, 0x0102_0304, record, out int written));
        Assert.Equal(bytes, written);
        Assert.Equal(new byte[] { 0, 1, 2, 3, 4 }, record[..5]);
        Assert.True(ConfluentPrefix.IsAt(record));
        Assert.True(ConfluentPrefix.TrySkip(format, record, out int schema, out ReadOnlySpan<byte> rest));
        Assert.Equal((0x0102_0304, 8 - bytes), (schema, rest.Length));
        Assert.False(ConfluentPrefix.TryWrite(format, 1, new byte[bytes - 1], out _));
        for (int length = 0; length < bytes; length++) Assert.False(ConfluentPrefix.TrySkip(format, record.AsSpan(0, length), out _, out _));
    }

    [Fact]
    public void A_confluent_prefix_of_another_message_than_the_first_is_refused()
    {
        Assert.True(ConfluentPrefix.TrySkip(RecordFormat.Protobuf, [0, 0, 0, 0, 1, 2, 0, 8], out _, out ReadOnlySpan<byte> rest));
        Assert.Equal(1, rest.Length);
        Assert.False(ConfluentPrefix.TrySkip(RecordFormat.Protobuf, [0, 0, 0, 0, 1, 2, 2, 8], out _, out _));
        Assert.False(ConfluentPrefix.TrySkip(RecordFormat.Protobuf, [0, 0, 0, 0, 1, 4, 0, 0, 8], out _, out _));
    }

    [Fact]
    public void The_schemas_are_in_the_program()
    {
        using JsonDocument schema = JsonDocument.Parse(RecordSchemas.TextOf(RecordFormat.Json));
        Assert.Equal("object", schema.RootElement.GetProperty("type").GetString());
        Assert.Contains("message ReadingBatch", RecordSchemas.TextOf(RecordFormat.Protobuf), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => RecordSchemas.TextOf(RecordFormat.Columnar));
    }

    [Fact]
    public void Neither_writing_nor_reading_json_of_known_series_allocates()
    {
        Random random = new(3);
        SeriesCatalog catalog = RecordSamples.Catalog();
        JsonRecordWriter writer = new(catalog);
        RecordReader reader = new(catalog);
        DecodedReadings decoded = new();
        Reading[] readings = [.. Enumerable.Range(0, 2000).Select(_ => RecordSamples.Any(catalog, random.Next(catalog.Count), random))];
        byte[] buffer = new byte[40_000];
        long before = 0;
        for (int round = 0; round < 40; round++)
        {
            if (round == 35) before = GC.GetAllocatedBytesForCurrentThread();
            foreach (ref readonly Reading reading in readings.AsSpan())
            {
                if (!writer.TryWrite(reading, buffer, out int written) || !reader.TryRead(RecordFormat.Json, buffer.AsSpan(0, written), 0, decoded).IsComplete) throw new InvalidOperationException();
            }
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_the_writer_writes_of_a_known_series_takes_the_fast_way()
    {
        Random random = new(4);
        SeriesCatalog catalog = RecordSamples.Catalog();
        JsonRecordWriter writer = new(catalog);
        JsonRecordReader reader = new(new SeriesResolver(catalog, new RecordReaderLimits()), new TextInterning(catalog.Texts));
        DecodedReadings decoded = new();
        byte[] buffer = new byte[40_000];
        for (int i = 0; i < 5000; i++)
        {
            Reading reading = RecordSamples.Any(catalog, random.Next(catalog.Count), random);
            Assert.True(writer.TryWrite(reading, buffer, out int written));
            Assert.True(reader.TryRead(buffer.AsSpan(0, written), 0, decoded).IsComplete);
            ValueKind kind = catalog.KindOf(reading.SeriesId);
            // Texts with escapes and the names of NaN and the infinities are the general reader's.
            if (kind == ValueKind.Text || (kind == ValueKind.Float64 && !double.IsFinite(reading.Float64))) continue;
            Assert.True(reader.TryReadOwn(buffer.AsSpan(0, written), decoded), Encoding.UTF8.GetString(buffer, 0, written));
            Assert.Equal(reading, decoded.Readings[0]);
        }
    }
}
