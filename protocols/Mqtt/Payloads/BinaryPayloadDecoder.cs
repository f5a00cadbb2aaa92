using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes readings of raw binary payloads: values at fixed places.</summary>
internal sealed class BinaryPayloadDecoder : IPayloadDecoder
{
    private readonly BinaryValue[] _values;
    private readonly BinaryValue? _time;
    private readonly MqttTimeUnit _timeUnit;
    private readonly int _bytes;
    private readonly TopicSeries _series;
    private readonly KnownTag[] _found;

    public BinaryPayloadDecoder(MqttBinaryPayload options, TopicSeries series)
    {
        _series = series;
        _values = [.. options.Fields.SelectMany(ValuesOf)];
        _found = new KnownTag[_values.Length];
        if (options.Time is { } time)
        {
            _time = new BinaryValue("", time.Type, time.Offset, time.Order, null);
            _timeUnit = time.Unit;
        }
        _bytes = Math.Max(_values.Max(v => v.End), _time?.End ?? 0);
    }

    public string? Decode(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < _bytes) return $"its payload has {payload.Length} bytes and the values of its rule end at byte {_bytes}";
        if (ReadTime(payload, out long ticks) is { } noTime) return noTime;
        if (topic.Tags is null && Learn(message.Topic, ref topic) is { } mayNot) return mayNot;
        for (int i = 0; i < _values.Length; i++)
        {
            ref KnownTag tag = ref topic.Tags![i];
            long bits = _values[i].BitsIn(payload);
            if (tag.Kind != _values[i].Kind && !NumberKinds.TryConvert(_values[i].Kind, bits, tag.Kind, out bits))
            {
                return $"tag '{_series.Catalog.TagOf(tag.SeriesId)}': its value {NumberKinds.TextOf(_values[i].Kind, _values[i].BitsIn(payload))} does not fit kind {tag.Kind}, which the catalog has it with";
            }
            if (i == 0) into.Begin(topic.Device);
            into.Add(new Reading(tag.SeriesId, StatusCodes.Good, ticks, nowTicks, bits));
        }
        return null;
    }

    // A payload of this rule has all of its values: they are learnt together, and known by their place.
    private string? Learn(ReadOnlySpan<byte> topicName, ref KnownTopic topic)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            if (_series.Find(topicName, _values[i].Tag, out int id, out ValueKind kind) is { } mayNot) return mayNot;
            if (id < 0)
            {
                kind = _values[i].Kind;
                if (_series.Register(topicName, _values[i].Tag, kind, out id) is { } refused) return refused;
            }
            _found[i] = new KnownTag { SeriesId = id, Kind = kind };
        }
        KnownTags tags = new();
        for (int i = 0; i < _values.Length; i++) tags.Add(_values[i].Tag, _found[i].SeriesId, _found[i].Kind);
        topic.Tags = tags;
        topic.Device = _series.Catalog.DeviceOf(_found[0].SeriesId);
        return null;
    }

    private string? ReadTime(ReadOnlySpan<byte> payload, out long ticks)
    {
        ticks = 0;
        if (_time is not { } time) return null;
        long bits = time.BitsIn(payload);
        bool isTime = time.Kind switch
        {
            ValueKind.Float64 => TryTicks(BitConverter.Int64BitsToDouble(bits), out ticks),
            ValueKind.UInt64 when bits < 0 => PayloadClock.TryTicks((decimal)(ulong)bits, _timeUnit, out ticks),
            _ => PayloadClock.TryTicks(bits, _timeUnit, out ticks),
        };
        return isTime ? null : $"its time {NumberKinds.TextOf(time.Kind, bits)} is not in the years 1 to 9999";
    }

    // Doubles beyond what a decimal holds are no times in any unit.
    private bool TryTicks(double number, out long ticks)
    {
        ticks = 0;
        return Math.Abs(number) < 1e21 && PayloadClock.TryTicks((decimal)number, _timeUnit, out ticks);
    }

    private static IEnumerable<BinaryValue> ValuesOf(MqttBinaryField field)
    {
        for (int i = 0; i < field.Count; i++)
        {
            string tag = field.Count == 1 ? field.Tag : field.Tag.Length == 0 ? $"{i}" : $"{field.Tag}.{i}";
            yield return new BinaryValue(tag, field.Type, field.Offset + (i * BinaryValue.BytesOf(field.Type)), field.Order, field.Bit);
        }
    }
}
