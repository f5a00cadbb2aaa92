using System.Runtime.CompilerServices;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>The readings of a payload that names its tags, gathered until all of it is known to be sound.</summary>
internal sealed class TagReadings(TopicSeries series, ScalarReader scalars, MqttValueKind configured)
{
    private Reading[] _readings = new Reading[16];
    private int _count;
    private int _textsRefused;
    private int _skipped;
    private long _payload;

    /// <summary>Begins with a payload.</summary>
    public void Begin()
    {
        _count = _textsRefused = _skipped = 0;
        _payload++;
    }

    /// <summary>Adds the reading of a value.</summary>
    /// <param name="topicName">The message's topic.</param>
    /// <param name="name">What the payload calls the tag.</param>
    /// <param name="type">What the value is.</param>
    /// <param name="text">Its text.</param>
    /// <param name="traits">Status and times.</param>
    /// <param name="isLast">Of a tag that comes twice in a payload only the last reading counts.</param>
    /// <param name="topic">What is known of the topic, and what is learnt.</param>
    /// <returns>Null when it was added, or passed over and counted; otherwise why not.</returns>
    public string? Add(ReadOnlySpan<byte> topicName, ReadOnlySpan<byte> name, JsonTokenType type, ReadOnlySpan<byte> text, in Reading traits, bool isLast, ref KnownTopic topic)
    {
        int place = topic.Tags?.Find(name) ?? -1;
        if (place < 0) return AddFirst(topicName, name, type, text, traits, ref topic);
        ref KnownTag tag = ref topic.Tags![place];
        if (scalars.Read(type, text, tag.Kind, traits, out Reading reading, out bool refused) is { } unfit) return Named(name, unfit);
        Put(ref tag, reading, refused, isLast);
        return null;
    }

    /// <summary>Hands the readings over.</summary>
    public void End(string device, MessageReadings into)
    {
        into.TextsRefused += _textsRefused;
        into.Skipped += _skipped;
        if (_count == 0) return;
        into.Begin(device);
        foreach (ref readonly Reading reading in _readings.AsSpan(0, _count)) into.Add(reading);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? AddFirst(ReadOnlySpan<byte> topicName, ReadOnlySpan<byte> name, JsonTokenType type, ReadOnlySpan<byte> text, in Reading traits, ref KnownTopic topic)
    {
        if (series.Find(topicName, name, out int id, out ValueKind kind) is { } mayNot) return mayNot;
        if (id < 0)
        {
            if (type == JsonTokenType.Null && configured == MqttValueKind.Auto)
            {
                // A null says nothing of the kind; the first value will.
                _skipped++;
                return null;
            }
            kind = ScalarReader.KindOf(configured, type);
        }
        if (scalars.Read(type, text, kind, traits, out Reading reading, out bool refused) is { } unfit) return Named(name, unfit);
        if (id < 0 && series.Register(topicName, name, kind, out id) is { } mayNotBe) return mayNotBe;
        topic.Device = series.Catalog.DeviceOf(id);
        topic.Tags ??= new KnownTags();
        Put(ref topic.Tags[topic.Tags.Add(name, id, kind)], reading, refused, isLast: false);
        return null;
    }

    private void Put(ref KnownTag tag, in Reading reading, bool refused, bool isLast)
    {
        if (refused) _textsRefused++;
        if (!isLast || tag.Payload != _payload)
        {
            if (_count == _readings.Length) Array.Resize(ref _readings, 2 * _readings.Length);
            tag.Payload = _payload;
            tag.Reading = _count++;
        }
        _readings[tag.Reading] = new Reading(tag.SeriesId, reading.Status, reading.SourceTime, reading.GatewayTime, reading.ValueBits);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Named(ReadOnlySpan<byte> name, string reason) => $"tag {Excerpt.Of(name)}: {reason}";
}
