using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Journal;

/// <summary>
/// A record of the journal: a 64-byte header, the readings as they stand in memory, 32 bytes each, little-endian, and then the source marks, 32 bytes each.
/// <code>
/// offset  0  magic            4  "HIJ1"
/// offset  4  CRC-32C          4  of everything behind it, to the record's end
/// offset  8  offset           8  logical offset of the record: a record that stands elsewhere is none
/// offset 16  count            4  readings, 0 to 1,048,576
/// offset 20  shard            2
/// offset 22  version          1  2
/// offset 23  marks            1  32-byte source marks behind the readings, 0 to 255
/// offset 24  earliest         8  smallest gateway time in it, UTC ticks; without readings the largest number there is
/// offset 32  latest           8  largest gateway time in it, UTC ticks; without readings the smallest number there is
/// offset 40  previous end     8  logical offset where the record with readings before it ended: a reader that comes from elsewhere has missed some
/// offset 48  journal          4  first quarter of the journal's id: bytes of a deleted journal that a disk gives back are none of ours
/// offset 52  span             4  32-byte slots between its header and the next record: its readings and marks, and what retention has taken out of it
/// offset 56  catalog          4  bytes of the series catalog that were durable before it was written; its readings' series stand there
/// offset 60  header CRC-32C   4  of the bytes 8 to 59: a header can be trusted by itself, to skip by or to say how long a damaged record is
/// </code>
/// Records begin at multiples of 32 bytes from their segment's begin, which is where a reader looks for the next one after damage. A record without readings holds marks only; no
/// reader is given it, and nothing is missing where it is. Whoever rewrites a record keeps its marks.
/// </summary>
internal readonly record struct JournalRecord(long Offset, int Count, int Marks, int Span, int Shard, long Earliest, long Latest, long PreviousEnd, uint CatalogBytes)
{
    public const int HeaderBytes = ReadingBatch.HeaderRoomBytes;

    /// <summary>Records begin at multiples of this.</summary>
    public const int Alignment = Reading.SizeInBytes;

    /// <summary>Most readings in a record: what <see cref="BatchOptions.MaxReadings"/> allows.</summary>
    public const int MaxReadings = 1 << 20;

    // Records that retention has taken readings out of may have been merged; no span outgrows what an int of bytes says.
    private const int MaxSpan = 1 << 25;

    private const uint Magic = 0x314A_4948;
    private const byte Version = 2;
    private const int CrcAt = 4;
    private const int OffsetAt = 8;
    private const int CountAt = 16;
    private const int ShardAt = 20;
    private const int VersionAt = 22;
    private const int MarksAt = 23;
    private const int EarliestAt = 24;
    private const int LatestAt = 32;
    private const int PreviousEndAt = 40;
    private const int JournalAt = 48;
    private const int SpanAt = 52;
    private const int CatalogAt = 56;
    private const int HeaderCrcAt = 60;

    /// <summary>Bytes that are there: header, readings and marks.</summary>
    public int Bytes => BytesOf(Count + Marks);

    /// <summary>Where the next record may begin.</summary>
    public long End => Offset + BytesOf(Span);

    /// <summary>A header and so many 32-byte slots have this many bytes.</summary>
    public static int BytesOf(int slots) => HeaderBytes + (slots * Reading.SizeInBytes);

    /// <summary>A gateway time as a date, for people; one that is none is shown as the nearest there is.</summary>
    public static DateTime TimeOf(long ticks) => new(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    /// <summary>Writes the header into the batch's room, checksums last.</summary>
    public static void Write(ReadingBatch batch, long offset, long previousEnd, long catalogBytes, JournalStamp stamp)
    {
        long earliest = long.MaxValue, latest = long.MinValue;
        foreach (ref readonly Reading reading in batch.Readings)
        {
            earliest = Math.Min(earliest, reading.GatewayTime);
            latest = Math.Max(latest, reading.GatewayTime);
        }
        batch.PlaceMarks();
        Span<byte> header = batch.HeaderRoom;
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[OffsetAt..], offset);
        BinaryPrimitives.WriteInt32LittleEndian(header[CountAt..], batch.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(header[ShardAt..], (ushort)stamp.Shard);
        header[VersionAt] = Version;
        header[MarksAt] = (byte)batch.MarkCount;
        BinaryPrimitives.WriteInt64LittleEndian(header[EarliestAt..], earliest);
        BinaryPrimitives.WriteInt64LittleEndian(header[LatestAt..], latest);
        BinaryPrimitives.WriteInt64LittleEndian(header[PreviousEndAt..], previousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(header[JournalAt..], stamp.Journal);
        BinaryPrimitives.WriteInt32LittleEndian(header[SpanAt..], batch.Count + batch.MarkCount);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CatalogAt..], (uint)Math.Min(catalogBytes, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(header[HeaderCrcAt..], Crc32C.Of(header[OffsetAt..HeaderCrcAt]));
        BinaryPrimitives.WriteUInt32LittleEndian(header[CrcAt..], Crc32C.Of(batch.Record.Span[OffsetAt..]));
    }

    /// <summary>Reads a header that claims to stand at <paramref name="offset"/>; false when it is none of <paramref name="stamp"/>. The readings' checksum is not looked at.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, long offset, JournalStamp stamp, out JournalRecord record)
    {
        record = default;
        if (header.Length < HeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic
            || header[VersionAt] != Version
            || BinaryPrimitives.ReadInt64LittleEndian(header[OffsetAt..]) != offset
            || BinaryPrimitives.ReadUInt32LittleEndian(header[JournalAt..]) != stamp.Journal
            || BinaryPrimitives.ReadUInt16LittleEndian(header[ShardAt..]) != stamp.Shard
            || BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderCrcAt..]) != Crc32C.Of(header[OffsetAt..HeaderCrcAt]))
        {
            return false;
        }
        int count = BinaryPrimitives.ReadInt32LittleEndian(header[CountAt..]);
        int marks = header[MarksAt];
        int span = BinaryPrimitives.ReadInt32LittleEndian(header[SpanAt..]);
        if (count is < 0 or > MaxReadings || span is < 1 or > MaxSpan || span < count + marks) return false;
        record = new JournalRecord(
            offset,
            count,
            marks,
            span,
            stamp.Shard,
            BinaryPrimitives.ReadInt64LittleEndian(header[EarliestAt..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[LatestAt..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[PreviousEndAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[CatalogAt..]));
        return true;
    }

    /// <summary>The marks of a whole record.</summary>
    public ReadOnlySpan<SourceMark> MarksIn(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, SourceMark>(bytes[BytesOf(Count)..BytesOf(Count + Marks)]);

    /// <summary>Whether the checksum of a whole record, header, readings and marks, is right.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]) == Crc32C.Of(bytes[OffsetAt..]);
}
