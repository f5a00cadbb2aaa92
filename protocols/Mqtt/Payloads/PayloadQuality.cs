using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Qualities of payloads as OPC UA status codes.</summary>
internal static class PayloadQuality
{
    // OPC DA 3.0, 6.8: the two bits of a quality's low byte that say good, uncertain or bad; 10 is not used.
    private const uint DaMask = 0xC0;
    private const uint DaGood = 0xC0;
    private const uint DaUncertain = 0x40;

    // The highest quality of OPC DA, vendor's byte included.
    private const uint MaxDa = 0xFFFF;

    /// <summary>Reads a quality; null when it was, otherwise why not. No quality is good.</summary>
    public static string? Read(JsonTokenType type, ReadOnlySpan<byte> text, MqttQualityType asked, out uint status)
    {
        status = StatusCodes.Good;
        // What most of them are.
        if (asked == MqttQualityType.Auto && type == JsonTokenType.Number && text.SequenceEqual("192"u8)) return null;
        switch (type)
        {
            case JsonTokenType.Null:
            case JsonTokenType.True when asked is MqttQualityType.Auto or MqttQualityType.Word:
                return null;
            case JsonTokenType.False when asked is MqttQualityType.Auto or MqttQualityType.Word:
                status = StatusCodes.Bad;
                return null;
            case JsonTokenType.Number or JsonTokenType.String when TryNumber(text, out uint number):
                return TryOf(number, asked, out status) ? null : Unknown(type, text, asked);
            case JsonTokenType.String when asked is MqttQualityType.Auto or MqttQualityType.Word:
                return TryWord(text, out status) ? null : Unknown(type, text, asked);
            default:
                return Unknown(type, text, asked);
        }
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out uint number) =>
        Utf8Parser.TryParse(text, out number, out int read) && read == text.Length && text[0] is >= (byte)'0' and <= (byte)'9';

    private static bool TryOf(uint number, MqttQualityType asked, out uint status)
    {
        status = number;
        if (asked == MqttQualityType.OpcUa || (asked == MqttQualityType.Auto && number > byte.MaxValue)) return true;
        status = (number & DaMask) switch
        {
            DaGood => StatusCodes.Good,
            DaUncertain => StatusCodes.Uncertain,
            _ => StatusCodes.Bad,
        };
        return asked != MqttQualityType.Word && number <= MaxDa;
    }

    private static bool TryWord(ReadOnlySpan<byte> word, out uint status)
    {
        status = StatusCodes.Good;
        if (ScalarReader.IsWord(word, "good"u8)) return true;
        status = ScalarReader.IsWord(word, "uncertain"u8) ? StatusCodes.Uncertain : StatusCodes.Bad;
        return status == StatusCodes.Uncertain || ScalarReader.IsWord(word, "bad"u8);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Unknown(JsonTokenType type, ReadOnlySpan<byte> text, MqttQualityType asked) =>
        $"its quality {Excerpt.Of(type == JsonTokenType.True ? "true"u8 : type == JsonTokenType.False ? "false"u8 : text)} is {asked switch
        {
            MqttQualityType.OpcDa => "no OPC DA quality; 0 to 65535 are expected",
            MqttQualityType.OpcUa => "no OPC UA StatusCode; 0 to 4294967295 are expected",
            MqttQualityType.Word => "unknown; good, uncertain, bad, true and false are expected",
            _ => "unknown; good, uncertain, bad, true, false, an OPC DA quality or an OPC UA StatusCode are expected",
        }}";
}
