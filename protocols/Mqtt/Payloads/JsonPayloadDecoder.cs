using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes readings of JSON documents: first all of the document into its scalars, then those into readings, so that nothing is registered for a document that is none.</summary>
internal sealed class JsonPayloadDecoder : IPayloadDecoder
{
    private const int Missing = -1;

    private readonly MqttJsonPayload _options;
    private readonly byte[] _value;
    private readonly byte[] _time;
    private readonly byte[] _quality;
    private readonly byte[] _itemTag;
    private readonly JsonMembers _members;
    private readonly NestedJson _nested;
    private readonly ScalarReader _scalars;
    private readonly TopicSeries _series;
    private readonly TagReadings _tags;
    private PayloadClock _clock;

    public JsonPayloadDecoder(MqttJsonPayload options, TopicSeries series, JsonMembers members, ScalarReader scalars)
    {
        _options = options;
        _series = series;
        _members = members;
        _scalars = scalars;
        _value = Encoding.UTF8.GetBytes(options.Value);
        _time = Encoding.UTF8.GetBytes(options.Time);
        _quality = Encoding.UTF8.GetBytes(options.Quality);
        _itemTag = Encoding.UTF8.GetBytes(options.ItemTag);
        _nested = new NestedJson(members, options.Shape == MqttJsonShape.Items ? Encoding.UTF8.GetBytes(options.Items) : null);
        _tags = new TagReadings(series, scalars, options.Kind);
        _clock = new PayloadClock(options.TimeUnit);
    }

    public string? Decode(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (!Utf8.IsValid(payload)) return "its payload is not valid UTF-8";
        _members.Clear();
        if (!FlatJson.TryRead(payload, _members) && ReadNested(payload) is { } fault) return fault;
        return _options.Shape switch
        {
            MqttJsonShape.Value => DecodeValue(message, nowTicks, ref topic, into),
            MqttJsonShape.Members => DecodeMembers(message, nowTicks, ref topic, into),
            _ => DecodeItems(message, nowTicks, ref topic, into),
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? ReadNested(ReadOnlySpan<byte> payload) => payload.IsEmpty ? "its payload is empty" : _nested.Read(payload);

    private string? DecodeValue(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        int value = _members.IsBare ? 0 : Missing, time = Missing, quality = Missing;
        for (int i = 0; i < _members.Count; i++)
        {
            ReadOnlySpan<byte> name = _members.NameOf(_members[i], payload);
            if (name.SequenceEqual(_value)) value = i;
            else if (IsAt(name, _time)) time = i;
            else if (IsAt(name, _quality)) quality = i;
        }
        if (ReadTraits(payload, time, quality, out long ticks, out uint status) is { } unfit) return unfit;
        if (value == Missing && !StatusCodes.IsBad(status)) return NoMember(payload, _options.Value, JsonMember.NoItem);
        JsonTokenType type = value == Missing ? JsonTokenType.Null : _members[value].Type;
        ReadOnlySpan<byte> text = value == Missing ? default : _members.TextOf(_members[value], payload);
        return SingleReading.Decode(_series, _scalars, _options.Kind, message.Topic, type, text, new Reading(0, status, ticks, nowTicks, 0), ref topic, into);
    }

    private string? DecodeMembers(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (_members.IsBare) return $"it is {Excerpt.Of(payload)}; an object whose members are tags is expected";
        int time = Missing, quality = Missing;
        for (int i = 0; i < _members.Count; i++)
        {
            ReadOnlySpan<byte> name = _members.NameOf(_members[i], payload);
            if (IsAt(name, _time)) time = i;
            else if (IsAt(name, _quality)) quality = i;
        }
        if (ReadTraits(payload, time, quality, out long ticks, out uint status) is { } unfit) return unfit;
        _tags.Begin();
        Reading traits = new(0, status, ticks, nowTicks, 0);
        for (int i = 0; i < _members.Count; i++)
        {
            ref readonly JsonMember member = ref _members[i];
            ReadOnlySpan<byte> name = _members.NameOf(member, payload);
            if (IsAt(name, _time) || IsAt(name, _quality)) continue;
            if (_tags.Add(message.Topic, name, member.Type, _members.TextOf(member, payload), traits, isLast: true, ref topic) is { } reason) return reason;
        }
        _tags.End(topic.Device, into);
        into.Skipped += _members.Arrays;
        return null;
    }

    private string? DecodeItems(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (!_members.HasItems) return NoItems(payload);
        int time = Missing, quality = Missing;
        for (int i = 0; i < _members.Count; i++)
        {
            ref readonly JsonMember member = ref _members[i];
            if (member.Item != JsonMember.NoItem) continue;
            ReadOnlySpan<byte> name = _members.NameOf(member, payload);
            if (IsAt(name, _time)) time = i;
            else if (IsAt(name, _quality)) quality = i;
        }
        if (ReadTraits(payload, time, quality, out long ticks, out uint status) is { } unfit) return unfit;
        _tags.Begin();
        Reading traits = new(0, status, ticks, nowTicks, 0);
        int at = 0;
        for (int item = _members.FirstItem; item < _members.EndItem; item++)
        {
            if (DecodeItem(message, item, ref at, traits, ref topic) is { } reason) return $"item {item - _members.FirstItem} of its array: {reason}";
        }
        _tags.End(topic.Device, into);
        return null;
    }

    // The item's members follow one another; at is behind those of the items before.
    private string? DecodeItem(in MqttMessage message, int item, ref int at, Reading traits, ref KnownTopic topic)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        int tag = Missing, value = Missing, time = Missing, quality = Missing;
        for (; at < _members.Count && _members[at].Item <= item; at++)
        {
            if (_members[at].Item != item) continue;
            ReadOnlySpan<byte> name = _members.NameOf(_members[at], payload);
            if (name.SequenceEqual(_value)) value = at;
            else if (name.SequenceEqual(_itemTag)) tag = at;
            else if (IsAt(name, _time)) time = at;
            else if (IsAt(name, _quality)) quality = at;
        }
        if (ReadTraits(payload, time, quality, out long ticks, out uint status) is { } unfit) return unfit;
        if (tag == Missing) return NoMember(payload, _options.ItemTag, item);
        if (_members[tag].Type is not (JsonTokenType.String or JsonTokenType.Number)) return $"its tag is {Excerpt.Of(_members.TextOf(_members[tag], payload))}; a string or a number is expected";
        if (quality == Missing) status = traits.Status;
        if (value == Missing && !StatusCodes.IsBad(status)) return NoMember(payload, _options.Value, item);
        JsonTokenType type = value == Missing ? JsonTokenType.Null : _members[value].Type;
        ReadOnlySpan<byte> text = value == Missing ? default : _members.TextOf(_members[value], payload);
        Reading own = new(0, status, time == Missing ? traits.SourceTime : ticks, traits.GatewayTime, 0);
        // The same tag twice is two readings: an array may be a tag's history.
        return _tags.Add(message.Topic, _members.TextOf(_members[tag], payload), type, text, own, isLast: false, ref topic);
    }

    private string? ReadTraits(ReadOnlySpan<byte> payload, int time, int quality, out long ticks, out uint status)
    {
        ticks = 0;
        status = StatusCodes.Good;
        if (time != Missing && _clock.Read(_members[time].Type, _members.TextOf(_members[time], payload), out ticks) is { } noTime) return noTime;
        return quality == Missing ? null : PayloadQuality.Read(_members[quality].Type, _members.TextOf(_members[quality], payload), _options.QualityType, out status);
    }

    // An empty path is none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAt(ReadOnlySpan<byte> name, byte[] path) => path.Length > 0 && name.SequenceEqual(path);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string NoItems(ReadOnlySpan<byte> payload) => _options.Items.Length == 0
        ? $"it is {Excerpt.Of(payload)}; an array of items is expected"
        : $"it has no array '{_options.Items}' of items";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string NoMember(ReadOnlySpan<byte> payload, string path, int item)
    {
        const int most = 5;
        StringBuilder found = new();
        int names = 0;
        for (int i = 0; i < _members.Count; i++)
        {
            if (_members[i].Item != item) continue;
            if (names == most) found.Append(", ...");
            if (names++ < most) found.Append(names == 1 ? "" : ", ").Append(Excerpt.Of(_members.NameOf(_members[i], payload)));
            else break;
        }
        return $"it has no member '{path}' that is a number, a string, true or false; found {(names == 0 ? "none" : found)}";
    }
}
