using System.Buffers.Binary;
using System.Buffers.Text;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Readings;

namespace HyperIngest.LoadGen.Verify;

/// <summary>
/// Reads the rows of <c>select series_id, status, value, value_text, time</c> out of PostgreSQL's binary COPY stream (PostgreSQL documentation, COPY, "Binary Format"):
/// <code>
/// header   11 bytes "PGCOPY\n\377\r\n\0", int32 flags, int32 extension bytes, extension
/// a row    int16 columns (5), then a column: int32 bytes (-1 for NULL), the bytes
/// trailer  int16 -1
/// </code>
/// Big-endian. Columns: int4, int4, float8 or NULL, text or NULL, timestamptz as int64 microseconds since 2000-01-01.
/// </summary>
internal sealed class CopyRowReader
{
    /// <summary>The columns, in the order this reader wants them.</summary>
    public const string Columns = "series_id, status, value, value_text, time";

    private const int ColumnCount = 5;
    private const int FixedHeaderBytes = 19;
    private const int ExtensionOffset = 15;

    // A text longer than this is no number, and no header extension is known at all; the limit bounds what is buffered.
    private const int MaxFieldBytes = 1 << 16;

    private static readonly long EpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private bool _headerRead;

    private static ReadOnlySpan<byte> Signature => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    /// <summary>True once the trailer has been read.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>
    /// Takes the next row off the front of <paramref name="bytes"/>. NeedMore: more bytes are needed, or with <see cref="AtEnd"/> there are no more rows. Malformed: this is
    /// no such stream.
    /// </summary>
    public FrameStatus Next(ref ReadOnlySpan<byte> bytes, out CopyRow row)
    {
        row = default;
        if (AtEnd) return FrameStatus.NeedMore;
        if (!_headerRead)
        {
            FrameStatus header = ReadHeader(ref bytes);
            if (header != FrameStatus.Complete) return header;
        }
        if (bytes.Length < 2) return FrameStatus.NeedMore;
        int columns = BinaryPrimitives.ReadInt16BigEndian(bytes);
        if (columns == -1)
        {
            AtEnd = true;
            return FrameStatus.NeedMore;
        }
        if (columns != ColumnCount) return FrameStatus.Malformed;
        ReadOnlySpan<byte> left = bytes[2..];
        ReadOnlySpan<byte> value = default, text = default, time = default, status = default;
        FrameStatus field = Take(ref left, 4, out ReadOnlySpan<byte> series);
        if (field == FrameStatus.Complete) field = Take(ref left, 4, out status);
        if (field == FrameStatus.Complete) field = Take(ref left, 8, out value, orNull: true);
        if (field == FrameStatus.Complete) field = Take(ref left, -1, out text, orNull: true);
        if (field == FrameStatus.Complete) field = Take(ref left, 8, out time);
        if (field != FrameStatus.Complete) return field;
        (ValueKind kind, long bits) = ValueOf(value, text);
        row = new CopyRow(
            BinaryPrimitives.ReadInt32BigEndian(series), BinaryPrimitives.ReadUInt32BigEndian(status), kind, bits,
            EpochTicks + (BinaryPrimitives.ReadInt64BigEndian(time) * TimeSpan.TicksPerMicrosecond));
        bytes = left;
        return FrameStatus.Complete;
    }

    private FrameStatus ReadHeader(ref ReadOnlySpan<byte> bytes)
    {
        int known = Math.Min(bytes.Length, Signature.Length);
        if (!bytes[..known].SequenceEqual(Signature[..known])) return FrameStatus.Malformed;
        if (bytes.Length < FixedHeaderBytes) return FrameStatus.NeedMore;
        int extension = BinaryPrimitives.ReadInt32BigEndian(bytes[ExtensionOffset..]);
        if (extension is < 0 or > MaxFieldBytes) return FrameStatus.Malformed;
        if (bytes.Length < FixedHeaderBytes + extension) return FrameStatus.NeedMore;
        bytes = bytes[(FixedHeaderBytes + extension)..];
        _headerRead = true;
        return FrameStatus.Complete;
    }

    // A column: of exactly the given bytes, or of any number with -1.
    private static FrameStatus Take(scoped ref ReadOnlySpan<byte> left, int bytes, out ReadOnlySpan<byte> field, bool orNull = false)
    {
        field = default;
        if (left.Length < 4) return FrameStatus.NeedMore;
        int length = BinaryPrimitives.ReadInt32BigEndian(left);
        if (length == -1 && orNull)
        {
            left = left[4..];
            return FrameStatus.Complete;
        }
        if (length is < 0 or > MaxFieldBytes || (bytes >= 0 && length != bytes)) return FrameStatus.Malformed;
        if (left.Length < 4 + length) return FrameStatus.NeedMore;
        field = left.Slice(4, length);
        left = left[(4 + length)..];
        return FrameStatus.Complete;
    }

    // An integer that no double holds stands in full beside the nearest double.
    private static (ValueKind Kind, long Bits) ValueOf(ReadOnlySpan<byte> value, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && Utf8Parser.TryParse(text, out long integer, out int used) && used == text.Length) return (ValueKind.Int64, integer);
        if (!text.IsEmpty && Utf8Parser.TryParse(text, out ulong large, out used) && used == text.Length) return (ValueKind.UInt64, (long)large);
        return value.IsEmpty ? (ValueKind.Text, 0) : (ValueKind.Float64, BinaryPrimitives.ReadInt64BigEndian(value));
    }
}
