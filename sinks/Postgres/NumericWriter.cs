using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// PostgreSQL's binary numeric (utils/adt/numeric.c, numeric_recv): int16 digit count, weight of the first digit, sign, decimal places, then the digits to base 10,000.
/// Doubles are written as the shortest decimal that reads back the same.
/// </summary>
internal static class NumericWriter
{
    /// <summary>Room any value fits in: 8 bytes, and 309 + 343 decimal digits in fours.</summary>
    public const int MaxBytes = 400;

    private const ushort Negative = 0x4000;
    private const ushort NaN = 0xC000;
    private const ushort PositiveInfinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    /// <summary>Writes a double and returns the bytes written.</summary>
    public static int Write(Span<byte> destination, double value)
    {
        if (double.IsNaN(value)) return WriteSpecial(destination, NaN);
        if (double.IsInfinity(value)) return WriteSpecial(destination, value > 0 ? PositiveInfinity : NegativeInfinity);
        Span<byte> text = stackalloc byte[32];
        // "E16" gives 17 digits; "R" the fewest that read back the same, with an exponent only outside 1E-5 to 1E15.
        value.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        return WriteDecimal(destination, text[..length]);
    }

    /// <summary>Writes a signed integer.</summary>
    public static int Write(Span<byte> destination, long value)
    {
        Span<byte> text = stackalloc byte[24];
        Utf8Formatter.TryFormat(value, text, out int length);
        return WriteDecimal(destination, text[..length]);
    }

    /// <summary>Writes an unsigned integer.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        Span<byte> text = stackalloc byte[24];
        Utf8Formatter.TryFormat(value, text, out int length);
        return WriteDecimal(destination, text[..length]);
    }

    // [-]digits[.digits][E[+-]digits]
    private static int WriteDecimal(Span<byte> destination, ReadOnlySpan<byte> text)
    {
        bool negative = text[0] == '-';
        if (negative) text = text[1..];
        int exponent = 0;
        int e = text.IndexOf((byte)'E');
        if (e >= 0)
        {
            ReadOnlySpan<byte> power = text[(e + 1)..];
            if (power[0] == '+') power = power[1..];
            exponent = int.Parse(power, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        Span<byte> digits = stackalloc byte[32];
        int count = 0;
        int point = -1;
        foreach (byte c in text)
        {
            if (c == '.') point = count;
            else digits[count++] = (byte)(c - '0');
        }
        // The number is 0.d1 d2 ... times 10^scale.
        int scale = (point < 0 ? count : point) + exponent;
        int leading = 0;
        while (leading < count && digits[leading] == 0) leading++;
        digits = digits[leading..count];
        scale -= leading;
        while (digits.Length > 0 && digits[^1] == 0) digits = digits[..^1];
        if (digits.IsEmpty) return WriteSpecial(destination, 0);
        return WriteGroups(destination, digits, scale, negative);
    }

    private static int WriteGroups(Span<byte> destination, ReadOnlySpan<byte> digits, int scale, bool negative)
    {
        // Groups of four, aligned at the decimal point: the first group holds `head` digits, 1 to 4.
        int weight = FloorDivide(scale - 1, 4);
        int head = scale - (weight * 4);
        int groups = 0;
        int at = 0;
        while (at < digits.Length)
        {
            int take = groups == 0 ? head : 4;
            int group = 0;
            for (int i = 0; i < take; i++, at++) group = (group * 10) + (at < digits.Length ? digits[at] : 0);
            BinaryPrimitives.WriteInt16BigEndian(destination[(8 + (groups * 2))..], (short)group);
            groups++;
        }
        BinaryPrimitives.WriteInt16BigEndian(destination, (short)groups);
        BinaryPrimitives.WriteInt16BigEndian(destination[2..], (short)weight);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], negative ? Negative : (ushort)0);
        BinaryPrimitives.WriteInt16BigEndian(destination[6..], (short)Math.Max(0, digits.Length - scale));
        return 8 + (groups * 2);
    }

    private static int WriteSpecial(Span<byte> destination, ushort sign)
    {
        destination[..8].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], sign);
        return 8;
    }

    private static int FloorDivide(int value, int by) => value >= 0 ? value / by : -((-value + by - 1) / by);
}
