using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>Writes a response's fields in order; the counterpart of <see cref="WireReader"/>.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    /// <summary>Whether lengths are compact and structures end with tagged fields.</summary>
    public bool Flexible { get; set; }

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Int8(sbyte value) => _bytes.Write([(byte)value]);

    public void Bool(bool value) => _bytes.Write([value ? (byte)1 : (byte)0]);

    public void Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_bytes.GetSpan(2), value);
        _bytes.Advance(2);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void Error(KafkaError error) => Int16((short)error);

    public void String(string? value)
    {
        int length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (length > short.MaxValue) throw new ArgumentException($"A string of {length} bytes does not fit the protocol's {short.MaxValue}.", nameof(value));
        if (Flexible) UnsignedVarInt((uint)(length + 1));
        else Int16((short)length);
        if (value is not null) Encoding.UTF8.GetBytes(value, _bytes);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        if (Flexible) UnsignedVarInt((uint)value.Length + 1);
        else Int32(value.Length);
        _bytes.Write(value);
    }

    /// <summary>Bytes that stand in several pieces, such as a partition's batches.</summary>
    public void Bytes(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        int length = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces) length += piece.Length;
        if (Flexible) UnsignedVarInt((uint)length + 1);
        else Int32(length);
        foreach (ReadOnlyMemory<byte> piece in pieces) _bytes.Write(piece.Span);
    }

    /// <summary>How many items follow; -1 for null.</summary>
    public void ArrayCount(int count)
    {
        if (Flexible) UnsignedVarInt((uint)(count + 1));
        else Int32(count);
    }

    public void Array<T>(IReadOnlyCollection<T> items, Action<WireWriter, T> item)
    {
        ArrayCount(items.Count);
        foreach (T one in items) item(this, one);
    }

    /// <summary>The end of a structure: in a flexible version no tagged fields.</summary>
    public void EndStruct()
    {
        if (Flexible) UnsignedVarInt(0);
    }

    private void UnsignedVarInt(uint value)
    {
        Span<byte> destination = _bytes.GetSpan(5);
        int length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        destination[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
