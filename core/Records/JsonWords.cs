using System.Buffers;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>The fixed words of a JSON record.</summary>
internal static class JsonWords
{
    public static ReadOnlySpan<byte> BeforeDevice => "{\"asset_id\":\""u8;

    public static ReadOnlySpan<byte> BeforeTag => "\",\"parameter\":\""u8;

    public static ReadOnlySpan<byte> BeforeValue => "\",\"value\":"u8;

    public static ReadOnlySpan<byte> NoDeviceTime => "null,\"gateway_time\":\""u8;

    public static ReadOnlySpan<byte> BetweenTimes => "\",\"gateway_time\":\""u8;

    public static ReadOnlySpan<byte> BeforeStatus => "\"},\"metadata\":{\"status\":"u8;

    public static string NameOf(ValueKind kind) => kind switch
    {
        ValueKind.Int64 => "int64",
        ValueKind.UInt64 => "uint64",
        ValueKind.Bool => "bool",
        ValueKind.Text => "text",
        _ => "float64",
    };

    public static bool TryParse(ReadOnlySpan<byte> name, out Classification classification)
    {
        classification = name.SequenceEqual("log"u8) ? Classification.Log : name.SequenceEqual("event"u8) ? Classification.Event
            : name.SequenceEqual("alarm"u8) ? Classification.Alarm : Classification.Telemetry;
        return classification != Classification.Telemetry || name.SequenceEqual("telemetry"u8);
    }

    public static bool TryParse(ReadOnlySpan<byte> name, out ValueKind kind)
    {
        kind = name.SequenceEqual("int64"u8) ? ValueKind.Int64 : name.SequenceEqual("uint64"u8) ? ValueKind.UInt64
            : name.SequenceEqual("bool"u8) ? ValueKind.Bool : name.SequenceEqual("text"u8) ? ValueKind.Text : ValueKind.Float64;
        return kind != ValueKind.Float64 || name.SequenceEqual("float64"u8);
    }

    /// <summary>The status a quality stands for when the record has no status of its own.</summary>
    public static bool TryParseQuality(ReadOnlySpan<byte> name, out uint status)
    {
        status = name.SequenceEqual("uncertain"u8) ? StatusCodes.Uncertain : name.SequenceEqual("bad"u8) ? StatusCodes.Bad : StatusCodes.Good;
        return status != StatusCodes.Good || name.SequenceEqual("good"u8);
    }

    /// <summary>Writes everything before the value of a series' records.</summary>
    public static void WritePrefix(IBufferWriter<byte> buffer, string device, string tag)
    {
        buffer.Write(BeforeDevice);
        WriteEscaped(buffer, device);
        buffer.Write(BeforeTag);
        WriteEscaped(buffer, tag);
        buffer.Write(BeforeValue);
    }

    private static void WriteEscaped(IBufferWriter<byte> buffer, string text) =>
        buffer.Advance(JsonText.Write(text, buffer.GetSpan((text.Length * JsonText.MaxBytesPerChar) + 1)));
}
