using System.Buffers.Binary;

namespace HyperIngest.Core.Records;

/// <summary>
/// What Confluent's serializers put before a record: a zero byte and the schema registry's id of its schema, big-endian; before protobuf also the index of the message in its
/// .proto file, where the first message, the only one these records use, is a single zero.
/// </summary>
public static class ConfluentPrefix
{
    /// <summary>Most bytes <see cref="TryWrite"/> writes.</summary>
    public const int MaxBytes = 6;

    private const byte Magic = 0;
    private const int IdBytes = 5;

    /// <summary>Writes the prefix of a record in <paramref name="format"/>; false when it does not fit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema id is negative.</exception>
    public static bool TryWrite(RecordFormat format, int schemaId, Span<byte> destination, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(schemaId);
        written = 0;
        int bytes = format == RecordFormat.Protobuf ? MaxBytes : IdBytes;
        if (destination.Length < bytes) return false;
        destination[0] = Magic;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], schemaId);
        if (bytes == MaxBytes) destination[IdBytes] = 0;
        written = bytes;
        return true;
    }

    /// <summary>Whether a record begins like one with the prefix: no format of this product begins with a zero byte.</summary>
    public static bool IsAt(ReadOnlySpan<byte> value) => value.Length > 0 && value[0] == Magic;

    /// <summary>
    /// Splits a record with the prefix. False when it is no prefix, or names another message of the .proto file than its first; nothing is thrown whatever the bytes are.
    /// </summary>
    /// <param name="format">The record's format; protobuf has message indexes behind the id.</param>
    /// <param name="value">The whole record.</param>
    /// <param name="schemaId">The schema registry's id.</param>
    /// <param name="rest">The record behind the prefix.</param>
    public static bool TrySkip(RecordFormat format, ReadOnlySpan<byte> value, out int schemaId, out ReadOnlySpan<byte> rest)
    {
        schemaId = 0;
        rest = default;
        if (value.Length < IdBytes || value[0] != Magic) return false;
        schemaId = BinaryPrimitives.ReadInt32BigEndian(value[1..]);
        rest = value[IdBytes..];
        return format != RecordFormat.Protobuf || TrySkipFirstMessage(ref rest);
    }

    // Zigzag varints: how many indexes follow, then those; the path [0] is shortened to a single zero.
    private static bool TrySkipFirstMessage(ref ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty) return false;
        if (rest[0] == 0)
        {
            rest = rest[1..];
            return true;
        }
        bool written = rest.Length >= 2 && rest[0] == 2 && rest[1] == 0;
        if (written) rest = rest[2..];
        return written;
    }
}
