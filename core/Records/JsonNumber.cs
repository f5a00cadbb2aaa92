using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>Numbers of JSON that come back as they went, bit for bit; NaN and the infinities, for which JSON has no number, are the strings of their names.</summary>
public static class JsonNumber
{
    /// <summary>Most bytes of a value that is not text: <c>-2.2250738585072014E-308</c> has 24.</summary>
    public const int MaxBytes = 32;

    // Integers up to here are doubles, all of them, and so their digits are enough.
    private const long MaxExactInteger = 1L << 53;

    // Up to here the mantissa is exact, and with one exact power of ten the result is rounded once (Clinger, 1990).
    private const int MaxExactDigits = 15;

    // Powers of ten that are doubles exactly; a quotient or product of two exact doubles is rounded once, as the decimal itself would be.
    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Writes a double in the fewest digits that give it back; there must be room for <see cref="MaxBytes"/>.</summary>
    public static int Write(double value, Span<byte> destination)
    {
        long integer = (long)value;
        if (integer == value && integer is >= -MaxExactInteger and <= MaxExactInteger && (integer != 0 || !double.IsNegative(value))) return Write(integer, destination);
        return WriteDecimal(value, destination, out int written) ? written : WriteAny(value, destination);
    }

    /// <summary>Writes an integer; there must be room for <see cref="MaxBytes"/>.</summary>
    public static int Write(long value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out int written);
        return written;
    }

    /// <summary>Writes an integer; there must be room for <see cref="MaxBytes"/>.</summary>
    public static int Write(ulong value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out int written);
        return written;
    }

    /// <summary>
    /// What devices measure mostly has few decimals: an integer over 100 or 10,000 whose quotient is the very double is its shortest text, and finding that costs a multiplication,
    /// a division and an integer's digits rather than the general algorithm.
    /// </summary>
    private static bool WriteDecimal(double value, Span<byte> destination, out int written)
    {
        written = 0;
        double magnitude = Math.Abs(value);
        if (magnitude is not (>= 1e-4 and < 1e9)) return false;
        int decimals = TryDecimals(magnitude, 2, out ulong scaled) ? 2 : TryDecimals(magnitude, 5, out scaled) ? 5 : 0;
        if (decimals == 0) return false;
        while (scaled % 10 == 0)
        {
            scaled /= 10;
            decimals--;
        }
        if (double.IsNegative(value)) destination[written++] = (byte)'-';
        ulong power = (ulong)PowersOfTen[decimals];
        ulong whole = scaled / power;
        Utf8Formatter.TryFormat(whole, destination[written..], out int digits);
        written += digits;
        destination[written] = (byte)'.';
        ulong fraction = scaled - (whole * power);
        for (int i = decimals; i > 0; i--)
        {
            ulong tens = fraction / 10;
            destination[written + i] = (byte)('0' + (fraction - (tens * 10)));
            fraction = tens;
        }
        written += 1 + decimals;
        return true;
    }

    private static bool TryDecimals(double magnitude, int decimals, out ulong scaled)
    {
        double power = PowersOfTen[decimals];
        double rounded = Math.Round(magnitude * power);
        scaled = (ulong)rounded;
        return rounded < MaxExactInteger && rounded / power == magnitude;
    }

    private static int WriteAny(double value, Span<byte> destination)
    {
        if (double.IsFinite(value))
        {
            value.TryFormat(destination, out int written, "R", CultureInfo.InvariantCulture);
            return written;
        }
        ReadOnlySpan<byte> name = NameOf(value);
        name.CopyTo(destination);
        return name.Length;
    }

    private static ReadOnlySpan<byte> NameOf(double value)
    {
        if (double.IsNaN(value)) return "\"NaN\""u8;
        return value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8;
    }

    /// <summary>The double a string of the names above stands for; false for every other string.</summary>
    public static bool TryParseName(ReadOnlySpan<byte> name, out double value)
    {
        value = name.SequenceEqual("NaN"u8) ? double.NaN : name.SequenceEqual("Infinity"u8) ? double.PositiveInfinity : double.NegativeInfinity;
        return !double.IsInfinity(value) || double.IsPositive(value) || name.SequenceEqual("-Infinity"u8);
    }

    /// <summary>
    /// Reads a number at the start of <paramref name="text"/> up to a byte that cannot be part of one. False for what is no number of JSON, at whose end is the text's end, or whose
    /// digits are too many for this way of reading; the general reader then tells which.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value, out int read)
    {
        value = 0;
        read = 0;
        int at = text.Length > 0 && text[0] == '-' ? 1 : 0;
        int first = at;
        ulong digits = 0;
        uint digit;
        while (at < text.Length && (digit = (uint)text[at] - '0') <= 9)
        {
            digits = (digits * 10) + digit;
            at++;
        }
        int whole = at - first;
        if (whole == 0 || (whole > 1 && text[first] == '0') || at >= text.Length) return false;
        int decimals = 0;
        if (text[at] == '.')
        {
            int point = ++at;
            while (at < text.Length && (digit = (uint)text[at] - '0') <= 9)
            {
                digits = (digits * 10) + digit;
                at++;
            }
            decimals = at - point;
            if (decimals == 0 || at >= text.Length) return false;
        }
        read = at;
        if ((text[at] | 0x20) == 'e' || whole + decimals > MaxExactDigits) return TryReadLong(text, ref read, out value);
        value = digits;
        if (decimals > 0) value /= PowersOfTen[decimals];
        if (first == 1) value = -value;
        return true;
    }

    /// <summary>Reads a text that is a number of JSON from its first byte to its last; false for every other, and for what no double holds.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        int first = text.Length > 0 && text[0] == '-' ? 1 : 0;
        int point = text.Length;
        ulong digits = 0;
        for (int at = first; at < text.Length; at++)
        {
            uint digit = (uint)text[at] - '0';
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
                continue;
            }
            if (digit != unchecked((uint)('.' - '0')) || point != text.Length) return TryParseLong(text, out value);
            point = at;
        }
        int whole = point - first;
        int decimals = Math.Max(text.Length - point - 1, 0);
        if (whole == 0 || (whole > 1 && text[first] == '0') || point == text.Length - 1) return false;
        if (whole + decimals > MaxExactDigits) return TryParseLong(text, out value);
        value = digits;
        if (decimals > 0) value /= PowersOfTen[decimals];
        if (first == 1) value = -value;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryParseLong(ReadOnlySpan<byte> text, out double value)
    {
        // A byte behind the number ends it.
        Span<byte> ended = text.Length < 2 * MaxBytes ? stackalloc byte[2 * MaxBytes] : new byte[text.Length + 1];
        text.CopyTo(ended);
        ended[text.Length] = (byte)' ';
        return TryRead(ended[..(text.Length + 1)], out value, out int read) && read == text.Length;
    }

    private static bool TryReadLong(ReadOnlySpan<byte> text, ref int read, out double value)
    {
        if ((text[read] | 0x20) == 'e')
        {
            int at = read + 1;
            if (at < text.Length && text[at] is (byte)'+' or (byte)'-') at++;
            int first = at;
            while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9') at++;
            if (at == first || at >= text.Length)
            {
                value = 0;
                return false;
            }
            read = at;
        }
        return double.TryParse(text[..read], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }
}
