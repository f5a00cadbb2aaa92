using System.Diagnostics;
using System.Globalization;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>Values as bits, for protocols that send values and not registers; what the bits mean is said at <see cref="TagSamples.Bits"/>.</summary>
internal static class TagValues
{
    /// <summary>Longest text that <see cref="WriteText"/> makes.</summary>
    public const int MaxTextBytes = 32;

    /// <summary>Verifiable tags of one type: one tight loop a width, so that a tag costs a few nanoseconds.</summary>
    /// <param name="type">Type of all of them.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="counts">Their counts, as many as keys.</param>
    /// <param name="bits">Their values, as many as keys.</param>
    public static void WriteSequence(ModbusType type, ReadOnlySpan<ulong> keys, ReadOnlySpan<uint> counts, Span<ulong> bits)
    {
        counts = counts[..keys.Length];
        bits = bits[..keys.Length];
        switch (type)
        {
            case ModbusType.Int16:
                for (int i = 0; i < keys.Length; i++) bits[i] = (ulong)(short)VerifiableSequence.ValueAt(keys[i], counts[i], 16);
                break;
            case ModbusType.UInt16:
                for (int i = 0; i < keys.Length; i++) bits[i] = VerifiableSequence.ValueAt(keys[i], counts[i], 16);
                break;
            case ModbusType.Int32:
                for (int i = 0; i < keys.Length; i++) bits[i] = (ulong)(int)VerifiableSequence.ValueAt(keys[i], counts[i], 32);
                break;
            case ModbusType.UInt32:
                for (int i = 0; i < keys.Length; i++) bits[i] = VerifiableSequence.ValueAt(keys[i], counts[i], 32);
                break;
            case ModbusType.Float32:
                for (int i = 0; i < keys.Length; i++) bits[i] = BitConverter.SingleToUInt32Bits((int)VerifiableSequence.ValueAt(keys[i], counts[i], 24));
                break;
            case ModbusType.Int64 or ModbusType.UInt64:
                for (int i = 0; i < keys.Length; i++) bits[i] = VerifiableSequence.ValueAt(keys[i], counts[i], 64);
                break;
            case ModbusType.Float64:
                for (int i = 0; i < keys.Length; i++) bits[i] = BitConverter.DoubleToUInt64Bits((long)VerifiableSequence.ValueAt(keys[i], counts[i], 53));
                break;
            default:
                throw new UnreachableException($"A template let a sequence of {type} through.");
        }
    }

    /// <summary>A number as the tag's type; integers are rounded and held within the type's range, as in registers.</summary>
    public static ulong Of(ModbusType type, double value) => type switch
    {
        ModbusType.Bool => value >= 0.5 ? 1UL : 0UL,
        ModbusType.Int16 => (ulong)(long)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue),
        ModbusType.UInt16 => (ulong)Math.Clamp(Math.Round(value), 0, ushort.MaxValue),
        ModbusType.Int32 => (ulong)(long)Math.Clamp(Math.Round(value), int.MinValue, int.MaxValue),
        ModbusType.UInt32 => (ulong)Math.Clamp(Math.Round(value), 0, uint.MaxValue),
        ModbusType.Float32 => BitConverter.SingleToUInt32Bits((float)value),
        // Conversions from double saturate, so that values beyond the range become its ends.
        ModbusType.Int64 => (ulong)(long)Math.Round(value),
        ModbusType.UInt64 => (ulong)Math.Round(value),
        _ => BitConverter.DoubleToUInt64Bits(value),
    };

    /// <summary>The text of an ASCII tag: the number's digits, cut to the tag's registers; the bytes written.</summary>
    public static int WriteText(PlantTag tag, ulong bits, Span<byte> destination)
    {
        BitConverter.UInt64BitsToDouble(bits).TryFormat(destination[..MaxTextBytes], out int written, "0.###", CultureInfo.InvariantCulture);
        return Math.Min(written, 2 * tag.Length);
    }
}
