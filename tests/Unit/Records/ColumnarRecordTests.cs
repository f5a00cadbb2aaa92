using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.Unit.Records;

public sealed class ColumnarRecordTests : BatchRecordContract
{
    protected override RecordFormat Format => RecordFormat.Columnar;

    protected override BatchRecordWriter WriterOf(SeriesCatalog catalog) => new ColumnarBatchWriter(catalog);

    [Fact]
    public void The_documented_example_is_what_is_written()
    {
        SeriesCatalog catalog = new();
        int first = catalog.Register(new SeriesDefinition("d", "t1", ValueKind.Float64, "bar"));
        int second = catalog.Register(new SeriesDefinition("d", "t2", ValueKind.Float64, "bar"));
        byte[] record = Write(
            WriterOf(catalog),
            [
                new Reading(first, 0, 0, RecordSamples.Now, BitConverter.DoubleToInt64Bits(1.5)),
                new Reading(second, 0, 0, RecordSamples.Now, BitConverter.DoubleToInt64Bits(-2)),
            ]);
        string page = File.ReadAllText(RepositoryRoot.File("docs", "records.md"));
        string block = page.Split("<!-- The test reads this block. -->\n```\n")[1].Split("```")[0];
        string documented = string.Join(' ', block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")[0]));
        Assert.Equal(documented, Convert.ToHexString(record).Chunk(2).Select(pair => new string(pair)).Aggregate((all, pair) => $"{all} {pair}"));
    }

    // What the bytes would stand for with a checksum that fits is another matter (RecordFuzzTests).
    [Fact]
    public void A_changed_byte_is_found_by_the_checksum()
    {
        SeriesCatalog catalog = new();
        byte[] record = Write(WriterOf(catalog), [new Reading(catalog.Register(new SeriesDefinition("d", "t")), 0, 0, 1, 0)]);
        for (int at = 5; at < record.Length; at++)
        {
            byte[] changed = [.. record];
            changed[at] ^= 0x10;
            Assert.Equal(RecordFault.ChecksumMismatch, new RecordReader(new SeriesCatalog()).TryRead(RecordFormat.Columnar, changed, 0, new DecodedReadings()).Fault);
        }
        record[3] = 2;
        Assert.Equal(RecordFault.UnsupportedVersion, new RecordReader(new SeriesCatalog()).TryRead(RecordFormat.Columnar, record, 0, new DecodedReadings()).Fault);
    }
}
