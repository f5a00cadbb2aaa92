using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// Rows of the sink's own table: time timestamptz, value float8, series_id int4, status int4, and value_text only when a reading of the chunk needs it. The
/// readings must have passed <see cref="ChunkScan"/>: nothing is checked again here.
/// </summary>
/// <remarks>
/// A row without text is 42 bytes of fixed layout, written with six unaligned stores: each length word goes out together with the start of the field after it.
/// <code>
///  0  int16 4        6  int64 time      18  int64 value     30  int32 series_id    38  int32 status
///  2  int32 8       14  int32 8         26  int32 4         34  int32 4
/// </code>
/// </remarks>
internal sealed class PostgresRowWriter : PostgresRowEncoder
{
    /// <summary>A row of four columns, none of them NULL.</summary>
    public const int NarrowRowBytes = 42;

    // The fifth column's length word.
    private const int LengthBytes = 4;

    // "-9223372036854775808" and "18446744073709551615".
    private const int MaxIntegerText = 20;

    private readonly TextTable _texts;
    private SeriesSlot[] _slots = [];
    private bool _withText;

    public PostgresRowWriter(TextTable texts) => _texts = texts;

    /// <summary>Says how the next chunk is encoded: with the text column or without, and which ids the series have in the database.</summary>
    public void Begin(SeriesSlot[] slots, bool withText)
    {
        _slots = slots;
        _withText = withText;
    }

    /// <inheritdoc/>
    public override EncodedRows Encode(ReadOnlySpan<Reading> readings, Span<byte> destination) =>
        _withText ? EncodeWithText(readings, destination) : EncodeNarrow(readings, destination);

    private EncodedRows EncodeNarrow(ReadOnlySpan<Reading> readings, Span<byte> destination)
    {
        int rows = Math.Min(readings.Length, destination.Length / NarrowRowBytes);
        SeriesSlot[] slots = _slots;
        ref byte row = ref MemoryMarshal.GetReference(destination);
        foreach (ref readonly Reading reading in readings[..rows])
        {
            SeriesSlot slot = slots[reading.SeriesId];
            long value = reading.ValueBits;
            if (slot.Kind != ValueKind.Float64) value = BitConverter.DoubleToInt64Bits(ExactValue.Nearest(slot.Kind, value));
            WriteFixed(ref row, 4, reading, slot.DatabaseIdBigEndian, value);
            row = ref Unsafe.Add(ref row, NarrowRowBytes);
        }
        return new EncodedRows(rows, rows * NarrowRowBytes);
    }

    private EncodedRows EncodeWithText(ReadOnlySpan<Reading> readings, Span<byte> destination)
    {
        int written = 0;
        for (int i = 0; i < readings.Length; i++)
        {
            ref readonly Reading reading = ref readings[i];
            SeriesSlot slot = _slots[reading.SeriesId];
            int room = destination.Length - written;
            if (room < NarrowRowBytes + LengthBytes + MaxIntegerText) return new EncodedRows(i, written);
            Span<byte> row = destination[written..];
            ref byte start = ref MemoryMarshal.GetReference(row);
            if (slot.Kind == ValueKind.Text)
            {
                string text = _texts[reading.ValueBits];
                // UTF-8 takes at most 3 bytes for each UTF-16 unit.
                if (room < NarrowRowBytes + LengthBytes + (text.Length * 3)) return new EncodedRows(i, written);
                int length = WriteNullValue(ref start, reading, slot.DatabaseIdBigEndian);
                int bytes = Encoding.UTF8.GetBytes(text, row[(length + LengthBytes)..]);
                BinaryPrimitives.WriteInt32BigEndian(row[length..], bytes);
                written += length + LengthBytes + bytes;
                continue;
            }
            WriteFixed(ref start, 5, reading, slot.DatabaseIdBigEndian, BitConverter.DoubleToInt64Bits(ExactValue.Nearest(slot.Kind, reading.ValueBits)));
            written += NarrowRowBytes + WriteExactText(row[NarrowRowBytes..], slot.Kind, reading.ValueBits);
        }
        return new EncodedRows(readings.Length, written);
    }

    // Length word and decimal text of an integer that a double does not hold; a NULL for all else.
    private static int WriteExactText(Span<byte> field, ValueKind kind, long bits)
    {
        int length = -1;
        if (kind == ValueKind.Int64 && !ExactValue.IsExact(bits)) Utf8Formatter.TryFormat(bits, field[LengthBytes..], out length);
        else if (kind == ValueKind.UInt64 && !ExactValue.IsExact((ulong)bits)) Utf8Formatter.TryFormat((ulong)bits, field[LengthBytes..], out length);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return LengthBytes + Math.Max(length, 0);
    }

    // 42 bytes; the caller has checked that they are there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteFixed(ref byte row, byte fields, in Reading reading, int seriesBigEndian, long value)
    {
        Store(ref row, 0, ((ulong)fields << 8) | (8UL << 40));
        Store(ref row, 6, Swap((ulong)PostgresTime.ToMicroseconds(reading.Time)));
        Store(ref row, 14, 8UL << 24);
        Store(ref row, 18, Swap((ulong)value));
        Store(ref row, 26, (4UL << 24) | ((ulong)(uint)seriesBigEndian << 32));
        Store(ref row, 34, (4UL << 24) | ((ulong)Swap(reading.Status) << 32));
    }

    // The same with a NULL value (length -1, no data): 34 bytes.
    private static int WriteNullValue(ref byte row, in Reading reading, int seriesBigEndian)
    {
        Store(ref row, 0, (5UL << 8) | (8UL << 40));
        Store(ref row, 6, Swap((ulong)PostgresTime.ToMicroseconds(reading.Time)));
        Store(ref row, 14, 0xFFFF_FFFF);
        Store(ref row, 18, (4UL << 24) | ((ulong)(uint)seriesBigEndian << 32));
        Store(ref row, 26, (4UL << 24) | ((ulong)Swap(reading.Status) << 32));
        return NarrowRowBytes - 8;
    }

    // The constants above are written as the little-endian words whose bytes lie right in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref byte row, int offset, ulong littleEndian) =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref row, offset), BitConverter.IsLittleEndian ? littleEndian : BinaryPrimitives.ReverseEndianness(littleEndian));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Swap(ulong value) => BinaryPrimitives.ReverseEndianness(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Swap(uint value) => BinaryPrimitives.ReverseEndianness(value);
}
