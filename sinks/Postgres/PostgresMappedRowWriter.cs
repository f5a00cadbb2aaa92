using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// Rows of an existing table, column by column as the mapping says. A value that its column cannot hold exactly (3.7 into int4, 70,000 into int2) is poison, never
/// rounded or cut.
/// </summary>
internal sealed class PostgresMappedRowWriter : PostgresRowEncoder
{
    // A fixed-size field with its length word, and a number as text with its length word, are below this.
    private const int SmallFieldBytes = 4 + NumericWriter.MaxBytes;

    private readonly MappedColumn[] _columns;
    private readonly SeriesCatalog _catalog;
    private readonly bool _exactInText;

    public PostgresMappedRowWriter(MappedColumn[] columns, SeriesCatalog catalog)
    {
        _columns = columns;
        _catalog = catalog;
        // Where the value's column is a float, an integer it does not hold is written out exactly in the text column, as in the sink's own table.
        _exactInText = columns.Any(static c => c is { Field: PostgresField.Value, Form: ColumnForm.Float8 or ColumnForm.Float4 });
    }

    /// <inheritdoc/>
    public override EncodedRows Encode(ReadOnlySpan<Reading> readings, Span<byte> destination)
    {
        int written = 0;
        for (int i = 0; i < readings.Length; i++)
        {
            string? poison = null;
            int row = WriteRow(readings[i], destination[written..], ref poison);
            if (row < 0)
            {
                // No row is that long: a name of 128 KiB, or hundreds of columns.
                if (poison is null && written == 0 && i == 0 && destination.Length >= 65536) poison = $"its row is longer than {destination.Length} bytes";
                return new EncodedRows(i, written, poison);
            }
            written += row;
        }
        return new EncodedRows(readings.Length, written);
    }

    // Bytes written; -1 when there is no room or the reading is poison.
    private int WriteRow(in Reading reading, Span<byte> destination, ref string? poison)
    {
        if ((uint)reading.SeriesId >= (uint)_catalog.Count)
        {
            poison = $"series {reading.SeriesId} is not in the catalog, which has 0 to {_catalog.Count - 1}";
            return -1;
        }
        if (destination.Length < 2) return -1;
        SeriesDefinition series = _catalog[reading.SeriesId];
        BinaryPrimitives.WriteInt16BigEndian(destination, (short)_columns.Length);
        int written = 2;
        foreach (ref readonly MappedColumn column in _columns.AsSpan())
        {
            int field = WriteField(column, reading, series, destination[written..], ref poison);
            if (field < 0) return -1;
            written += field;
        }
        return written;
    }

    private int WriteField(in MappedColumn column, in Reading reading, in SeriesDefinition series, Span<byte> field, ref string? poison)
    {
        if (field.Length < SmallFieldBytes) return -1;
        return column.Field switch
        {
            PostgresField.Time => Time(reading.Time, field, column.Name, ref poison),
            PostgresField.GatewayTime => Time(reading.GatewayTime, field, column.Name, ref poison),
            PostgresField.SourceTime => reading.SourceTime == 0 ? Null(field) : Time(reading.SourceTime, field, column.Name, ref poison),
            PostgresField.Value => Value(column, reading.ValueBits, series.Kind, field, ref poison),
            PostgresField.ValueText => ValueText(reading.ValueBits, series.Kind, field, ref poison),
            PostgresField.Status => column.Form == ColumnForm.Int4 ? Int4((int)reading.Status, field) : Int8(reading.Status, field),
            PostgresField.Quality => Quality(column.Form, reading.Status, field),
            PostgresField.Device => Text(series.Device, field),
            PostgresField.Tag => Text(series.Tag, field),
            PostgresField.Topic => series.Topic.Length > 0 ? Text(series.Topic, field) : Path(series.Device, series.Tag, field),
            PostgresField.Tenant => Text(series.Tenant, field),
            _ => Text(series.Unit, field),
        };
    }

    private static int Time(long ticks, Span<byte> field, string column, ref string? poison)
    {
        if (PostgresTime.IsTime(ticks)) return Int8(PostgresTime.ToMicroseconds(ticks), field);
        poison = $"column {column}: its time, {ticks} ticks, is not between 0001-01-01 and 9999-12-31";
        return -1;
    }

    private int Value(in MappedColumn column, long bits, ValueKind kind, Span<byte> field, ref string? poison)
    {
        if (kind == ValueKind.Text) return column.Form == ColumnForm.Text ? TextValue(bits, field, ref poison) : Null(field);
        switch (column.Form)
        {
            case ColumnForm.Float8:
                BinaryPrimitives.WriteInt32BigEndian(field, 8);
                BinaryPrimitives.WriteDoubleBigEndian(field[4..], ExactValue.Nearest(kind, bits));
                return 12;
            case ColumnForm.Float4:
                BinaryPrimitives.WriteInt32BigEndian(field, 4);
                BinaryPrimitives.WriteSingleBigEndian(field[4..], (float)ExactValue.Nearest(kind, bits));
                return 8;
            case ColumnForm.Numeric:
                return Numeric(bits, kind, field);
            case ColumnForm.Text:
                return NumberText(bits, kind, field);
            default:
                return Integer(column, bits, kind, field, ref poison);
        }
    }

    private static int Integer(in MappedColumn column, long bits, ValueKind kind, Span<byte> field, ref string? poison)
    {
        (long min, long max) = column.Form switch
        {
            ColumnForm.Bool => (0, 1),
            ColumnForm.Int2 => (short.MinValue, short.MaxValue),
            ColumnForm.Int4 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (!TryInteger(bits, kind, out long value) || value < min || value > max)
        {
            string shown = kind == ValueKind.UInt64
                ? ((ulong)bits).ToString(CultureInfo.InvariantCulture)
                : kind == ValueKind.Float64 ? BitConverter.Int64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture) : bits.ToString(CultureInfo.InvariantCulture);
            poison = $"column {column.Name}: its value {shown} is no integer from {min} to {max}, which is all an {column.Form} column holds";
            return -1;
        }
        switch (column.Form)
        {
            case ColumnForm.Bool:
                return Bool(value != 0, field);
            case ColumnForm.Int2:
                return Int2((short)value, field);
            case ColumnForm.Int4:
                return Int4((int)value, field);
            default:
                return Int8(value, field);
        }
    }

    private static bool TryInteger(long bits, ValueKind kind, out long value)
    {
        value = bits;
        switch (kind)
        {
            case ValueKind.Float64:
                double number = BitConverter.Int64BitsToDouble(bits);
                // 2^63 itself is no long; NaN fails both comparisons.
                if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0)) return false;
                value = (long)number;
                return value == number;
            case ValueKind.UInt64:
                return bits >= 0;
            case ValueKind.Bool:
                value = bits != 0 ? 1 : 0;
                return true;
            default:
                return true;
        }
    }

    private static int Numeric(long bits, ValueKind kind, Span<byte> field)
    {
        Span<byte> data = field[4..];
        int length = kind switch
        {
            ValueKind.Float64 => NumericWriter.Write(data, BitConverter.Int64BitsToDouble(bits)),
            ValueKind.UInt64 => NumericWriter.Write(data, (ulong)bits),
            ValueKind.Bool => NumericWriter.Write(data, bits != 0 ? 1L : 0L),
            _ => NumericWriter.Write(data, bits),
        };
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return 4 + length;
    }

    private static int NumberText(long bits, ValueKind kind, Span<byte> field)
    {
        Span<byte> data = field[4..];
        int length;
        if (kind == ValueKind.Float64) BitConverter.Int64BitsToDouble(bits).TryFormat(data, out length, "R", CultureInfo.InvariantCulture);
        else if (kind == ValueKind.UInt64) Utf8Formatter.TryFormat((ulong)bits, data, out length);
        else Utf8Formatter.TryFormat(kind == ValueKind.Bool && bits != 0 ? 1 : bits, data, out length);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return 4 + length;
    }

    private int ValueText(long bits, ValueKind kind, Span<byte> field, ref string? poison)
    {
        if (kind == ValueKind.Text) return TextValue(bits, field, ref poison);
        bool inexact = (kind == ValueKind.Int64 && !ExactValue.IsExact(bits)) || (kind == ValueKind.UInt64 && !ExactValue.IsExact((ulong)bits));
        return _exactInText && inexact ? NumberText(bits, kind, field) : Null(field);
    }

    private int TextValue(long handle, Span<byte> field, ref string? poison)
    {
        poison = PostgresText.PoisonOf(handle, _catalog.Texts);
        return poison is null ? Text(_catalog.Texts[handle], field) : -1;
    }

    // As text the words; as a number those of OPC DA, which historians know: 192 good, 64 uncertain, 0 bad; as bool, whether it is good.
    private static int Quality(ColumnForm form, uint status, Span<byte> field) => form switch
    {
        ColumnForm.Text => Utf8(StatusCodes.IsGood(status) ? "good"u8 : StatusCodes.IsUncertain(status) ? "uncertain"u8 : "bad"u8, field),
        ColumnForm.Bool => Bool(StatusCodes.IsGood(status), field),
        ColumnForm.Int2 => Int2((short)OpcDaQuality(status), field),
        _ => Int4(OpcDaQuality(status), field),
    };

    private static int OpcDaQuality(uint status) => StatusCodes.IsGood(status) ? 192 : StatusCodes.IsUncertain(status) ? 64 : 0;

    private static int Text(string text, Span<byte> field)
    {
        if (field.Length - 4 < text.Length * 3L) return -1;
        int length = Encoding.UTF8.GetBytes(text, field[4..]);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return 4 + length;
    }

    private static int Path(string device, string tag, Span<byte> field)
    {
        if (field.Length - 5 < (device.Length + (long)tag.Length) * 3) return -1;
        int length = Encoding.UTF8.GetBytes(device, field[4..]);
        field[4 + length++] = (byte)'/';
        length += Encoding.UTF8.GetBytes(tag, field[(4 + length)..]);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return 4 + length;
    }

    private static int Utf8(ReadOnlySpan<byte> text, Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, text.Length);
        text.CopyTo(field[4..]);
        return 4 + text.Length;
    }

    private static int Null(Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, -1);
        return 4;
    }

    private static int Bool(bool value, Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, 1);
        field[4] = value ? (byte)1 : (byte)0;
        return 5;
    }

    private static int Int2(short value, Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, 2);
        BinaryPrimitives.WriteInt16BigEndian(field[4..], value);
        return 6;
    }

    private static int Int4(int value, Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, 4);
        BinaryPrimitives.WriteInt32BigEndian(field[4..], value);
        return 8;
    }

    private static int Int8(long value, Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, 8);
        BinaryPrimitives.WriteInt64BigEndian(field[4..], value);
        return 12;
    }
}
