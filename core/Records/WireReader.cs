using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>Reads varints and bytes from bytes that anybody may have written: nothing is read past the end and no length is believed before it is compared with what is left.</summary>
internal ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _bytes;

    public WireReader(ReadOnlySpan<byte> bytes, int position = 0)
    {
        _bytes = bytes;
        Position = position;
    }

    /// <summary>The next byte's place.</summary>
    public int Position { get; set; }

    public readonly int Left => _bytes.Length - Position;

    /// <summary>Reads a varint. False at the end (<see cref="RecordFault.Truncated"/>) or when it has more than 64 bits (<see cref="RecordFault.InvalidEncoding"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryVarint(out ulong value)
    {
        int at = Position;
        if ((uint)at < (uint)_bytes.Length && _bytes[at] < 0x80)
        {
            value = _bytes[at];
            Position = at + 1;
            return true;
        }
        return TryLongVarint(out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryZigzag(out long value)
    {
        bool read = TryVarint(out ulong zigzagged);
        value = Unzigzagged(zigzagged);
        return read;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Unzigzagged(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFixed64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(_bytes[Position..], out value)) return false;
        Position += sizeof(ulong);
        return true;
    }

    /// <summary>Takes <paramref name="count"/> bytes; false when there are fewer.</summary>
    public bool TryBytes(ulong count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > (ulong)Left) return false;
        bytes = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return true;
    }

    /// <summary>A length as a varint, and as many bytes.</summary>
    public bool TryCounted(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return TryVarint(out ulong count) && TryBytes(count, out bytes);
    }

    /// <summary>The fault of a read that failed here: the end, or a varint that goes on beyond 64 bits.</summary>
    public readonly RecordStatus Failed() => RecordStatus.Malformed(
        Left >= WireWriter.MaxVarintBytes && _bytes.Slice(Position, WireWriter.MaxVarintBytes - 1).IndexOfAnyInRange((byte)0, (byte)0x7F) < 0
            ? RecordFault.InvalidEncoding
            : RecordFault.Truncated,
        Position);

    private bool TryLongVarint(out ulong value)
    {
        value = 0;
        ReadOnlySpan<byte> bytes = _bytes[Position..];
        for (int i = 0; i < bytes.Length && i < WireWriter.MaxVarintBytes; i++)
        {
            ulong seven = bytes[i];
            // The tenth byte has room for the 64th bit.
            if (i == WireWriter.MaxVarintBytes - 1 && seven > 1) return false;
            value |= (seven & 0x7F) << (7 * i);
            if (seven < 0x80)
            {
                Position += i + 1;
                return true;
            }
        }
        return false;
    }
}
