using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace HyperIngest.Sparkplug;

/// <summary>Writes protobuf fields into a span that is known to be long enough.</summary>
internal ref struct FieldWriter
{
    private readonly Span<byte> _destination;

    public FieldWriter(Span<byte> destination) => _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Written { get; set; }

    public readonly Span<byte> Destination => _destination;

    /// <summary>Bytes of a varint, 1 to 10.</summary>
    public static int VarintBytes(ulong value) => ((63 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7) + 1;

    /// <summary>A field's key, of fields up to 2047.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Key(uint key)
    {
        if (key < 0x80)
        {
            _destination[Written++] = (byte)key;
            return;
        }
        _destination[Written++] = (byte)(key | 0x80);
        _destination[Written++] = (byte)(key >> 7);
    }

    /// <summary>Seven bits a byte, lowest first, the top bit on all but the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Varint(ulong value)
    {
        Span<byte> destination = _destination[Written..];
        int i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }
        destination[i++] = (byte)value;
        Written += i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Written..], value);
        Written += sizeof(ulong);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_destination[Written..], value);
        Written += sizeof(uint);
    }

    /// <summary>A key, the length as a varint, and the bytes.</summary>
    public void Counted(uint key, ReadOnlySpan<byte> bytes)
    {
        Key(key);
        Varint((uint)bytes.Length);
        bytes.CopyTo(_destination[Written..]);
        Written += bytes.Length;
    }
}
