using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using HyperIngest.Core.Records;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Times of payloads as UTC ticks. Keeps the last ISO time, by which the next is read faster.</summary>
internal struct PayloadClock(MqttTimeUnit unit)
{
    // Below 10^18 an integer is a long.
    private const int MaxDigits = 18;

    private static readonly SearchValues<byte> DigitsAndSigns = SearchValues.Create("0123456789.-"u8);

    private readonly MqttTimeUnit _unit = unit;
    private IsoTime _iso = IsoTime.Start;

    /// <summary>Reads a time; null when it was, otherwise why not.</summary>
    public string? Read(JsonTokenType type, ReadOnlySpan<byte> text, out long ticks)
    {
        if (type == JsonTokenType.Number && TryInteger(text, out long number))
        {
            return TryTicks(number, _unit, out ticks) ? null : OutOfRange(text);
        }
        return ReadOther(type, text, out ticks);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryInteger(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.Length > MaxDigits) return false;
        foreach (byte b in text)
        {
            uint digit = (uint)b - '0';
            if (digit > 9) return false;
            number = (number * 10) + digit;
        }
        return true;
    }

    private string? ReadOther(JsonTokenType type, ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (type == JsonTokenType.Null) return null;
        if (type == JsonTokenType.String && text.Length > 10 && text[4] == '-')
        {
            if ((text.Length == IsoTime.Bytes && _iso.TryRead(text, out ticks)) || IsoTime.TryParse(text, out ticks)) return null;
            ticks = 0;
            return $"its time {Excerpt.Of(text)} is not ISO 8601 with an offset, such as 2026-11-21T10:30:22.5Z, or not in the years 1 to 9999";
        }
        // Exponents, decimals and long integers: 28 digits are more than any time has.
        bool isNumber = type == JsonTokenType.Number || (type == JsonTokenType.String && !text.IsEmpty && text.IndexOfAnyExcept(DigitsAndSigns) < 0);
        if (!isNumber || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number))
        {
            return $"its time {Excerpt.Of(text)} is neither ISO 8601 with an offset nor a number since 1970";
        }
        return TryTicks(number, _unit, out ticks) ? null : OutOfRange(text);
    }

    /// <summary>The ticks of an integer since 1970; false when it is not in the years 1 to 9999.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTicks(long number, MqttTimeUnit unit, out long ticks)
    {
        if (unit == MqttTimeUnit.Auto) unit = Guess(number);
        ticks = 0;
        if (unit == MqttTimeUnit.Nanoseconds)
        {
            // Towards the past, so that a time is never ahead of itself.
            number = (number / 100) - (number % 100 < 0 ? 1 : 0);
        }
        else
        {
            long scale = unit == MqttTimeUnit.Seconds ? TimeSpan.TicksPerSecond : unit == MqttTimeUnit.Milliseconds ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond;
            if (Math.BigMul(number, scale, out number) != number >> 63) return false;
        }
        ticks = unchecked(DateTime.UnixEpoch.Ticks + number);
        if ((ulong)ticks <= (ulong)DateTime.MaxValue.Ticks) return true;
        ticks = 0;
        return false;
    }

    /// <summary>The ticks of a number since 1970; false when it is not in the years 1 to 9999.</summary>
    public static bool TryTicks(decimal number, MqttTimeUnit unit, out long ticks)
    {
        if (unit == MqttTimeUnit.Auto) unit = Guess(Math.Abs(number) < 1e17m ? (long)number : long.MaxValue);
        ticks = 0;
        // Beyond all times in any unit, and small enough to be multiplied.
        if (Math.Abs(number) > 1e21m) return false;
        decimal since = Math.Floor(unit switch
        {
            MqttTimeUnit.Seconds => number * TimeSpan.TicksPerSecond,
            MqttTimeUnit.Milliseconds => number * TimeSpan.TicksPerMillisecond,
            MqttTimeUnit.Microseconds => number * TimeSpan.TicksPerMicrosecond,
            _ => number / 100,
        });
        if (since < -DateTime.UnixEpoch.Ticks || since > DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) return false;
        ticks = DateTime.UnixEpoch.Ticks + (long)since;
        return true;
    }

    private static MqttTimeUnit Guess(long number) => number switch
    {
        > -100_000_000_000 and < 100_000_000_000 => MqttTimeUnit.Seconds,
        > -100_000_000_000_000 and < 100_000_000_000_000 => MqttTimeUnit.Milliseconds,
        > -100_000_000_000_000_000 and < 100_000_000_000_000_000 => MqttTimeUnit.Microseconds,
        _ => MqttTimeUnit.Nanoseconds,
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string OutOfRange(ReadOnlySpan<byte> text) => $"its time {Excerpt.Of(text)} is not in the years 1 to 9999";
}
