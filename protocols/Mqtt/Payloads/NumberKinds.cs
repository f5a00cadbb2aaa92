using System.Globalization;
using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>From the bits of one kind of number to another's, where nothing is lost.</summary>
internal static class NumberKinds
{
    // Integers up to here are doubles, all of them.
    private const long MaxExactInteger = 1L << 53;

    /// <summary>Converts; false when the value is none of the other kind's.</summary>
    public static bool TryConvert(ValueKind from, long bits, ValueKind to, out long converted)
    {
        converted = bits;
        if (from == to) return true;
        if (from == ValueKind.Float64)
        {
            double number = BitConverter.Int64BitsToDouble(bits);
            bool isInteger = number == Math.Floor(number) && Math.Abs(number) <= MaxExactInteger;
            converted = isInteger ? (long)number : 0;
            return isInteger && FitsInteger(converted, to);
        }
        // A uint64 above the greatest int64 is neither that nor, as far as is worth a thought, a double.
        if (from == ValueKind.UInt64 && bits < 0) return false;
        if (to != ValueKind.Float64) return FitsInteger(bits, to);
        converted = BitConverter.DoubleToInt64Bits(bits);
        return bits is >= -MaxExactInteger and <= MaxExactInteger;
    }

    /// <summary>A value in digits.</summary>
    public static string TextOf(ValueKind kind, long bits) => kind switch
    {
        ValueKind.Float64 => BitConverter.Int64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture),
        ValueKind.UInt64 => ((ulong)bits).ToString(CultureInfo.InvariantCulture),
        _ => bits.ToString(CultureInfo.InvariantCulture),
    };

    private static bool FitsInteger(long value, ValueKind kind) => kind switch
    {
        ValueKind.Int64 => true,
        ValueKind.UInt64 => value >= 0,
        ValueKind.Bool => value is 0 or 1,
        _ => false,
    };
}
