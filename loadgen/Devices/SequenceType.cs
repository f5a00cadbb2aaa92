using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>How a verifiable sequence lies in the values of each Modbus type: the widest range of integers that the type holds exactly.</summary>
public static class SequenceType
{
    /// <summary>
    /// Bits of the sequence for <paramref name="type"/>: 16, 32 or 64 for integers; 24 for float32 and 53 for float64, whose significands hold no more; 0 for
    /// <see cref="ModbusType.Bool"/> and <see cref="ModbusType.Ascii"/>, which cannot carry one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WidthOf(ModbusType type) => type switch
    {
        ModbusType.Int16 or ModbusType.UInt16 => 16,
        ModbusType.Int32 or ModbusType.UInt32 => 32,
        ModbusType.Int64 or ModbusType.UInt64 => 64,
        ModbusType.Float32 => 24,
        ModbusType.Float64 => 53,
        _ => 0,
    };

    /// <summary>
    /// The integer of the sequence that a stored value stands for; false when the type could not have sent the value at all: a fraction, NaN, or out of range.
    /// </summary>
    /// <param name="type">The tag's type on the wire.</param>
    /// <param name="kind">How the product stored it; every kind that holds the number exactly will do.</param>
    /// <param name="valueBits">The stored bits.</param>
    /// <param name="value">The integer, 0 to 2^width-1.</param>
    public static bool TryDecode(ModbusType type, ValueKind kind, long valueBits, out ulong value)
    {
        value = 0;
        bool signed = type is ModbusType.Int16 or ModbusType.Int32 or ModbusType.Int64;
        int width = WidthOf(type);
        if (width == 0) return false;
        long integer;
        switch (kind)
        {
            case ValueKind.Float64:
                double number = BitConverter.Int64BitsToDouble(valueBits);
                if (!signed && number >= 9_223_372_036_854_775_808.0)
                {
                    // The upper half of uint64, which a double holds only in part; beyond it the value is none of ours.
                    if (width != 64 || number >= 18_446_744_073_709_551_616.0) return false;
                    value = (ulong)number;
                    return true;
                }
                if (number is not (>= -9_223_372_036_854_775_808.0 and < 9_223_372_036_854_775_808.0)) return false;
                integer = (long)number;
                // Compared bit for bit, so that -0.0, which no simulated device sends, is not taken for 0.
                if (BitConverter.DoubleToInt64Bits(integer) != valueBits) return false;
                break;
            case ValueKind.Int64:
                integer = valueBits;
                break;
            case ValueKind.UInt64:
                if (type == ModbusType.UInt64)
                {
                    value = (ulong)valueBits;
                    return true;
                }
                if (valueBits < 0) return false;
                integer = valueBits;
                break;
            default:
                return false;
        }

        ulong mask = ulong.MaxValue >> (64 - width);
        value = (ulong)integer & mask;
        if (!signed) return integer >= 0 && (ulong)integer <= mask;
        long limit = 1L << (width - 1);
        return width == 64 || (integer >= -limit && integer < limit);
    }
}
