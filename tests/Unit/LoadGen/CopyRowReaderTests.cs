using System.Buffers.Binary;
using System.Text;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class CopyRowReaderTests
{
    private static readonly DateTime Time = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Rows_split_at_every_byte_are_read_once()
    {
        byte[] stream = Stream(Row(1, 0, 1.5, null), Row(2, 0x800A_0000, null, null), Row(3, 0, 9.3e18, "9300000000000000001"), Row(4, 0, 1.8e19, "18000000000000000001"));
        for (int cut = 0; cut <= stream.Length; cut++)
        {
            CopyRowReader reader = new();
            List<CopyRow> rows = [];
            ReadOnlySpan<byte> first = stream.AsSpan(0, cut);
            while (reader.Next(ref first, out CopyRow row) == FrameStatus.Complete) rows.Add(row);
            ReadOnlySpan<byte> rest = stream.AsSpan(cut - first.Length);
            while (reader.Next(ref rest, out CopyRow row) == FrameStatus.Complete) rows.Add(row);
            Assert.True(reader.AtEnd);
            Assert.Equal(
                [
                    new CopyRow(1, 0, ValueKind.Float64, BitConverter.DoubleToInt64Bits(1.5), Time.Ticks),
                    new CopyRow(2, 0x800A_0000, ValueKind.Text, 0, Time.Ticks),
                    new CopyRow(3, 0, ValueKind.UInt64, unchecked((long)9300000000000000001), Time.Ticks),
                    new CopyRow(4, 0, ValueKind.UInt64, unchecked((long)18000000000000000001), Time.Ticks),
                ],
                rows);
        }
    }

    [Fact]
    public void Streams_that_are_not_ours_are_malformed_and_never_read_on()
    {
        byte[] stream = Stream(Row(1, 0, 1.5, null));
        for (int i = 0; i < 11; i++) AssertMalformed(stream, i, 0x55);
        AssertMalformed(stream, 15, 0x7F);
        AssertMalformed(stream, 20, 4);
        AssertMalformed(stream, 24, 5);
        AssertMalformed(stream, 21, 0x80);
    }

    [Fact]
    public void Random_bytes_after_the_header_end_or_are_malformed()
    {
        Random random = new(17);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stream = Stream(Row(1, 0, 1.5, "12"));
            for (int flips = random.Next(1, 6); flips > 0; flips--) stream[random.Next(stream.Length)] = (byte)random.Next(256);
            CopyRowReader reader = new();
            ReadOnlySpan<byte> left = stream;
            int rows = 0;
            while (reader.Next(ref left, out _) == FrameStatus.Complete) rows++;
            Assert.InRange(rows, 0, 1);
        }
    }

    [Fact]
    public void Rows_are_verified_as_the_series_they_name()
    {
        Plant plant = TestPlants.Of(1, new PlantTagOptions { Name = "t", Type = ModbusType.Float32 });
        Verifier verifier = new(plant, new ServedCounts([[2]]));
        ulong key = SeriesKey.Of("dev-1", "t");
        byte[] stream = Stream(
            Row(7, 0, VerifiableSequence.ValueAt(key, 0, 24), null), Row(7, 0, VerifiableSequence.ValueAt(key, 1, 24), null), Row(6, 0, 0, null), Row(99, 0, 0, null));
        int[] seriesById = [-1, -1, -1, -1, -1, -1, -1, 0];
        ReadOnlySpan<byte> left = stream;
        Assert.Equal(4, PostgresReadback.TakeRows(new CopyRowReader(), ref left, seriesById, verifier.OpenLane(false)));
        VerifyReport report = verifier.Conclude();
        Assert.Equal((2, 0, 2), (report.Received, report.Lost, report.Unknown));
    }

    private static void AssertMalformed(byte[] stream, int at, byte value)
    {
        byte[] damaged = [.. stream];
        damaged[at] = value;
        CopyRowReader reader = new();
        ReadOnlySpan<byte> left = damaged;
        Assert.Equal(FrameStatus.Malformed, reader.Next(ref left, out _));
        Assert.Equal(FrameStatus.Malformed, reader.Next(ref left, out _));
    }

    private static byte[] Stream(params byte[][] rows) =>
        [.. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. rows.SelectMany(r => r), 0xFF, 0xFF];

    private static byte[] Row(int series, uint status, double? value, string? text)
    {
        List<byte> row = [0, 5, .. Field(Int32(series)), .. Field(Int32((int)status))];
        row.AddRange(value is { } v ? Field(Int64(BitConverter.DoubleToInt64Bits(v))) : Int32(-1));
        row.AddRange(text is null ? Int32(-1) : Field(Encoding.UTF8.GetBytes(text)));
        row.AddRange(Field(Int64((Time.Ticks - new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks) / 10)));
        return [.. row];
    }

    private static byte[] Field(byte[] bytes) => [.. Int32(bytes.Length), .. bytes];

    private static byte[] Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
