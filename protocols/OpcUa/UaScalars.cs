using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa;

/// <summary>How a value became the bits of a reading, or why it did not.</summary>
public enum UaScalarOutcome : byte
{
    /// <summary>It did.</summary>
    Done,

    /// <summary>There is no value: the type is Null, or a text is null.</summary>
    NoValue,

    /// <summary>It is no scalar a reading can have: an array, a structure, bytes, a node id.</summary>
    NotScalar,

    /// <summary>It is of another kind than the series, and outside of what that kind can have.</summary>
    OtherKind,

    /// <summary>A text is no UTF-8.</summary>
    NotUtf8,

    /// <summary>A text is too long, or the table of texts is full.</summary>
    TextRefused,
}

/// <summary>
/// From OPC UA's values to readings': Boolean is Bool; signed integers are Int64 and unsigned ones, StatusCodes among them, UInt64; Float and Double are Float64; a DateTime is Int64, UTC ticks of
/// 100 ns, as a reading's own times are; String, LocalizedText (without its language), QualifiedName (without its namespace), XmlElement and Guid are Text. An enumeration's value is an Int32.
/// </summary>
public static class UaScalars
{
    // A GUID, and as 8-4-4-4-12.
    private const int GuidBytes = 16;
    private const int GuidChars = 36;

    // 2 to the 63rd and 64th: the first doubles too large for the integers.
    private const double BeyondInt64 = 9_223_372_036_854_775_808.0;
    private const double BeyondUInt64 = 18_446_744_073_709_551_616.0;

    /// <summary>The kind of a series whose values, or elements, are of a type; false when such values are no scalars.</summary>
    public static bool TryKind(UaBuiltInType type, out ValueKind kind)
    {
        switch (type)
        {
            case UaBuiltInType.Boolean:
                kind = ValueKind.Bool;
                return true;
            case UaBuiltInType.SByte or UaBuiltInType.Int16 or UaBuiltInType.Int32 or UaBuiltInType.Int64 or UaBuiltInType.DateTime:
                kind = ValueKind.Int64;
                return true;
            case UaBuiltInType.Byte or UaBuiltInType.UInt16 or UaBuiltInType.UInt32 or UaBuiltInType.UInt64 or UaBuiltInType.StatusCode:
                kind = ValueKind.UInt64;
                return true;
            case UaBuiltInType.Float or UaBuiltInType.Double:
                kind = ValueKind.Float64;
                return true;
            case UaBuiltInType.String or UaBuiltInType.LocalizedText or UaBuiltInType.QualifiedName or UaBuiltInType.XmlElement or UaBuiltInType.Guid:
                kind = ValueKind.Text;
                return true;
            default:
                kind = default;
                return false;
        }
    }

    /// <summary>The bits of a value as a series' readings have them. A number of another kind is converted when the series' kind has it: any to Float64, integers to one another within their range.</summary>
    /// <param name="value">The value.</param>
    /// <param name="kind">The series' kind.</param>
    /// <param name="texts">Where texts are kept.</param>
    /// <param name="bits">The reading's value; 0 unless done.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UaScalarOutcome ToBits(in UaVariant value, ValueKind kind, TextTable texts, out long bits)
    {
        // What most values are.
        if (value.Type == UaBuiltInType.Double && kind == ValueKind.Float64 && !value.IsArray)
        {
            bits = (long)value.Bits;
            return UaScalarOutcome.Done;
        }
        return Others(value, kind, texts, out bits);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UaScalarOutcome Others(in UaVariant value, ValueKind kind, TextTable texts, out long bits)
    {
        bits = 0;
        if (value.IsArray) return UaScalarOutcome.NotScalar;
        switch (value.Type)
        {
            case UaBuiltInType.Null:
                return UaScalarOutcome.NoValue;
            case UaBuiltInType.Boolean:
                return FromUnsigned(value.Bits == 0 ? 0u : 1u, kind, out bits);
            case UaBuiltInType.SByte:
                return FromSigned((sbyte)value.Bits, kind, out bits);
            case UaBuiltInType.Int16:
                return FromSigned((short)value.Bits, kind, out bits);
            case UaBuiltInType.Int32:
                return FromSigned((int)value.Bits, kind, out bits);
            case UaBuiltInType.Int64:
                return FromSigned((long)value.Bits, kind, out bits);
            case UaBuiltInType.DateTime:
                return FromSigned(UaTime.ToTicks((long)value.Bits), kind, out bits);
            case UaBuiltInType.Byte or UaBuiltInType.UInt16 or UaBuiltInType.UInt32 or UaBuiltInType.UInt64 or UaBuiltInType.StatusCode:
                return FromUnsigned(value.Bits, kind, out bits);
            case UaBuiltInType.Float:
                return FromDouble(BitConverter.UInt32BitsToSingle((uint)value.Bits), kind, out bits);
            case UaBuiltInType.Double:
                return FromDouble(BitConverter.UInt64BitsToDouble(value.Bits), kind, out bits);
            case UaBuiltInType.Guid:
                return FromGuid(value.Bytes, kind, texts, out bits);
            case UaBuiltInType.String or UaBuiltInType.XmlElement:
                return value.IsNull ? UaScalarOutcome.NoValue : FromUtf8(value.Bytes, kind, texts, out bits);
            case UaBuiltInType.LocalizedText or UaBuiltInType.QualifiedName:
                ReadOnlySpan<byte> text = TextOf(value, out bool isNull);
                return isNull ? UaScalarOutcome.NoValue : FromUtf8(text, kind, texts, out bits);
            default:
                return UaScalarOutcome.NotScalar;
        }
    }

    private static UaScalarOutcome FromSigned(long value, ValueKind kind, out long bits)
    {
        bits = kind == ValueKind.Float64 ? BitConverter.DoubleToInt64Bits(value) : value;
        bool fits = kind is ValueKind.Float64 or ValueKind.Int64 || (kind == ValueKind.UInt64 && value >= 0) || (kind == ValueKind.Bool && value is 0 or 1);
        return Fits(fits, ref bits);
    }

    private static UaScalarOutcome FromUnsigned(ulong value, ValueKind kind, out long bits)
    {
        bits = kind == ValueKind.Float64 ? BitConverter.DoubleToInt64Bits(value) : (long)value;
        bool fits = kind is ValueKind.Float64 or ValueKind.UInt64 || (kind == ValueKind.Int64 && value <= long.MaxValue) || (kind == ValueKind.Bool && value <= 1);
        return Fits(fits, ref bits);
    }

    // To an integer only when it is one: half a piece is no count of pieces.
    private static UaScalarOutcome FromDouble(double value, ValueKind kind, out long bits)
    {
        bits = kind switch
        {
            ValueKind.Float64 => BitConverter.DoubleToInt64Bits(value),
            ValueKind.UInt64 => (long)(ulong)value,
            _ => (long)value,
        };
        bool isInteger = Math.Floor(value) == value;
        bool fits = kind switch
        {
            ValueKind.Float64 => true,
            ValueKind.Int64 => isInteger && value is >= -BeyondInt64 and < BeyondInt64,
            ValueKind.UInt64 => isInteger && value is >= 0 and < BeyondUInt64,
            ValueKind.Bool => value is 0 or 1,
            _ => false,
        };
        return Fits(fits, ref bits);
    }

    private static UaScalarOutcome Fits(bool fits, ref long bits)
    {
        if (fits) return UaScalarOutcome.Done;
        bits = 0;
        return UaScalarOutcome.OtherKind;
    }

    private static UaScalarOutcome FromGuid(ReadOnlySpan<byte> bytes, ValueKind kind, TextTable texts, out long bits)
    {
        bits = 0;
        if (kind != ValueKind.Text) return UaScalarOutcome.OtherKind;
        Span<char> text = stackalloc char[GuidChars];
        if (bytes.Length != GuidBytes) return UaScalarOutcome.NoValue;
        new Guid(bytes).TryFormat(text, out int written, "D");
        return texts.TryIntern(text[..written], out bits) ? UaScalarOutcome.Done : UaScalarOutcome.TextRefused;
    }

    private static UaScalarOutcome FromUtf8(ReadOnlySpan<byte> utf8, ValueKind kind, TextTable texts, out long bits)
    {
        bits = 0;
        if (kind != ValueKind.Text) return UaScalarOutcome.OtherKind;
        if (!Utf8.IsValid(utf8)) return UaScalarOutcome.NotUtf8;
        // A character has three bytes at most, and a pair of them four: what is longer has too many characters, whatever they are.
        if (utf8.Length > 3 * TextTable.MaxTextLength) return UaScalarOutcome.TextRefused;
        Span<char> text = stackalloc char[Math.Min(utf8.Length, TextTable.MaxTextLength)];
        if (!Encoding.UTF8.TryGetChars(utf8, text, out int written)) return UaScalarOutcome.TextRefused;
        return texts.TryIntern(text[..written], out bits) ? UaScalarOutcome.Done : UaScalarOutcome.TextRefused;
    }

    private static ReadOnlySpan<byte> TextOf(in UaVariant value, out bool isNull)
    {
        UaReader reader = new(value.Bytes);
        isNull = true;
        if (value.Type == UaBuiltInType.QualifiedName)
        {
            reader.UInt16();
            return reader.Bytes(out isNull);
        }
        byte mask = reader.Byte();
        if ((mask & UaWire.TextHasLocale) != 0) reader.Bytes();
        return (mask & UaWire.TextHasText) != 0 ? reader.Bytes(out isNull) : default;
    }
}
