using System.Text.Json;
using System.Text.Unicode;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes readings of payloads that are a number, a word or any text.</summary>
internal sealed class TextPayloadDecoder(MqttTextPayload options, TopicSeries series, ScalarReader scalars) : IPayloadDecoder
{
    // -1.7976931348623157E+308 and some blanks' worth of digits that nobody needs.
    private const int MaxNumberBytes = 64;

    public string? Decode(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        ReadOnlySpan<byte> trimmed = payload.Trim(" \t\r\n"u8);
        Reading traits = new(0, StatusCodes.Good, 0, nowTicks, 0);
        bool isText = topic.SeriesId >= 0 ? topic.Kind == ValueKind.Text : options.Kind == MqttValueKind.Text;
        if (!isText)
        {
            Span<byte> digits = stackalloc byte[MaxNumberBytes];
            int length = 0;
            bool isNumber = trimmed.Length <= MaxNumberBytes && TryNormalize(trimmed, digits, out length);
            if (isNumber) return SingleReading.Decode(series, scalars, options.Kind, message.Topic, JsonTokenType.Number, digits[..length], traits, ref topic, into);
            if (trimmed.IsEmpty) return "its payload is empty";
            // Text of a series that is to be a number is refused by the reader of values; of a series that is not known yet, it would be text without anybody having meant it.
            if (HasDecimalComma(trimmed)) return $"its value {Excerpt.Of(trimmed)} has a decimal comma; a decimal point is expected";
        }
        if (!Utf8.IsValid(payload)) return "its payload is not valid UTF-8";
        return SingleReading.Decode(series, scalars, options.Kind, message.Topic, JsonTokenType.String, KindIsText(topic) ? payload : trimmed, traits, ref topic, into);
    }

    // A text is kept with its blanks, unless it is yet to be seen what it is of.
    private bool KindIsText(in KnownTopic topic) => topic.SeriesId >= 0 ? topic.Kind == ValueKind.Text : options.Kind is MqttValueKind.Text or MqttValueKind.Auto;

    /// <summary>Writes a number as JSON would: without a plus and leading zeros, with digits on both sides of the point. False for what is no number.</summary>
    internal static bool TryNormalize(ReadOnlySpan<byte> text, Span<byte> json, out int length)
    {
        length = 0;
        if (text.IsEmpty) return false;
        if (text[0] is (byte)'+' or (byte)'-')
        {
            if (text[0] == '-') json[length++] = (byte)'-';
            text = text[1..];
        }
        int whole = Digits(text);
        ReadOnlySpan<byte> integer = text[..whole];
        text = text[whole..];
        int decimals = 0;
        if (text.StartsWith("."u8))
        {
            decimals = Digits(text[1..]);
            if (decimals == 0 && whole == 0) return false;
        }
        else if (whole == 0)
        {
            return false;
        }
        integer = integer.TrimStart((byte)'0');
        if (integer.IsEmpty) integer = "0"u8;
        if (integer.Length + decimals + text.Length + 3 > json.Length) return false;
        integer.CopyTo(json[length..]);
        length += integer.Length;
        if (text.StartsWith("."u8))
        {
            if (decimals > 0)
            {
                text[..(1 + decimals)].CopyTo(json[length..]);
                length += 1 + decimals;
            }
            text = text[(1 + decimals)..];
        }
        if (!text.IsEmpty && !IsExponent(text)) return false;
        text.CopyTo(json[length..]);
        length += text.Length;
        return true;
    }

    private static bool IsExponent(ReadOnlySpan<byte> text)
    {
        if ((text[0] | 0x20) != 'e') return false;
        text = text[1..];
        if (!text.IsEmpty && text[0] is (byte)'+' or (byte)'-') text = text[1..];
        return !text.IsEmpty && Digits(text) == text.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }

    private static bool HasDecimalComma(ReadOnlySpan<byte> text)
    {
        if (text[0] is (byte)'+' or (byte)'-') text = text[1..];
        int whole = Digits(text);
        return whole > 0 && whole < text.Length - 1 && text[whole] == ',' && Digits(text[(whole + 1)..]) == text.Length - whole - 1;
    }
}
