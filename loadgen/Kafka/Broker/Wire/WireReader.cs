using System.Buffers.Binary;
using System.Text;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// Reads a request's fields in order (protocol guide, "Protocol Primitive Types"). In a flexible version (KIP-482) strings, bytes and arrays have compact
/// lengths and every structure ends with tagged fields; the caller reads the same fields either way.
/// </summary>
internal sealed class WireReader
{
    /// <summary>The most items of one array: far beyond any request of a test, small enough that a wrong length costs nothing.</summary>
    public const int MaxArrayItems = 100_000;

    private readonly Memory<byte> _bytes;
    private int _at;

    public WireReader(Memory<byte> bytes) => _bytes = bytes;

    /// <summary>Whether lengths are compact and structures end with tagged fields.</summary>
    public bool Flexible { get; set; }

    /// <summary>Bytes not yet read.</summary>
    public int Left => _bytes.Length - _at;

    public sbyte Int8() => (sbyte)Take(1)[0];

    public bool Bool() => Take(1)[0] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>A string that must be there.</summary>
    public string String() => NullableString() ?? throw new WireFormatException($"a string is null at byte {_at}");

    public string? NullableString()
    {
        int length = Flexible ? CompactLength() : Int16();
        if (length > short.MaxValue) throw new WireFormatException($"a string of {length} bytes at byte {_at}; at most {short.MaxValue}");
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>A client id: in the header it keeps its two-byte length in every version (KIP-482).</summary>
    public string? HeaderString()
    {
        short length = Int16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Bytes that must be there; they stay where they are in the request.</summary>
    public Memory<byte> Bytes() => NullableBytes() ?? throw new WireFormatException($"bytes are null at byte {_at}");

    public Memory<byte>? NullableBytes()
    {
        int length = Flexible ? CompactLength() : Int32();
        if (length < 0) return null;
        Take(length);
        return _bytes.Slice(_at - length, length);
    }

    /// <summary>How many items an array has; -1 for one that is null.</summary>
    public int ArrayCount()
    {
        int count = Flexible ? CompactLength() : Int32();

        // An item is at least one byte, so that no count can be larger than what is left.
        if (count < -1 || count > MaxArrayItems || count > Left) throw new WireFormatException($"an array of {count} items at byte {_at}, {Left} bytes left");
        return count;
    }

    /// <summary>An array of <paramref name="item"/>; empty when it is null.</summary>
    public List<T> Array<T>(Func<WireReader, T> item) => NullableArray(item) ?? [];

    public List<T>? NullableArray<T>(Func<WireReader, T> item)
    {
        int count = ArrayCount();
        if (count < 0) return null;
        List<T> items = new(Math.Min(count, 64));
        for (int i = 0; i < count; i++) items.Add(item(this));
        return items;
    }

    /// <summary>The end of a structure: in a flexible version its tagged fields, none of which this broker uses.</summary>
    public void EndStruct()
    {
        if (!Flexible) return;
        uint tags = UnsignedVarInt();
        for (uint i = 0; i < tags; i++)
        {
            UnsignedVarInt();
            Take((int)Math.Min(UnsignedVarInt(), int.MaxValue));
        }
    }

    private int CompactLength()
    {
        uint lengthPlusOne = UnsignedVarInt();
        if (lengthPlusOne > int.MaxValue) throw new WireFormatException($"a length of {lengthPlusOne} at byte {_at}");
        return (int)lengthPlusOne - 1;
    }

    private uint UnsignedVarInt()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (uint)(next & 0x7F) << shift;
            if ((next & 0x80) == 0) return value;
        }
        throw new WireFormatException($"a varint longer than 5 bytes at byte {_at}");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Left) throw new WireFormatException($"{count} bytes at byte {_at}, {Left} left");
        ReadOnlySpan<byte> taken = _bytes.Span.Slice(_at, count);
        _at += count;
        return taken;
    }
}
