using System.Globalization;
using System.Text.Json;
using HyperIngest.Core.Readings;

namespace HyperIngest.Host.Query;

/// <summary>How readings are written.</summary>
internal enum QueryFormat
{
    /// <summary>Aligned columns with a heading.</summary>
    Table,

    /// <summary>RFC 4180 with a heading line.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    JsonLines,
}

/// <summary>Writes readings, one line each.</summary>
internal sealed class ReadingWriter(TextWriter output, SeriesCatalog catalog, QueryFormat format, SeriesFilter filter)
{
    // A name longer than this pushes its line's columns aside rather than all lines'.
    private const int WidestName = 40;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private readonly int _deviceWidth = Math.Clamp(filter.LongestDevice, 6, WidestName);
    private readonly int _tagWidth = Math.Clamp(filter.LongestTag, 3, WidestName);

    /// <summary>Writes the heading, where the format has one.</summary>
    public void Begin()
    {
        if (format == QueryFormat.Csv) output.Write("time,source_time,device,tag,value,unit,status\n");
        else if (format == QueryFormat.Table) output.Write($"{"time",-28}  {"device".PadRight(_deviceWidth)}  {"tag".PadRight(_tagWidth)}  {"value",24}  status\n");
    }

    /// <summary>Writes one reading.</summary>
    public void Write(in Reading reading)
    {
        SeriesDefinition series = catalog[reading.SeriesId];
        switch (format)
        {
            case QueryFormat.Csv: WriteCsv(reading, series); break;
            case QueryFormat.JsonLines: WriteJson(reading, series); break;
            default: WriteRow(reading, series); break;
        }
    }

    private void WriteRow(in Reading reading, in SeriesDefinition series)
    {
        string value = ValueOf(reading, series.Kind);
        if (series.Unit.Length > 0) value += " " + series.Unit;
        output.Write($"{Time(reading.GatewayTime)}  {Visible(series.Device).PadRight(_deviceWidth)}  {Visible(series.Tag).PadRight(_tagWidth)}  {Visible(value),24}  {StatusCodes.NameOf(reading.Status)}\n");
    }

    private void WriteCsv(in Reading reading, in SeriesDefinition series)
    {
        output.Write(Time(reading.GatewayTime));
        output.Write(',');
        if (reading.SourceTime != 0) output.Write(Time(reading.SourceTime));
        output.Write(',');
        WriteField(series.Device);
        output.Write(',');
        WriteField(series.Tag);
        output.Write(',');
        WriteField(ValueOf(reading, series.Kind));
        output.Write(',');
        WriteField(series.Unit);
        output.Write(',');
        output.Write(StatusCodes.NameOf(reading.Status));
        output.Write('\n');
    }

    private void WriteJson(in Reading reading, in SeriesDefinition series)
    {
        output.Write("{\"time\":\"");
        output.Write(Time(reading.GatewayTime));
        output.Write('"');
        if (reading.SourceTime != 0)
        {
            output.Write(",\"source_time\":\"");
            output.Write(Time(reading.SourceTime));
            output.Write('"');
        }
        output.Write(",\"device\":");
        output.Write(JsonSerializer.Serialize(series.Device));
        output.Write(",\"tag\":");
        output.Write(JsonSerializer.Serialize(series.Tag));
        output.Write(",\"value\":");
        output.Write(JsonValueOf(reading, series.Kind));
        if (series.Unit.Length > 0)
        {
            output.Write(",\"unit\":");
            output.Write(JsonSerializer.Serialize(series.Unit));
        }
        output.Write(",\"status\":\"");
        output.Write(StatusCodes.NameOf(reading.Status));
        output.Write("\"}\n");
    }

    private string JsonValueOf(in Reading reading, ValueKind kind) => kind switch
    {
        ValueKind.Text => JsonSerializer.Serialize(TextOf(reading)),
        // JSON has no word for NaN and the infinities.
        ValueKind.Float64 when !double.IsFinite(reading.Float64) => "null",
        // Numbers beyond 2^53 lose digits in most readers; as text they keep them.
        ValueKind.Int64 when reading.ValueBits is > 1L << 53 or < -(1L << 53) => $"\"{ValueOf(reading, kind)}\"",
        ValueKind.UInt64 when (ulong)reading.ValueBits > 1UL << 53 => $"\"{ValueOf(reading, kind)}\"",
        _ => ValueOf(reading, kind),
    };

    private string ValueOf(in Reading reading, ValueKind kind) => kind switch
    {
        ValueKind.Float64 => reading.Float64.ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Int64 => reading.ValueBits.ToString(CultureInfo.InvariantCulture),
        ValueKind.UInt64 => ((ulong)reading.ValueBits).ToString(CultureInfo.InvariantCulture),
        ValueKind.Bool => reading.ValueBits != 0 ? "true" : "false",
        _ => TextOf(reading),
    };

    private string TextOf(in Reading reading) => (ulong)reading.ValueBits < (ulong)catalog.Texts.Count ? catalog.Texts[reading.ValueBits] : "";

    private static string Time(long utcTicks) => new DateTime(utcTicks, DateTimeKind.Utc).ToString(TimeFormat, CultureInfo.InvariantCulture);

    private void WriteField(string text)
    {
        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0) output.Write(text);
        else output.Write('"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"');
    }

    // What a device sent may be in a text: on a terminal it must not move the cursor.
    private static string Visible(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
