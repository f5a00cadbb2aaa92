using System.Buffers.Binary;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

/// <summary>Bytes nobody should send: no exception, no reading that could not have been written, no memory beyond the limits.</summary>
public sealed class RecordFuzzTests
{
    private const int MaxNewSeries = 2000;

    [Theory]
    [InlineData(RecordFormat.Json, 1)]
    [InlineData(RecordFormat.Json, 2)]
    [InlineData(RecordFormat.Protobuf, 1)]
    [InlineData(RecordFormat.Protobuf, 2)]
    [InlineData(RecordFormat.Columnar, 1)]
    [InlineData(RecordFormat.Columnar, 2)]
    public void Mutated_records_are_read_or_refused_and_never_thrown_over(RecordFormat format, int seed)
    {
        Random random = new(seed);
        byte[][] seeds = Seeds(format, random);
        SeriesCatalog catalog = new();
        RecordReader reader = new(catalog, new RecordReaderLimits { MaxNewSeries = MaxNewSeries, MaxReadings = 5000, MaxTags = 500 });
        DecodedReadings decoded = new();
        int complete = 0;
        int malformed = 0;
        foreach (byte[] sound in seeds) Assert.True(reader.TryRead(format, sound, 1, decoded).IsComplete);
        for (int round = 0; round < (format == RecordFormat.Json ? 8000 : 30_000); round++)
        {
            byte[] record = Mutated(seeds[random.Next(seeds.Length)], random);
            // With a checksum that fits, so that the bytes get past it.
            if (format == RecordFormat.Columnar && record.Length > 9 && random.Next(10) > 0) Sign(record);
            RecordStatus status = reader.TryRead(format, record, 1, decoded);
            if (status.IsComplete) complete++;
            else malformed++;
            AssertSound(status, record, catalog, decoded);
        }
        Assert.True(complete > 100 && malformed > 100, $"{complete} read, {malformed} refused");
        Assert.True(catalog.Count <= MaxNewSeries);
    }

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Protobuf)]
    [InlineData(RecordFormat.Columnar)]
    public void Random_bytes_are_refused(RecordFormat format)
    {
        Random random = new(5);
        SeriesCatalog catalog = new();
        RecordReader reader = new(catalog);
        DecodedReadings decoded = new();
        for (int round = 0; round < 10_000; round++)
        {
            byte[] record = new byte[random.Next(200)];
            random.NextBytes(record);
            if (format == RecordFormat.Columnar && record.Length > 9)
            {
                "HIR\u0001\u0001"u8.CopyTo(record);
                Sign(record);
            }
            AssertSound(reader.TryRead(format, record, 1, decoded), record, catalog, decoded);
        }
        Assert.Equal(0, catalog.Count);
    }

    [Fact]
    public void A_record_cut_anywhere_is_refused()
    {
        foreach (RecordFormat format in Enum.GetValues<RecordFormat>())
        {
            byte[] record = Seeds(format, new Random(9))[0];
            SeriesCatalog catalog = new();
            RecordReader reader = new(catalog);
            for (int length = 0; length < record.Length; length++)
            {
                // A protobuf message may end behind any field; the other two say where they end.
                RecordStatus status = reader.TryRead(format, record.AsSpan(0, length), 1, new DecodedReadings());
                if (format != RecordFormat.Protobuf) Assert.False(status.IsComplete);
            }
        }
    }

    [Fact]
    public void A_few_bytes_that_claim_millions_of_readings_allocate_nothing_like_it()
    {
        // Device "d", 2^31-1 readings, and no more.
        byte[] record = [.. "HIR\u0001\u0000\u0001d"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0, 0, 0, 0, 0, 0];
        Sign(record);
        RecordReader reader = new(new SeriesCatalog(), new RecordReaderLimits { MaxReadings = int.MaxValue });
        DecodedReadings decoded = new();
        reader.TryRead(RecordFormat.Columnar, record, 1, decoded);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(RecordFault.Truncated, reader.TryRead(RecordFormat.Columnar, record, 1, decoded).Fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    private static void AssertSound(RecordStatus status, byte[] record, SeriesCatalog catalog, DecodedReadings decoded)
    {
        if (!status.IsComplete)
        {
            Assert.InRange(status.Offset, 0, record.Length);
            Assert.Equal((0, ""), (decoded.Count, decoded.Device));
            return;
        }
        Assert.Equal(decoded.Count > 0, decoded.Device.Length > 0);
        Assert.Equal(-1, Writable.IndexOfUnwritable(catalog, decoded.Readings, out _));
        foreach (Reading reading in decoded.Readings) Assert.Equal(decoded.Device, catalog.DeviceOf(reading.SeriesId));
    }

    private static byte[][] Seeds(RecordFormat format, Random random)
    {
        SeriesCatalog catalog = RecordSamples.Catalog();
        JsonRecordWriter json = new(catalog);
        BatchRecordWriter batches = format == RecordFormat.Protobuf ? new ProtobufBatchWriter(catalog) : new ColumnarBatchWriter(catalog);
        int[][] devices = [.. Enumerable.Range(0, catalog.Count).GroupBy(catalog.DeviceOf).Select(d => d.ToArray())];
        byte[][] seeds = new byte[30][];
        for (int i = 0; i < seeds.Length; i++)
        {
            int[] series = devices[i % devices.Length];
            Reading[] readings = new Reading[format == RecordFormat.Json ? 1 : random.Next(1, 12)];
            for (int k = 0; k < readings.Length; k++)
            {
                Reading any = RecordSamples.Any(catalog, series[random.Next(series.Length)], random);
                // Not the longest text, or most mutations hit it and nothing else.
                bool text = catalog.KindOf(any.SeriesId) == ValueKind.Text;
                readings[k] = text ? any.With(any.ValueBits % 8, any.Status) : any;
            }
            byte[] buffer = new byte[40_000];
            bool fits = format == RecordFormat.Json ? json.TryWrite(readings[0], buffer, out int written) : batches.TryWrite(readings, buffer, out written);
            Assert.True(fits);
            seeds[i] = buffer[..written];
        }
        return seeds;
    }

    private static byte[] Mutated(byte[] sound, Random random)
    {
        List<byte> record = [.. sound];
        for (int hits = random.Next(1, 5); hits > 0 && record.Count > 0; hits--)
        {
            int at = random.Next(record.Count);
            switch (random.Next(6))
            {
                case 0: record[at] = (byte)random.Next(256); break;
                case 1: record[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: record[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0; break;
                case 3: record.RemoveRange(at, Math.Min(random.Next(1, 5), record.Count - at)); break;
                case 4: record.Insert(at, (byte)random.Next(256)); break;
                default: record.InsertRange(at, record.GetRange(at, Math.Min(random.Next(1, 20), record.Count - at))); break;
            }
        }
        return [.. record];
    }

    private static void Sign(byte[] record) => BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - 4), Crc32C.Of(record.AsSpan(0, record.Length - 4)));
}
