using System.Buffers.Binary;
using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Tests.Unit.Postgres;

public sealed class PostgresRowWriterTests
{
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly SeriesCatalog _catalog = new();

    [Fact]
    public void A_row_is_what_COPY_expects_byte_for_byte()
    {
        SeriesSlot[] slots = Slots(ValueKind.Float64);
        PostgresRowWriter writer = new(_catalog.Texts);
        writer.Begin(slots, withText: false);
        byte[] buffer = new byte[100];
        Reading reading = new(0, StatusCodes.BadTimeout, 0, Epoch.AddSeconds(1).AddTicks(19).Ticks, BitConverter.DoubleToInt64Bits(1.5));
        Assert.Equal(new EncodedRows(1, 42), writer.Encode([reading], buffer));
        Assert.Equal(
            "0004" + "00000008" + "00000000000F4241" + "00000008" + "3FF8000000000000" + "00000004" + "000003E8" + "00000004" + "800A0000",
            Convert.ToHexString(buffer.AsSpan(0, 42)));
    }

    [Fact]
    public void Text_goes_into_the_fifth_column_and_leaves_the_value_null()
    {
        Assert.True(_catalog.Texts.TryIntern("grün", out long handle));
        SeriesSlot[] slots = Slots(ValueKind.Text, ValueKind.Int64, ValueKind.UInt64, ValueKind.Bool, ValueKind.Float64);
        PostgresRowWriter writer = new(_catalog.Texts);
        writer.Begin(slots, withText: true);
        byte[] buffer = new byte[1000];
        Reading[] readings =
        [
            At(0, handle), At(1, long.MaxValue), At(2, -1), At(3, 1), At(4, BitConverter.DoubleToInt64Bits(-0.0)), At(1, 1L << 53), At(1, (1L << 53) + 1),
        ];
        EncodedRows rows = writer.Encode(readings, buffer);
        Assert.Equal(readings.Length, rows.Rows);
        List<(double? Value, string? Text)> read = Decode(buffer.AsSpan(0, rows.Bytes), 5);
        Assert.Equal(
            [
                (null, "grün"), (9223372036854775807d, "9223372036854775807"), (18446744073709551615d, "18446744073709551615"), (1, null), (-0.0, null),
                (9007199254740992, null), (9007199254740992, "9007199254740993"),
            ],
            read);
    }

    [Fact]
    public void Rows_stop_where_the_buffer_ends_and_go_on_in_the_next()
    {
        Assert.True(_catalog.Texts.TryIntern(new string('x', 300), out long handle));
        SeriesSlot[] slots = Slots(ValueKind.Text, ValueKind.Int64);
        PostgresRowWriter writer = new(_catalog.Texts);
        Reading[] readings = [.. Enumerable.Range(0, 50).Select(i => i % 3 == 0 ? At(0, handle) : At(1, long.MaxValue - i))];
        writer.Begin(slots, withText: true);
        byte[] whole = new byte[100_000];
        int expected = writer.Encode(readings, whole).Bytes;
        for (int size = 1000; size < 1400; size += 7)
        {
            using MemoryStream joined = new();
            ReadOnlySpan<Reading> left = readings;
            byte[] buffer = new byte[size];
            while (left.Length > 0)
            {
                EncodedRows rows = writer.Encode(left, buffer);
                Assert.True(rows.Rows > 0);
                joined.Write(buffer, 0, rows.Bytes);
                left = left[rows.Rows..];
            }
            Assert.Equal(whole[..expected], joined.ToArray());
        }
    }

    [Fact]
    public void The_scan_finds_what_a_COPY_must_know()
    {
        Assert.True(_catalog.Texts.TryIntern("a\0b", out long nul));
        Assert.True(_catalog.Texts.TryIntern("fine", out long fine));
        SeriesSlot[] slots = Slots(ValueKind.Float64, ValueKind.Text, ValueKind.Int64);
        Reading[] plain = [At(0, 1, 100), At(0, 1, 50), At(2, 7, 70)];

        ChunkScan scan = Scan(slots, plain);
        Assert.Equal((50, 100, false, false, -1), (scan.MinTicks, scan.MaxTicks, scan.NeedsText, scan.NeedsSeries, scan.PoisonIndex));
        Assert.True(Scan(slots, [.. plain, At(1, fine)]).NeedsText);
        Assert.True(Scan(slots, [.. plain, At(2, long.MaxValue)]).NeedsText);
        Assert.True(Scan(slots[..2], plain).NeedsSeries);
        AssertPoison(Scan(slots, [.. plain, At(1, nul)]), 3, "NUL");
        AssertPoison(Scan(slots, [.. plain, At(1, 1 << 20)]), 3, "handle");
        AssertPoison(Scan(slots, [At(0, 1, long.MinValue), .. plain]), 0, "time");
        AssertPoison(Scan(slots, [.. plain, At(0, 1, long.MaxValue)]), 3, "time");
        AssertPoison(Scan(slots, [.. plain, At(99, 1)]), 3, "catalog");
        AssertPoison(Scan(slots, [.. plain, At(-1, 1)]), 3, "catalog");
    }

    [Fact]
    public void Integers_are_exact_exactly_when_a_double_gives_them_back()
    {
        Assert.True(ExactValue.IsExact(long.MinValue));
        Assert.False(ExactValue.IsExact(long.MaxValue));
        Assert.True(ExactValue.IsExact(0L));
        Assert.True(ExactValue.IsExact(1UL << 63));
        Assert.False(ExactValue.IsExact(ulong.MaxValue));
        Random random = new(7);
        for (int i = 0; i < 100_000; i++)
        {
            long value = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            Assert.Equal((Int128)(double)value == value, ExactValue.IsExact(value));
        }
    }

    [Fact]
    public void Encoding_and_scanning_allocate_nothing()
    {
        Assert.True(_catalog.Texts.TryIntern("idle", out long handle));
        SeriesSlot[] slots = Slots(ValueKind.Float64, ValueKind.Text, ValueKind.Int64);
        Reading[] readings = [.. Enumerable.Range(0, 500).Select(i => At(i % 3, i % 3 == 1 ? handle : long.MaxValue - i))];
        PostgresRowWriter writer = new(_catalog.Texts);
        PostgresMappedRowWriter mapped = new(
            [
                new MappedColumn("t", PostgresField.Time, ColumnForm.Timestamp), new MappedColumn("n", PostgresField.Topic, ColumnForm.Text),
                new MappedColumn("v", PostgresField.Value, ColumnForm.Float8), new MappedColumn("x", PostgresField.ValueText, ColumnForm.Text),
                new MappedColumn("q", PostgresField.Quality, ColumnForm.Text), new MappedColumn("m", PostgresField.Value, ColumnForm.Numeric),
            ],
            _catalog);
        byte[] buffer = new byte[256 << 10];
        DeliveryChunk chunk = ChunkOf(readings);
        void Round()
        {
            ChunkScan scan = ChunkScan.Over(chunk, slots, _catalog);
            writer.Begin(slots, scan.NeedsText);
            if (writer.Encode(readings, buffer).Rows != 500) throw new InvalidOperationException();
            writer.Begin(slots, withText: false);
            writer.Encode(readings, buffer);
            if (mapped.Encode(readings, buffer).Rows != 500) throw new InvalidOperationException();
        }

        for (int i = 0; i < 50; i++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertPoison(ChunkScan scan, int index, string word)
    {
        Assert.Equal(index, scan.PoisonIndex);
        Assert.Contains(word, scan.PoisonReason, StringComparison.Ordinal);
    }

    private ChunkScan Scan(SeriesSlot[] slots, Reading[] readings) => ChunkScan.Over(ChunkOf(readings), slots, _catalog);

    private static DeliveryChunk ChunkOf(Reading[] readings)
    {
        ReadingBatch batch = new BatchPool(readings.Length, 1).Rent();
        readings.CopyTo(batch.Slots);
        batch.Count = readings.Length;
        batch.Offset = 0;
        batch.NextOffset = 1;
        DeliveryChunk chunk = new();
        chunk.Append(batch);
        return chunk;
    }

    private SeriesSlot[] Slots(params ValueKind[] kinds)
    {
        SeriesSlot[] slots = new SeriesSlot[kinds.Length];
        for (int i = 0; i < kinds.Length; i++)
        {
            _catalog.Register(new SeriesDefinition("d", $"t{i}", kinds[i]));
            slots[i] = new SeriesSlot(BinaryPrimitives.ReverseEndianness(1000 + i), kinds[i]);
        }
        return slots;
    }

    private static Reading At(int series, long bits, long time = 638_000_000_000_000_000) => new(series, StatusCodes.Good, time, time, bits);

    private static List<(double? Value, string? Text)> Decode(ReadOnlySpan<byte> rows, int fields)
    {
        List<(double?, string?)> read = [];
        while (rows.Length > 0)
        {
            Assert.Equal(fields, BinaryPrimitives.ReadInt16BigEndian(rows));
            rows = rows[2..];
            _ = Field(ref rows);
            byte[]? value = Field(ref rows);
            _ = Field(ref rows);
            _ = Field(ref rows);
            byte[]? text = Field(ref rows);
            read.Add((value is null ? null : BinaryPrimitives.ReadDoubleBigEndian(value), text is null ? null : Encoding.UTF8.GetString(text)));
        }
        return read;
    }

    private static byte[]? Field(ref ReadOnlySpan<byte> rows)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(rows);
        rows = rows[4..];
        if (length < 0) return null;
        byte[] field = rows[..length].ToArray();
        rows = rows[length..];
        return field;
    }
}
