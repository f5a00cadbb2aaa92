using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// What all JSON records of series with the same unit, classification, kind, topic and tenant share behind the value, encoded once:
/// <c>,"unit":"bar","quality":"good","classification":"telemetry","timestamps":{"device_time":</c> and, behind the status, <c>,"kind":"float64","tenant":"..","topic":".."}}</c>.
/// </summary>
internal sealed class JsonTail
{
    private readonly byte[] _good;
    private readonly byte[] _uncertain;
    private readonly byte[] _bad;

    public JsonTail(in SeriesDefinition series)
    {
        string classification = ClassificationNames.NameOf(series.Classification);
        _good = BeforeTimes(series.Unit, "good", classification);
        _uncertain = BeforeTimes(series.Unit, "uncertain", classification);
        _bad = BeforeTimes(series.Unit, "bad", classification);
        StringBuilder end = new($",\"kind\":\"{JsonWords.NameOf(series.Kind)}\"");
        if (series.Tenant.Length > 0) end.Append(",\"tenant\":").Append(Quoted(series.Tenant));
        if (series.Topic.Length > 0) end.Append(",\"topic\":").Append(Quoted(series.Topic));
        End = Encoding.UTF8.GetBytes(end.Append("}}").ToString());
        GoodEnd = [.. "\"},\"metadata\":{\"status\":0"u8, .. End];
        MaxBytes = _uncertain.Length + GoodEnd.Length;
    }

    /// <summary>Behind the digits of the status.</summary>
    public byte[] End { get; }

    /// <summary>Behind the gateway's time when the status is 0, which it mostly is.</summary>
    public byte[] GoodEnd { get; }

    /// <summary>Most bytes of all of these in one record.</summary>
    public int MaxBytes { get; }

    /// <summary>Behind the value, for the quality of a status.</summary>
    public byte[] BeforeTimesOf(uint status) => StatusCodes.IsGood(status) ? _good : StatusCodes.IsUncertain(status) ? _uncertain : _bad;

    /// <summary>Where in <paramref name="text"/> the times begin, when it begins as it does for one of the qualities; 0 when it does not.</summary>
    public int TimesAt(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith(_good)) return _good.Length;
        if (text.StartsWith(_bad)) return _bad.Length;
        return text.StartsWith(_uncertain) ? _uncertain.Length : 0;
    }

    private static byte[] BeforeTimes(string unit, string quality, string classification) => Encoding.UTF8.GetBytes(
        $",\"unit\":{Quoted(unit)},\"quality\":\"{quality}\",\"classification\":\"{classification}\",\"timestamps\":{{\"device_time\":");

    private static string Quoted(string text)
    {
        byte[] bytes = new byte[(text.Length * JsonText.MaxBytesPerChar) + 2];
        int written = JsonText.Write(text, bytes);
        return $"\"{Encoding.UTF8.GetString(bytes, 0, written)}\"";
    }
}

/// <summary>The tails of the series a writer or reader has seen, each once: a site has thousands of series and a few dozen tails.</summary>
internal sealed class JsonTails
{
    private readonly Dictionary<SeriesDefinition, JsonTail> _tails = [];

    /// <summary>The tail of a series.</summary>
    public JsonTail Of(in SeriesDefinition series)
    {
        SeriesDefinition shared = series with { Device = "", Tag = "" };
        if (_tails.TryGetValue(shared, out JsonTail? tail)) return tail;
        tail = new JsonTail(shared);
        _tails.Add(shared, tail);
        return tail;
    }
}
