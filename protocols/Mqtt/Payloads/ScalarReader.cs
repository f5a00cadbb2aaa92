using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>From a scalar of a payload to the value bits of its series' kind, wherever nothing is lost by it. Allocates for a text not seen before and for reasons.</summary>
internal sealed class ScalarReader(SeriesCatalog catalog)
{
    private readonly TextInterning _texts = new(catalog.Texts);

    /// <summary>The kind a new series has by a rule's option and its first value.</summary>
    public static ValueKind KindOf(MqttValueKind configured, JsonTokenType type) => configured switch
    {
        MqttValueKind.Float64 => ValueKind.Float64,
        MqttValueKind.Int64 => ValueKind.Int64,
        MqttValueKind.UInt64 => ValueKind.UInt64,
        MqttValueKind.Bool => ValueKind.Bool,
        MqttValueKind.Text => ValueKind.Text,
        _ => type switch
        {
            JsonTokenType.True or JsonTokenType.False => ValueKind.Bool,
            JsonTokenType.String => ValueKind.Text,
            _ => ValueKind.Float64,
        },
    };

    /// <summary>Reads a number, a string (without its quotation marks and escapes), true, false or null.</summary>
    /// <param name="type">Which of them it is.</param>
    /// <param name="text">Its text, valid UTF-8; a number is one of JSON.</param>
    /// <param name="kind">The series' kind.</param>
    /// <param name="traits">Status and times of the reading.</param>
    /// <param name="reading">The reading, of series 0. With null it has no value and a bad status.</param>
    /// <param name="refused">A text that the text table has no room for or that is too long: the reading has the empty text and says so.</param>
    /// <returns>Null when it was read, otherwise why not.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public string? Read(JsonTokenType type, ReadOnlySpan<byte> text, ValueKind kind, in Reading traits, out Reading reading, out bool refused)
    {
        if (type != JsonTokenType.Number || kind != ValueKind.Float64) return ReadAny(type, text, kind, traits, out reading, out refused);
        refused = false;
        bool isFinite = JsonNumber.TryParse(text, out double number);
        reading = traits.With(BitConverter.DoubleToInt64Bits(number), traits.Status);
        return isFinite ? null : Unfit(text, kind);
    }

    private string? ReadAny(JsonTokenType type, ReadOnlySpan<byte> text, ValueKind kind, in Reading traits, out Reading reading, out bool refused)
    {
        refused = false;
        if (type == JsonTokenType.Null)
        {
            reading = traits.With(0, StatusCodes.IsBad(traits.Status) ? traits.Status : StatusCodes.Bad);
            return null;
        }
        string? unfit = ReadValue(type, text, kind, out long bits, out refused);
        reading = traits.With(bits, refused ? StatusCodes.BadOutOfMemory : traits.Status);
        return unfit;
    }

    private string? ReadValue(JsonTokenType type, ReadOnlySpan<byte> text, ValueKind kind, out long bits, out bool refused)
    {
        bits = 0;
        refused = false;
        if (kind == ValueKind.Text)
        {
            ReadOnlySpan<byte> words = type == JsonTokenType.True ? "true"u8 : type == JsonTokenType.False ? "false"u8 : text;
            return _texts.TryIntern(words, out bits, out refused) == RecordFault.None ? null : "its text is not valid UTF-8";
        }
        bool isRead = kind switch
        {
            ValueKind.Bool => TryBool(type, text, out bits),
            ValueKind.Int64 => IsNumber(type) && TryInt64(text, out bits),
            ValueKind.UInt64 => IsNumber(type) && TryUInt64(text, out bits),
            _ => IsNumber(type) && TryFloat64(type, text, out bits),
        };
        if (isRead) return null;
        return Unfit(type == JsonTokenType.True ? "true"u8 : type == JsonTokenType.False ? "false"u8 : text, kind);
    }

    // A string may be a number that somebody put in quotation marks.
    private static bool IsNumber(JsonTokenType type) => type is JsonTokenType.Number or JsonTokenType.String;

    private static bool TryFloat64(JsonTokenType type, ReadOnlySpan<byte> text, out long bits)
    {
        bool isRead = JsonNumber.TryParse(text, out double number) || (type == JsonTokenType.String && JsonNumber.TryParseName(text, out number));
        bits = BitConverter.DoubleToInt64Bits(number);
        return isRead;
    }

    private static bool TryInt64(ReadOnlySpan<byte> text, out long bits)
    {
        text = WholePart(text);
        return Utf8Parser.TryParse(text, out bits, out int read) && read == text.Length;
    }

    private static bool TryUInt64(ReadOnlySpan<byte> text, out long bits)
    {
        text = WholePart(text);
        bool isRead = Utf8Parser.TryParse(text, out ulong unsigned, out int read) && read == text.Length;
        bits = (long)unsigned;
        return isRead;
    }

    // 21.00 is an integer, 21.5 none; with an exponent it is not looked at closer. Empty for what is no integer of JSON.
    private static ReadOnlySpan<byte> WholePart(ReadOnlySpan<byte> text)
    {
        int point = text.IndexOf((byte)'.');
        if (point >= 0)
        {
            ReadOnlySpan<byte> decimals = text[(point + 1)..];
            if (decimals.IsEmpty || decimals.IndexOfAnyExcept((byte)'0') >= 0) return default;
            text = text[..point];
        }
        ReadOnlySpan<byte> digits = text.StartsWith("-"u8) ? text[1..] : text;
        return digits.IsEmpty || (digits.Length > 1 && digits[0] == '0') || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 ? default : text;
    }

    private static bool TryBool(JsonTokenType type, ReadOnlySpan<byte> text, out long bits)
    {
        bits = 0;
        switch (type)
        {
            case JsonTokenType.True:
                bits = 1;
                return true;
            case JsonTokenType.False:
                return true;
            case JsonTokenType.Number:
                text = WholePart(text);
                break;
        }
        if (IsWord(text, "true"u8) || IsWord(text, "on"u8) || text.SequenceEqual("1"u8)) bits = 1;
        else return IsWord(text, "false"u8) || IsWord(text, "off"u8) || text.SequenceEqual("0"u8);
        return true;
    }

    internal static bool IsWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(text, word);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Unfit(ReadOnlySpan<byte> text, ValueKind kind) => $"its value {Excerpt.Of(text)} is no {kind switch
    {
        ValueKind.Float64 => "finite number",
        ValueKind.Int64 => "integer of 64 bits",
        ValueKind.UInt64 => "integer of 64 bits without a sign",
        ValueKind.Bool => "true or false",
        _ => "text",
    }}, and the series is of kind {kind}";
}
