using System.Text.Json;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>The members of a JSON record in whatever order they came; those that did not come have their defaults.</summary>
internal ref struct JsonFields
{
    private readonly Span<byte> _unescaped;
    private int _used;

    /// <summary>Fields whose strings, where they have escapes, are unescaped into <paramref name="scratch"/>; it has as many bytes as the record.</summary>
    public JsonFields(Span<byte> scratch) => _unescaped = scratch;

    public RecordSeries Series = new() { Classification = Classification.Telemetry };
    public bool HasDevice;
    public bool HasTag;
    public bool HasKind;
    public JsonTokenType ValueType = JsonTokenType.None;
    public ReadOnlySpan<byte> Value;
    public int ValueAt;
    public uint QualityStatus = StatusCodes.Good;
    public uint Status;
    public bool HasStatus;
    public long DeviceTime;
    public long GatewayTime;
    public bool HasGatewayTime;
    public RecordFault Fault;

    /// <summary>Takes the record's members; the reader stands on the object's brace. False with <see cref="Fault"/> set.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A string has half of a surrogate pair.</exception>
    public bool TryTake(scoped ref Utf8JsonReader reader)
    {
        while (Fault == RecordFault.None && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("asset_id"u8)) HasDevice = TakeString(ref reader, out Series.Device);
            else if (reader.ValueTextEquals("parameter"u8)) HasTag = TakeString(ref reader, out Series.Tag);
            else if (reader.ValueTextEquals("value"u8)) TakeValue(ref reader);
            else if (reader.ValueTextEquals("unit"u8)) TakeString(ref reader, out Series.Unit);
            else if (reader.ValueTextEquals("quality"u8)) TakeQuality(ref reader);
            else if (reader.ValueTextEquals("classification"u8)) TakeClassification(ref reader);
            else if (reader.ValueTextEquals("timestamps"u8)) TakeTimes(ref reader);
            else if (reader.ValueTextEquals("metadata"u8)) TakeMetadata(ref reader);
            else reader.Skip();
        }
        return Fault == RecordFault.None;
    }

    private void TakeTimes(scoped ref Utf8JsonReader reader)
    {
        if (!EntersObject(ref reader)) return;
        while (Fault == RecordFault.None && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("device_time"u8)) TakeTime(ref reader, out DeviceTime);
            else if (reader.ValueTextEquals("gateway_time"u8)) HasGatewayTime = TakeTime(ref reader, out GatewayTime);
            else reader.Skip();
        }
    }

    private void TakeMetadata(scoped ref Utf8JsonReader reader)
    {
        if (!EntersObject(ref reader)) return;
        while (Fault == RecordFault.None && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8)) TakeStatus(ref reader);
            else if (reader.ValueTextEquals("kind"u8)) TakeKind(ref reader);
            else if (reader.ValueTextEquals("tenant"u8)) TakeString(ref reader, out Series.Tenant);
            else if (reader.ValueTextEquals("topic"u8)) TakeString(ref reader, out Series.Topic);
            else reader.Skip();
        }
    }

    private bool EntersObject(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null)) Fault = RecordFault.WrongType;
        return reader.TokenType == JsonTokenType.StartObject;
    }

    // True when there was a string and not null.
    private bool TakeString(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = default;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return false;
        if (reader.TokenType != JsonTokenType.String)
        {
            Fault = RecordFault.WrongType;
            return false;
        }
        text = Unescaped(ref reader);
        return true;
    }

    private ReadOnlySpan<byte> Unescaped(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        int length = reader.CopyString(_unescaped[_used..]);
        ReadOnlySpan<byte> text = _unescaped.Slice(_used, length);
        _used += length;
        return text;
    }

    private void TakeValue(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        ValueType = reader.TokenType;
        ValueAt = (int)reader.TokenStartIndex;
        if (ValueType is JsonTokenType.StartObject or JsonTokenType.StartArray) Fault = RecordFault.WrongType;
        else Value = ValueType == JsonTokenType.String ? Unescaped(ref reader) : reader.ValueSpan;
    }

    private void TakeQuality(scoped ref Utf8JsonReader reader)
    {
        QualityStatus = StatusCodes.Good;
        if (TakeString(ref reader, out ReadOnlySpan<byte> name) && !JsonWords.TryParseQuality(name, out QualityStatus)) Fault = RecordFault.WrongType;
    }

    private void TakeClassification(scoped ref Utf8JsonReader reader)
    {
        Series.Classification = Classification.Telemetry;
        if (TakeString(ref reader, out ReadOnlySpan<byte> name) && !JsonWords.TryParse(name, out Series.Classification)) Fault = RecordFault.WrongType;
    }

    private void TakeKind(scoped ref Utf8JsonReader reader)
    {
        HasKind = TakeString(ref reader, out ReadOnlySpan<byte> name);
        if (HasKind && !JsonWords.TryParse(name, out Series.Kind)) Fault = RecordFault.WrongType;
    }

    private void TakeStatus(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        HasStatus = reader.TokenType == JsonTokenType.Number;
        if (!HasStatus && reader.TokenType != JsonTokenType.Null) Fault = RecordFault.WrongType;
        else if (HasStatus && !reader.TryGetUInt32(out Status)) Fault = RecordFault.NumberOutOfRange;
    }

    private bool TakeTime(scoped ref Utf8JsonReader reader, out long ticks)
    {
        ticks = 0;
        if (!TakeString(ref reader, out ReadOnlySpan<byte> text)) return false;
        if (IsoTime.TryParse(text, out ticks)) return true;
        Fault = RecordFault.NotATime;
        return false;
    }
}
