using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Writes a batch of one device's readings as the ReadingBatch message of readings.proto, in the order of its field numbers.</summary>
public sealed class ProtobufBatchWriter : BatchRecordWriter
{
    // Version, device key and length, base time.
    private const int HeaderBytes = 2 + 6 + 11;

    // Key and length of the message, key and length of the name; the traits' length is theirs.
    private const int MaxTagOverhead = 1 + 5 + 1 + 5;

    // Key and length of the message, tag, two times, status, value: 1 + 1 + 4 + 11 + 11 + 6 + 11; a text's length and the message's of it take 8 more.
    private const int MaxReadingBytes = 56;

    private readonly SeriesCatalog _catalog;
    private readonly BatchTags _tags;

    /// <summary>A writer for the series of a catalog.</summary>
    public ProtobufBatchWriter(SeriesCatalog catalog)
    {
        _catalog = catalog;
        _tags = new BatchTags(catalog);
    }

    /// <inheritdoc/>
    public override RecordFormat Format => RecordFormat.Protobuf;

    /// <inheritdoc/>
    public override int MaxBytes(ReadOnlySpan<Reading> readings) => _tags.TryCollect(readings) ? Bound(readings.Length) : 0;

    /// <inheritdoc/>
    public override bool TryWrite(ReadOnlySpan<Reading> readings, Span<byte> destination, out int written)
    {
        written = 0;
        if (!_tags.TryCollect(readings) || destination.Length < Bound(readings.Length)) return false;
        WireWriter writer = new(destination);
        long baseTime = readings[0].GatewayTime;
        writer.Byte(ProtobufFields.BatchVersion);
        writer.Byte(ProtobufFields.Version);
        writer.Byte(ProtobufFields.BatchDevice);
        writer.Counted(_tags.Device);
        writer.Byte(ProtobufFields.BatchBaseTime);
        writer.Varint((ulong)(baseTime - ProtobufFields.UnixEpochTicks));
        for (int place = 0; place < _tags.Count; place++) WriteTag(ref writer, _tags.NameAt(place), _tags.TraitsAt(place).Protobuf);
        ReadOnlySpan<int> places = _tags.Places(readings.Length);
        ReadOnlySpan<ValueKind> kinds = _tags.Kinds;
        for (int i = 0; i < readings.Length; i++) WriteReading(ref writer, readings[i], places[i], kinds[places[i]], baseTime);
        written = writer.Written;
        return true;
    }

    private int Bound(int readings)
    {
        long bytes = HeaderBytes + _tags.Device.Length + ((long)MaxReadingBytes * readings) + _tags.TextBytes + _tags.NameBytes;
        for (int place = 0; place < _tags.Count; place++) bytes += MaxTagOverhead + _tags.TraitsAt(place).Protobuf.Length;
        return checked((int)bytes);
    }

    private static void WriteTag(ref WireWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> traits)
    {
        writer.Byte(ProtobufFields.BatchTags);
        writer.Varint((ulong)(1 + VarintBytes((uint)name.Length) + name.Length + traits.Length));
        writer.Byte(ProtobufFields.TagName);
        writer.Counted(name);
        writer.Bytes(traits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteReading(ref WireWriter writer, in Reading reading, int place, ValueKind kind, long baseTime)
    {
        writer.Byte(ProtobufFields.BatchReadings);
        // All but a text is shorter than 128 bytes, and so its length is one byte, known once the rest is written.
        int length = writer.Written++;
        if (place != 0)
        {
            writer.Byte(ProtobufFields.ReadingTag);
            writer.Varint((uint)place);
        }
        long gatewayOffset = reading.GatewayTime - baseTime;
        if (gatewayOffset != 0)
        {
            writer.Byte(ProtobufFields.ReadingGatewayOffset);
            writer.Zigzag(gatewayOffset);
        }
        if (reading.SourceTime != 0)
        {
            writer.Byte(ProtobufFields.ReadingDeviceOffset);
            writer.Zigzag(reading.SourceTime - baseTime);
        }
        if (reading.Status != 0)
        {
            writer.Byte(ProtobufFields.ReadingStatus);
            writer.Varint(reading.Status);
        }
        if (kind == ValueKind.Float64)
        {
            writer.Byte(ProtobufFields.ReadingFloat64);
            writer.Fixed64((ulong)reading.ValueBits);
        }
        else
        {
            WriteOther(ref writer, reading.ValueBits, kind, length);
        }
        if (kind != ValueKind.Text) writer.Destination[length] = (byte)(writer.Written - length - 1);
    }

    private void WriteOther(ref WireWriter writer, long bits, ValueKind kind, int length)
    {
        switch (kind)
        {
            case ValueKind.Int64:
                writer.Byte(ProtobufFields.ReadingInt64);
                writer.Zigzag(bits);
                break;
            case ValueKind.UInt64:
                writer.Byte(ProtobufFields.ReadingUInt64);
                writer.Varint((ulong)bits);
                break;
            case ValueKind.Bool:
                writer.Byte(ProtobufFields.ReadingBoolean);
                writer.Byte(bits != 0 ? (byte)1 : (byte)0);
                break;
            default:
                WriteText(ref writer, _catalog.Texts[bits], length);
                break;
        }
    }

    // The message's length may need more than the byte kept for it: the few bytes before the text then move.
    private static void WriteText(ref WireWriter writer, string text, int length)
    {
        int textBytes = Encoding.UTF8.GetByteCount(text);
        int before = writer.Written - length - 1;
        int total = before + 1 + VarintBytes((uint)textBytes) + textBytes;
        int wider = VarintBytes((uint)total) - 1;
        if (wider > 0) writer.Destination.Slice(length + 1, before).CopyTo(writer.Destination[(length + 1 + wider)..]);
        writer.Written = length;
        writer.Varint((uint)total);
        writer.Written += before;
        writer.Byte(ProtobufFields.ReadingText);
        writer.Varint((uint)textBytes);
        writer.Written += Encoding.UTF8.GetBytes(text, writer.Destination[writer.Written..]);
    }

    private static int VarintBytes(uint value) => value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;
}
