namespace HyperIngest.Core.Records;

/// <summary>The formats' names, as configuration files and transport headers have them, and how a record shows its own.</summary>
public static class RecordFormats
{
    /// <summary>The format's name: <c>json</c>, <c>protobuf</c> or <c>columnar</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such format.</exception>
    public static string NameOf(RecordFormat format) => format switch
    {
        RecordFormat.Json => "json",
        RecordFormat.Protobuf => "protobuf",
        RecordFormat.Columnar => "columnar",
        _ => throw Unknown(format),
    };

    /// <summary>The format's name in UTF-8, as the value of <see cref="RecordHeaders.Format"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such format.</exception>
    public static ReadOnlySpan<byte> Utf8NameOf(RecordFormat format)
    {
        switch (format)
        {
            case RecordFormat.Json: return "json"u8;
            case RecordFormat.Protobuf: return "protobuf"u8;
            case RecordFormat.Columnar: return "columnar"u8;
            default: throw Unknown(format);
        }
    }

    /// <summary>The format of a header's value; false when no format has that name.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out RecordFormat format)
    {
        for (format = RecordFormat.Json; format <= RecordFormat.Columnar; format++)
        {
            if (name.SequenceEqual(Utf8NameOf(format))) return true;
        }
        format = RecordFormat.Json;
        return false;
    }

    /// <summary>The format of a configured name; false when no format has that name.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out RecordFormat format)
    {
        for (format = RecordFormat.Json; format <= RecordFormat.Columnar; format++)
        {
            if (name.SequenceEqual(NameOf(format))) return true;
        }
        format = RecordFormat.Json;
        return false;
    }

    /// <summary>
    /// The format a record shows by its first bytes, for records that came without headers: white space or '{' is JSON, field 1 of readings.proto (0x08) protobuf,
    /// "HIR" columnar. A Confluent prefix (0x00) must be skipped first. False for everything else.
    /// </summary>
    public static bool TryDetect(ReadOnlySpan<byte> value, out RecordFormat format)
    {
        format = RecordFormat.Json;
        if (value.IsEmpty) return false;
        switch (value[0])
        {
            case (byte)'{' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return true;
            case 0x08:
                format = RecordFormat.Protobuf;
                return true;
            case (byte)'H' when value.StartsWith("HIR"u8):
                format = RecordFormat.Columnar;
                return true;
            default:
                return false;
        }
    }

    private static ArgumentOutOfRangeException Unknown(RecordFormat format) =>
        new(nameof(format), format, "The record formats are json, protobuf and columnar.");
}
