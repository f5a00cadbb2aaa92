using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>From a metric's type and value field to the kind and bits of a reading. A value is taken exactly or not at all.</summary>
internal static class SparkplugValue
{
    // 2^63 and 2^64: the first doubles past the integers.
    private const double PastInt64 = 9_223_372_036_854_775_808.0;
    private const double PastUInt64 = 18_446_744_073_709_551_616.0;

    /// <summary>The kind of a type's series; false for types that are no reading.</summary>
    public static bool TryKind(SparkplugDataType type, out ValueKind kind)
    {
        kind = type switch
        {
            SparkplugDataType.Int8 or SparkplugDataType.Int16 or SparkplugDataType.Int32 or SparkplugDataType.Int64 or SparkplugDataType.DateTime => ValueKind.Int64,
            SparkplugDataType.UInt8 or SparkplugDataType.UInt16 or SparkplugDataType.UInt32 or SparkplugDataType.UInt64 => ValueKind.UInt64,
            SparkplugDataType.Boolean => ValueKind.Bool,
            SparkplugDataType.String or SparkplugDataType.Text or SparkplugDataType.Uuid => ValueKind.Text,
            _ => ValueKind.Float64,
        };
        return type is > SparkplugDataType.Unknown and < SparkplugDataType.DataSet;
    }

    /// <summary>A metric's type: as it says, or, when it does not, what its value field mostly stands for.</summary>
    public static SparkplugDataType TypeOf(in SparkplugMetric metric) => metric.DataType != SparkplugDataType.Unknown ? metric.DataType : metric.ValueField switch
    {
        SparkplugValueField.Int => SparkplugDataType.Int32,
        SparkplugValueField.Long => SparkplugDataType.Int64,
        SparkplugValueField.Float => SparkplugDataType.Float,
        SparkplugValueField.Double => SparkplugDataType.Double,
        SparkplugValueField.Boolean => SparkplugDataType.Boolean,
        SparkplugValueField.String => SparkplugDataType.String,
        _ => SparkplugDataType.Unknown,
    };

    /// <summary>The bits of a number or boolean in a series of <paramref name="kind"/>; false when it is none, is out of its type's range, or cannot be kept exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryBits(in SparkplugMetric metric, SparkplugDataType type, ValueKind kind, out long bits)
    {
        if (kind == ValueKind.Float64)
        {
            if (metric.ValueField == SparkplugValueField.Double)
            {
                bits = (long)metric.ValueBits;
                return true;
            }
            if (metric.ValueField == SparkplugValueField.Float)
            {
                bits = BitConverter.DoubleToInt64Bits(metric.Single);
                return true;
            }
        }
        return TryOtherBits(metric, type, kind, out bits);
    }

    private static bool TryOtherBits(in SparkplugMetric metric, SparkplugDataType type, ValueKind kind, out long bits)
    {
        bits = 0;
        switch (metric.ValueField)
        {
            case SparkplugValueField.Int or SparkplugValueField.Long:
                TryKind(type, out ValueKind own);
                return own switch
                {
                    ValueKind.Int64 => TrySigned(metric, type, out long signed) && TryFromSigned(signed, kind, out bits),
                    ValueKind.UInt64 => metric.ValueBits <= MaxOf(type) && TryFromUnsigned(metric.ValueBits, kind, out bits),
                    ValueKind.Bool => metric.ValueBits <= 1 && TryFromUnsigned(metric.ValueBits, kind, out bits),
                    _ => false,
                };
            case SparkplugValueField.Boolean:
                return TryFromUnsigned(metric.ValueBits, kind, out bits);
            case SparkplugValueField.Float:
                return TryFromDouble(metric.Single, kind, out bits);
            case SparkplugValueField.Double:
                return TryFromDouble(metric.Double, kind, out bits);
            default:
                return false;
        }
    }

    // -5 of an Int8 comes as 0xFFFFFFFB from most senders and as 0xFB from some; both are its two's complement.
    private static bool TrySigned(in SparkplugMetric metric, SparkplugDataType type, out long value)
    {
        int bits = type switch { SparkplugDataType.Int8 => 8, SparkplugDataType.Int16 => 16, SparkplugDataType.Int32 => 32, _ => 64 };
        value = metric.ValueField == SparkplugValueField.Int ? metric.Int32 : (long)metric.ValueBits;
        if (bits == 64 || value == value << (64 - bits) >> (64 - bits)) return true;
        if (metric.ValueBits >> bits != 0) return false;
        value = (long)metric.ValueBits << (64 - bits) >> (64 - bits);
        return true;
    }

    private static ulong MaxOf(SparkplugDataType type) => type switch
    {
        SparkplugDataType.UInt8 => byte.MaxValue,
        SparkplugDataType.UInt16 => ushort.MaxValue,
        SparkplugDataType.UInt32 => uint.MaxValue,
        _ => ulong.MaxValue,
    };

    private static bool TryFromSigned(long value, ValueKind kind, out long bits)
    {
        bits = value;
        return kind == ValueKind.Int64 || (value >= 0 ? TryFromUnsigned((ulong)value, kind, out bits) : TryFromDouble(value, kind, out bits) && (long)(double)value == value);
    }

    private static bool TryFromUnsigned(ulong value, ValueKind kind, out long bits)
    {
        bits = (long)value;
        switch (kind)
        {
            case ValueKind.UInt64: return true;
            case ValueKind.Int64: return value <= long.MaxValue;
            case ValueKind.Bool: return value <= 1;
            case ValueKind.Float64:
                double nearest = value;
                bits = BitConverter.DoubleToInt64Bits(nearest);
                return nearest < PastUInt64 && (ulong)nearest == value;
            default: return false;
        }
    }

    private static bool TryFromDouble(double value, ValueKind kind, out long bits)
    {
        bits = BitConverter.DoubleToInt64Bits(value);
        switch (kind)
        {
            case ValueKind.Float64: return true;
            case ValueKind.Int64:
                bits = (long)value;
                return value is >= -PastInt64 and < PastInt64 && bits == value;
            case ValueKind.UInt64:
                bits = (long)(ulong)value;
                return value is >= 0 and < PastUInt64 && (ulong)value == value;
            default: return false;
        }
    }
}
