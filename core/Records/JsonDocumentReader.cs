using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Reads any JSON of the record's shape: members in any order, white space, escapes, members left out. Malformed JSON costs an exception inside, which is caught here.</summary>
internal sealed class JsonDocumentReader
{
    private readonly SeriesResolver _resolver;
    private readonly TextInterning _texts;
    private readonly JsonKnownSeries _known;
    private byte[] _scratch = new byte[1024];

    public JsonDocumentReader(SeriesResolver resolver, TextInterning texts, JsonKnownSeries known)
    {
        _resolver = resolver;
        _texts = texts;
        _known = known;
    }

    public RecordStatus TryRead(ReadOnlySpan<byte> record, long missingGatewayTime, DecodedReadings into)
    {
        if (!Utf8.IsValid(record)) return RecordStatus.Malformed(RecordFault.NotUtf8, 0);
        // No unescaped string is longer than it was, so all of them fit.
        if (_scratch.Length < record.Length) _scratch = new byte[record.Length];
        JsonFields fields = new(_scratch);
        Utf8JsonReader reader = new(record);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return RecordStatus.Malformed(RecordFault.NotJson, 0);
            if (!fields.TryTake(ref reader)) return RecordStatus.Malformed(fields.Fault, (int)reader.TokenStartIndex);
            // Only white space may follow; anything else throws.
            reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return RecordStatus.Malformed(RecordFault.NotJson, (int)reader.BytesConsumed);
        }
        return Take(ref fields, missingGatewayTime, into);
    }

    private RecordStatus Take(ref JsonFields fields, long missingGatewayTime, DecodedReadings into)
    {
        ref RecordSeries series = ref fields.Series;
        if (!fields.HasDevice || !fields.HasTag) return RecordStatus.Malformed(RecordFault.MissingMember, 0);
        KnownDevice? device = _resolver.Find(series.Tenant, series.Device);
        int place = device?.Find(series.Tag) ?? -1;
        if (place < 0)
        {
            RecordFault names = _resolver.CheckName(series.Device, mayBeEmpty: false);
            if (names == RecordFault.None) names = _resolver.CheckNames(series);
            if (names != RecordFault.None) return RecordStatus.Malformed(names, 0);
        }
        ValueKind kind = place >= 0 ? device![place].Kind : fields.HasKind ? series.Kind : KindOfNew(fields);
        if (fields.HasKind && series.Kind != kind) return RecordStatus.Malformed(RecordFault.KindChanged, 0);
        series.Kind = kind;

        uint status = fields.HasStatus ? fields.Status : fields.QualityStatus;
        RecordFault fault = ReadValue(fields, kind, status, out long bits, out bool refused);
        if (fault == RecordFault.None && place < 0) fault = _resolver.TryAdd(series, out device!, out place);
        if (fault != RecordFault.None) return RecordStatus.Malformed(fault, fields.ValueAt);

        ref KnownSeries known = ref device![place];
        if (!known.HasJson) Remember(ref known, device, series);
        if (refused) status = StatusCodes.BadOutOfMemory;
        into.Slots(1)[0] = new Reading(known.SeriesId, status, fields.DeviceTime, fields.HasGatewayTime ? fields.GatewayTime : missingGatewayTime, bits);
        into.Device = device.Name;
        into.Count = 1;
        into.TextsRefused = refused ? 1 : 0;
        return RecordStatus.Complete;
    }

    // A record that does not say its kind has the catalog's, or the one its value suggests.
    private ValueKind KindOfNew(in JsonFields fields)
    {
        if (_resolver.Catalog.TryFind(Encoding.UTF8.GetString(fields.Series.Device), Encoding.UTF8.GetString(fields.Series.Tag), out int id)) return _resolver.Catalog.KindOf(id);
        return fields.ValueType switch
        {
            JsonTokenType.True or JsonTokenType.False => ValueKind.Bool,
            JsonTokenType.String => ValueKind.Text,
            _ => ValueKind.Float64,
        };
    }

    private RecordFault ReadValue(in JsonFields fields, ValueKind kind, uint status, out long bits, out bool refused)
    {
        bits = 0;
        refused = false;
        switch (fields.ValueType)
        {
            case JsonTokenType.None or JsonTokenType.Null:
                return StatusCodes.IsBad(status) ? RecordFault.None : RecordFault.MissingMember;
            case JsonTokenType.Number:
                return ReadNumber(fields.Value, kind, out bits);
            case JsonTokenType.True or JsonTokenType.False when kind == ValueKind.Bool:
                bits = fields.ValueType == JsonTokenType.True ? 1 : 0;
                return RecordFault.None;
            case JsonTokenType.String when kind == ValueKind.Text:
                return _texts.TryIntern(fields.Value, out bits, out refused);
            case JsonTokenType.String when kind == ValueKind.Float64 && JsonNumber.TryParseName(fields.Value, out double named):
                bits = BitConverter.DoubleToInt64Bits(named);
                return RecordFault.None;
            default:
                return RecordFault.WrongType;
        }
    }

    private static RecordFault ReadNumber(ReadOnlySpan<byte> text, ValueKind kind, out long bits)
    {
        bits = 0;
        switch (kind)
        {
            case ValueKind.Float64:
                if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number)) return RecordFault.NumberOutOfRange;
                bits = BitConverter.DoubleToInt64Bits(number);
                return RecordFault.None;
            case ValueKind.Int64:
                return Utf8Parser.TryParse(text, out bits, out int read) && read == text.Length ? RecordFault.None : RecordFault.NumberOutOfRange;
            case ValueKind.UInt64:
                bool whole = Utf8Parser.TryParse(text, out ulong unsigned, out int taken) && taken == text.Length;
                bits = (long)unsigned;
                return whole ? RecordFault.None : RecordFault.NumberOutOfRange;
            default:
                return RecordFault.WrongType;
        }
    }

    // From now on this series' records as our writer writes them are known by their bytes.
    private void Remember(ref KnownSeries known, KnownDevice device, in RecordSeries series)
    {
        known.HasJson = true;
        _known.Add(known.SeriesId, new SeriesDefinition(
            device.Name,
            Encoding.UTF8.GetString(series.Tag),
            known.Kind,
            Encoding.UTF8.GetString(series.Unit),
            Encoding.UTF8.GetString(series.Topic),
            Encoding.UTF8.GetString(series.Tenant),
            series.Classification));
    }
}
