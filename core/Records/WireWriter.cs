using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>Writes varints and bytes into a span that is known to be long enough.</summary>
internal ref struct WireWriter
{
    /// <summary>Most bytes of a varint.</summary>
    public const int MaxVarintBytes = 10;

    private readonly Span<byte> _destination;

    public WireWriter(Span<byte> destination) => _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Written { get; set; }

    /// <summary>All of the span.</summary>
    public readonly Span<byte> Destination => _destination;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Byte(byte value) => _destination[Written++] = value;

    /// <summary>Seven bits a byte, lowest first, the top bit on all but the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Varint(ulong value)
    {
        if (value < 0x80) Byte((byte)value);
        else LongVarint(value);
    }

    /// <summary>A signed number whose small magnitudes are short: 0, -1, 1, -2 become 0, 1, 2, 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Zigzag(long value) => Varint(Zigzagged(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Zigzagged(long value) => (ulong)((value << 1) ^ (value >> 63));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Written..], value);
        Written += sizeof(ulong);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Written..]);
        Written += bytes.Length;
    }

    /// <summary>The length as a varint, and the bytes.</summary>
    public void Counted(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Bytes(bytes);
    }

    private void LongVarint(ulong value)
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
}
