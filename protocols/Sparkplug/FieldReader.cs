using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace HyperIngest.Sparkplug;

/// <summary>Reads protobuf fields from bytes that anybody may have written: nothing is read past the end, and no length is believed before it is compared with what is left.</summary>
internal ref struct FieldReader
{
    // 64 bits, seven a byte.
    private const int MaxVarintBytes = 10;

    // 29 bits.
    private const ulong MaxFieldNumber = (1 << 29) - 1;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    public FieldReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Where the next field begins; after a fault, where the faulty item began.</summary>
    public readonly int Position => _position;

    public readonly bool AtEnd => _position == _bytes.Length;

    /// <summary>The first fault; nothing read after it counts.</summary>
    public SparkplugFault Fault { get; private set; }

    /// <summary>Says that what was read here cannot be; false, for the caller to return.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool Fail(SparkplugFault fault)
    {
        if (Fault == SparkplugFault.None) Fault = fault;
        return false;
    }

    /// <summary>Reads a field's key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryKey(out uint key)
    {
        int at = _position;
        if ((uint)at < (uint)_bytes.Length && _bytes[at] < 0x80)
        {
            key = _bytes[at];
            _position = at + 1;
            return true;
        }
        return TryLongKey(out key);
    }

    /// <summary>Reads a varint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryVarint(out ulong value)
    {
        int at = _position;
        if ((uint)at < (uint)_bytes.Length && _bytes[at] < 0x80)
        {
            value = _bytes[at];
            _position = at + 1;
            return true;
        }
        return TryLongVarint(out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFixed64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(_bytes[_position..], out value)) return Fail(SparkplugFault.Truncated);
        _position += sizeof(ulong);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFixed32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(_bytes[_position..], out value)) return Fail(SparkplugFault.Truncated);
        _position += sizeof(uint);
        return true;
    }

    /// <summary>A length as a varint, and as many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCounted(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        int before = _position;
        if (!TryVarint(out ulong count)) return false;
        if (count > (ulong)(_bytes.Length - _position))
        {
            _position = before;
            return Fail(SparkplugFault.Truncated);
        }
        bytes = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return true;
    }

    /// <summary>Skips a field whose key was read last. One whose number the schema has came here because its wire type is another than the schema's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TrySkip(uint key, uint lastOfSchema)
    {
        if (key >> 3 == 0) return Fail(SparkplugFault.InvalidKey);
        switch (key & 7)
        {
            case 0 or 1 or 2 or 5 when key >> 3 <= lastOfSchema: return Fail(SparkplugFault.WrongWireType);
            case 0: return TryVarint(out _);
            case 1: return TryFixed64(out _);
            case 2: return TryCounted(out _);
            case 5: return TryFixed32(out _);
            default: return Fail(SparkplugFault.InvalidKey);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryLongKey(out uint key)
    {
        int at = _position;
        key = 0;
        if (!TryVarint(out ulong value)) return false;
        if (value >> 3 > MaxFieldNumber)
        {
            _position = at;
            return Fail(SparkplugFault.InvalidKey);
        }
        key = (uint)value;
        return true;
    }

    // Times in milliseconds have six bytes: with eight of them in a register their end is a count of zeros and their bits one instruction away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryLongVarint(out ulong value)
    {
        if (Bmi2.X64.IsSupported && BinaryPrimitives.TryReadUInt64LittleEndian(_bytes[_position..], out ulong eight))
        {
            ulong ends = ~eight & 0x8080_8080_8080_8080;
            if (ends != 0)
            {
                int lastBit = BitOperations.TrailingZeroCount(ends);
                value = Bmi2.X64.ParallelBitExtract(eight, 0x7F7F_7F7F_7F7F_7F7F & (ulong.MaxValue >> (63 - lastBit)));
                _position += (lastBit + 1) >> 3;
                return true;
            }
        }
        return TryAnyVarint(out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAnyVarint(out ulong value)
    {
        value = 0;
        ReadOnlySpan<byte> bytes = _bytes[_position..];
        for (int i = 0; i < bytes.Length && i < MaxVarintBytes; i++)
        {
            ulong seven = bytes[i];
            // The tenth byte has room for the 64th bit.
            if (i == MaxVarintBytes - 1 && seven > 1) return Fail(SparkplugFault.InvalidVarint);
            value |= (seven & 0x7F) << (7 * i);
            if (seven < 0x80)
            {
                _position += i + 1;
                return true;
            }
        }
        return Fail(SparkplugFault.Truncated);
    }
}
