using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

/// <summary>What both batch formats promise.</summary>
public abstract class BatchRecordContract
{
    private readonly DecodedReadings _decoded = new();

    protected abstract RecordFormat Format { get; }

    protected abstract BatchRecordWriter WriterOf(SeriesCatalog catalog);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_is_written_comes_back_in_order_and_bit_for_bit(int seed)
    {
        Random random = new(seed);
        SeriesCatalog written = RecordSamples.Catalog();
        SeriesCatalog read = new();
        BatchRecordWriter writer = WriterOf(written);
        RecordReader reader = new(read);
        int[][] devices = [.. Enumerable.Range(0, written.Count).GroupBy(written.DeviceOf).Select(d => d.ToArray())];
        for (int round = 0; round < 600; round++)
        {
            int[] series = devices[random.Next(devices.Length)];
            Reading[] readings = new Reading[random.Next(1, 1 << random.Next(1, 8))];
            bool quiet = random.Next(2) == 0;
            for (int i = 0; i < readings.Length; i++)
            {
                readings[i] = RecordSamples.Any(written, series[random.Next(series.Length)], random);
                if (quiet) readings[i] = new Reading(readings[i].SeriesId, 0, 0, RecordSamples.Now + (i / 4), readings[i].ValueBits);
            }
            byte[] record = Write(writer, readings);
            Assert.True(RecordFormats.TryDetect(record, out RecordFormat format));
            Assert.Equal(Format, format);
            RecordStatus status = reader.TryRead(Format, record, 0, _decoded);
            Assert.True(status.IsComplete, status.ToString());
            RecordSamples.AssertSame(written, readings, read, _decoded);
        }
    }

    [Fact]
    public void Ten_thousand_readings_of_one_tag_or_of_ten_thousand_come_back()
    {
        SeriesCatalog catalog = new();
        for (int i = 0; i < 10_000; i++) catalog.Register(new SeriesDefinition("d", $"tag.{i}"));
        BatchRecordWriter writer = WriterOf(catalog);
        RecordReader reader = new(new SeriesCatalog());
        Reading[] oneTag = new Reading[10_000];
        Reading[] allTags = new Reading[10_000];
        for (int i = 0; i < 10_000; i++)
        {
            oneTag[i] = new Reading(7, 0, 0, RecordSamples.Now + (i * 10_000_000L), BitConverter.DoubleToInt64Bits(20 + (i % 100 * 0.1)));
            allTags[i] = new Reading(i, 0, RecordSamples.Now - i, RecordSamples.Now, BitConverter.DoubleToInt64Bits(i));
        }
        foreach (Reading[] readings in new[] { oneTag, allTags })
        {
            Assert.True(reader.TryRead(Format, Write(writer, readings), 0, _decoded).IsComplete);
            Assert.Equal(10_000, _decoded.Count);
            Assert.Equal(readings[9_999].ValueBits, _decoded.Readings[9_999].ValueBits);
            Assert.Equal(readings.Select(r => r.Time), _decoded.Readings.ToArray().Select(r => r.Time));
        }
    }

    [Fact]
    public void Readings_of_two_devices_are_the_callers_mistake()
    {
        SeriesCatalog catalog = new();
        Reading one = new(catalog.Register(new SeriesDefinition("one", "t")), 0, 0, 1, 0);
        Reading two = new(catalog.Register(new SeriesDefinition("two", "t")), 0, 0, 1, 0);
        BatchRecordWriter writer = WriterOf(catalog);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => writer.TryWrite([one, two], new byte[4096], out _));
        Assert.Contains("one", exception.Message, StringComparison.Ordinal);
        Assert.Contains("two", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_destination_and_an_unwritable_reading_are_told_apart()
    {
        SeriesCatalog catalog = new();
        int id = catalog.Register(new SeriesDefinition("d", "t"));
        int text = catalog.Register(new SeriesDefinition("d", "x", ValueKind.Text));
        BatchRecordWriter writer = WriterOf(catalog);
        Reading good = new(id, 0, 0, 1, 0);
        Assert.False(writer.TryWrite([good], new byte[writer.MaxBytes([good]) - 1], out _));
        Assert.Equal(-1, Writable.IndexOfUnwritable(catalog, [good], out _));
        Assert.Equal(0, writer.MaxBytes([]));
        Assert.False(writer.TryWrite([], new byte[4096], out _));
        foreach (Reading poison in new Reading[] { new(2, 0, 0, 0, 0), new(-1, 0, 0, 0, 0), new(id, 0, -1, 0, 0), new(id, 0, 0, RecordSamples.LastTick + 1, 0), new(text, 0, 0, 0, 1) })
        {
            Assert.Equal(0, writer.MaxBytes([good, poison]));
            Assert.False(writer.TryWrite([good, poison], new byte[4096], out _));
            Assert.Equal(1, Writable.IndexOfUnwritable(catalog, [good, poison], out string? reason));
            Assert.NotNull(reason);
        }
    }

    [Fact]
    public void Neither_writing_nor_reading_known_series_allocates()
    {
        Random random = new(3);
        SeriesCatalog catalog = RecordSamples.Catalog();
        BatchRecordWriter writer = WriterOf(catalog);
        RecordReader reader = new(catalog);
        int[][] devices = [.. Enumerable.Range(0, catalog.Count).GroupBy(catalog.DeviceOf).Select(d => d.ToArray())];
        Reading[][] batches = [.. devices.Select(d => Enumerable.Range(0, 500).Select(_ => RecordSamples.Any(catalog, d[random.Next(d.Length)], random)).ToArray())];
        byte[] buffer = new byte[batches.Max(b => writer.MaxBytes(b))];
        long before = 0;
        for (int round = 0; round < 60; round++)
        {
            // By then every series has been met and the tiers of compilation are behind.
            if (round == 50) before = GC.GetAllocatedBytesForCurrentThread();
            foreach (Reading[] batch in batches)
            {
                if (!writer.TryWrite(batch, buffer, out int written) || !reader.TryRead(Format, buffer.AsSpan(0, written), 0, _decoded).IsComplete) throw new InvalidOperationException();
            }
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void More_readings_tags_or_new_series_than_allowed_are_refused()
    {
        SeriesCatalog catalog = new();
        Reading[] readings = new Reading[100];
        for (int i = 0; i < readings.Length; i++) readings[i] = new Reading(catalog.Register(new SeriesDefinition("d", $"a tag named {i}")), 0, 0, 1, 0);
        byte[] record = Write(WriterOf(catalog), readings);
        Assert.Equal(RecordFault.TooManyReadings, Read(record, new RecordReaderLimits { MaxReadings = 99 }));
        Assert.Equal(RecordFault.TooManyTags, Read(record, new RecordReaderLimits { MaxTags = 99 }));
        Assert.Equal(RecordFault.TooManyNewSeries, Read(record, new RecordReaderLimits { MaxNewSeries = 99 }));
        Assert.Equal(RecordFault.NameTooLong, Read(record, new RecordReaderLimits { MaxNameBytes = 13 }));
        Assert.Equal(RecordFault.None, Read(record, new RecordReaderLimits { MaxReadings = 100, MaxTags = 100, MaxNewSeries = 100, MaxNameBytes = 14 }));
    }

    [Fact]
    public void A_series_that_changed_its_kind_or_tenant_is_refused()
    {
        SeriesCatalog catalog = new();
        Reading reading = new(catalog.Register(new SeriesDefinition("d", "t", ValueKind.Int64, Tenant: "acme")), 0, 0, 1, 0);
        byte[] record = Write(WriterOf(catalog), [reading]);
        foreach ((SeriesDefinition there, RecordFault fault) in new[]
        {
            (new SeriesDefinition("d", "t", ValueKind.UInt64, Tenant: "acme"), RecordFault.KindChanged),
            (new SeriesDefinition("d", "t", ValueKind.Int64, Tenant: "other"), RecordFault.TenantChanged),
            (new SeriesDefinition("d", "t", ValueKind.Int64, "bar", Tenant: "acme"), RecordFault.None),
        })
        {
            SeriesCatalog other = new();
            other.Register(there);
            Assert.Equal(fault, new RecordReader(other).TryRead(Format, record, 0, _decoded).Fault);
            Assert.Equal(1, other.Count);
        }
    }

    [Fact]
    public void A_text_the_table_has_no_room_for_is_bad_and_counted()
    {
        SeriesCatalog catalog = new();
        int id = catalog.Register(new SeriesDefinition("d", "t", ValueKind.Text));
        Reading[] readings = new Reading[3];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(catalog.Texts.TryIntern($"text {i}", out long handle));
            readings[i] = new Reading(id, 0, 0, 1, handle);
        }
        byte[] record = Write(WriterOf(catalog), readings);
        SeriesCatalog full = new();
        for (int i = 0; i < 200_000; i++) full.Texts.TryIntern($"{i}", out _);
        Assert.True(new RecordReader(full).TryRead(Format, record, 0, _decoded).IsComplete);
        Assert.Equal(3, _decoded.TextsRefused);
        Assert.All(_decoded.Readings.ToArray(), r => Assert.Equal((StatusCodes.BadOutOfMemory, 0), (r.Status, r.ValueBits)));
    }

    protected RecordFault Read(byte[] record, RecordReaderLimits limits) => new RecordReader(new SeriesCatalog(), limits).TryRead(Format, record, 0, _decoded).Fault;

    protected static byte[] Write(BatchRecordWriter writer, ReadOnlySpan<Reading> readings)
    {
        byte[] buffer = new byte[writer.MaxBytes(readings)];
        Assert.True(writer.TryWrite(readings, buffer, out int written));
        return buffer[..written];
    }
}
