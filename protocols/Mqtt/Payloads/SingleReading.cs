using System.Runtime.CompilerServices;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>The reading of a payload that has one value: its series is the topic's.</summary>
internal static class SingleReading
{
    /// <summary>Adds the reading of a value.</summary>
    /// <param name="series">Names and registers the series.</param>
    /// <param name="scalars">Reads the value.</param>
    /// <param name="configured">The kind of a new series.</param>
    /// <param name="topicName">The message's topic.</param>
    /// <param name="type">What the value is.</param>
    /// <param name="text">Its text.</param>
    /// <param name="traits">Status and times.</param>
    /// <param name="topic">What is known of the topic, and what is learnt.</param>
    /// <param name="into">Gets the reading.</param>
    /// <returns>Null when it was added, or passed over and counted; otherwise why not.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static string? Decode(
        TopicSeries series, ScalarReader scalars, MqttValueKind configured, ReadOnlySpan<byte> topicName, JsonTokenType type, ReadOnlySpan<byte> text, Reading traits, ref KnownTopic topic,
        MessageReadings into)
    {
        if (topic.SeriesId < 0) return DecodeFirst(series, scalars, configured, topicName, type, text, traits, ref topic, into);
        if (scalars.Read(type, text, topic.Kind, traits, out Reading reading, out bool refused) is { } unfit) return unfit;
        Add(into, topic.Device, topic.SeriesId, reading, refused);
        return null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string? DecodeFirst(
        TopicSeries series, ScalarReader scalars, MqttValueKind configured, ReadOnlySpan<byte> topicName, JsonTokenType type, ReadOnlySpan<byte> text, in Reading traits, ref KnownTopic topic,
        MessageReadings into)
    {
        if (series.Find(topicName, default, out int id, out ValueKind kind) is { } mayNot) return mayNot;
        if (id < 0)
        {
            if (type == JsonTokenType.Null && configured == MqttValueKind.Auto)
            {
                // A null says nothing of the kind; the first value will.
                into.Skipped++;
                return null;
            }
            kind = ScalarReader.KindOf(configured, type);
        }
        // Only a value that can be one of the series makes it.
        if (scalars.Read(type, text, kind, traits, out Reading reading, out bool refused) is { } unfit) return unfit;
        if (id < 0 && series.Register(topicName, default, kind, out id) is { } mayNotBe) return mayNotBe;
        topic.SeriesId = id;
        topic.Kind = kind;
        topic.Device = series.Catalog.DeviceOf(id);
        Add(into, topic.Device, id, reading, refused);
        return null;
    }

    private static void Add(MessageReadings into, string device, int id, in Reading reading, bool refused)
    {
        into.Begin(device);
        into.Add(new Reading(id, reading.Status, reading.SourceTime, reading.GatewayTime, reading.ValueBits));
        if (refused) into.TextsRefused++;
    }
}
