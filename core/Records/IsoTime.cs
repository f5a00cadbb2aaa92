using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>
/// Times as these records write them, <c>2026-11-21T10:30:22.1234567Z</c>, and the wider ISO 8601 they accept. Readings that follow one another mostly share their second, if
/// not their tick: the last one is kept, and only what differs from it is written or read anew.
/// </summary>
public struct IsoTime
{
    /// <summary>Bytes of a time as it is written.</summary>
    public const int Bytes = 28;

    // Up to and with the point before the ticks.
    private const int SecondBytes = 20;

    private Text _text;
    private long _ticks;
    private long _second;

    [InlineArray(32)]
    private struct Text
    {
        private byte _first;
    }

    /// <summary>A cache that holds 0001-01-01.</summary>
    public static IsoTime Start
    {
        get
        {
            IsoTime time = default;
            "0001-01-01T00:00:00.0000000Z"u8.CopyTo(time._text);
            return time;
        }
    }

    /// <summary>Writes <see cref="Bytes"/> bytes at <paramref name="destination"/>, which must have them; the ticks must be a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(long ticks, Span<byte> destination)
    {
        if (ticks != _ticks) Become(ticks);
        ((ReadOnlySpan<byte>)_text)[..Bytes].CopyTo(destination);
    }

    /// <summary>Reads a time exactly as <see cref="Write"/> writes it; false for any other, which <see cref="TryParse"/> may know.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = _ticks;
        if (text.Length < Bytes) return false;
        text = text[..Bytes];
        ReadOnlySpan<byte> own = ((ReadOnlySpan<byte>)_text)[..Bytes];
        if (text.SequenceEqual(own)) return true;
        if (text[..SecondBytes].SequenceEqual(own[..SecondBytes]))
        {
            if (text[Bytes - 1] != 'Z') return false;
            uint fraction = 0;
            for (int i = SecondBytes; i < Bytes - 1; i++)
            {
                uint digit = (uint)text[i] - '0';
                if (digit > 9) return false;
                fraction = (fraction * 10) + digit;
            }
            ticks = (_second * TimeSpan.TicksPerSecond) + fraction;
        }
        else if (text[SecondBytes - 1] != '.' || text[Bytes - 1] != 'Z' || !TryParse(text, out ticks))
        {
            return false;
        }
        text.CopyTo(_text);
        _ticks = ticks;
        _second = ticks / TimeSpan.TicksPerSecond;
        return true;
    }

    private void Become(long ticks)
    {
        long second = (long)((ulong)ticks / TimeSpan.TicksPerSecond);
        if (second != _second) BecomeSecond(second);
        _ticks = ticks;
        uint fraction = (uint)(ticks - (second * TimeSpan.TicksPerSecond));
        for (int i = Bytes - 2; i >= SecondBytes; i--)
        {
            uint tens = fraction / 10;
            _text[i] = (byte)('0' + (fraction - (tens * 10)));
            fraction = tens;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BecomeSecond(long second)
    {
        _second = second;
        DateTime time = new(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        time.TryFormat(_text, out _, "O");
    }

    /// <summary>
    /// Reads <c>YYYY-MM-DDTHH:MM:SS</c>, a fraction of any length if there is one (what is finer than 100 ns is cut off), and <c>Z</c> or <c>±HH:MM</c>. A time without an offset
    /// is refused: nobody can tell whose it is.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':') return false;
        if (!TryDigits(text[..4], out int year) || !TryDigits(text[5..7], out int month) || !TryDigits(text[8..10], out int day)
            || !TryDigits(text[11..13], out int hour) || !TryDigits(text[14..16], out int minute) || !TryDigits(text[17..19], out int second))
        {
            return false;
        }
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        text = text[19..];
        long fraction = 0;
        if (text[0] == '.' && !TryFraction(ref text, out fraction)) return false;
        if (!TryOffset(text, out long offset)) return false;
        ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + fraction - offset;
        return Writable.IsTime(ticks);
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> text, out long fraction)
    {
        fraction = 0;
        int digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0) return false;
        for (int i = 1; i <= 7; i++) fraction = (fraction * 10) + (i <= digits ? text[i] - '0' : 0);
        text = text[(1 + digits)..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out long offset)
    {
        offset = 0;
        if (text.Length == 1) return (text[0] | 0x20) == 'z';
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':') return false;
        if (!TryDigits(text[1..3], out int hours) || !TryDigits(text[4..6], out int minutes) || hours > 23 || minutes > 59) return false;
        offset = ((hours * 60) + minutes) * TimeSpan.TicksPerMinute;
        if (text[0] == '-') offset = -offset;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + (digit - '0');
        }
        return true;
    }
}
