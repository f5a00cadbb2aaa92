using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>
/// Publishes JSON, as sensors and gateways of a unified namespace do: a topic a tag with <c>{"value":21.5,"timestamp":"2026-01-31T08:00:00.0000000Z","quality":192}</c>, or a topic a device with
/// <c>{"timestamp":"..","values":{"temperature":21.5,"pressure":null}}</c>. Quality is OPC's: 192 good, 64 uncertain, 0 bad, without a value.
/// </summary>
internal sealed class JsonPublisher : INodeFormat
{
    private const int Good = 192;
    private const int Uncertain = 64;

    // Of each device the topic before and after each place of a tag's name.
    private readonly byte[][][] _topics;
    private readonly byte[][] _tagNames;
    private readonly byte[][] _members;
    private readonly DeviceTemplate _template;
    private readonly bool _hasMembers;

    // The last time as text: all messages of one publish have the same.
    private readonly byte[] _stamp = new byte[28];
    private long _stampTicks = -1;

    /// <summary>The publisher of devices that are alike.</summary>
    public JsonPublisher(string plant, PlantNode node, IReadOnlyList<string> devices, DeviceTemplate template)
    {
        _template = template;
        _hasMembers = node.Options.MessageReadings > 1;
        _tagNames = [.. template.Tags.Select(t => Encoding.UTF8.GetBytes(t.Name))];
        // With quotes, what JSON needs escaped, and the colon.
        _members = [.. template.Tags.Select(t => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(t.Name)}\":"))];
        _topics =
        [
            .. devices.Select(d => node.Options.Topic.Replace(MqttPublishRules.PlantPlace, plant, StringComparison.Ordinal).Replace(MqttPublishRules.DevicePlace, d, StringComparison.Ordinal)
                .Split(MqttPublishRules.TagPlace).Select(Encoding.UTF8.GetBytes).ToArray()),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<MqttSubscription> Subscriptions => [];

    /// <inheritdoc/>
    public bool HasBirths => false;

    /// <inheritdoc/>
    public MqttWill? Will(long utcTicks) => null;

    /// <inheritdoc/>
    public bool IsRebirthWish(in MqttMessage message) => false;

    /// <inheritdoc/>
    public void BeginBirths()
    {
        // JSON has none.
    }

    /// <inheritdoc/>
    public void WriteBirth(long utcTicks, PublishScratch scratch) => throw new UnreachableException("JSON has no births.");

    /// <inheritdoc/>
    public void BirthSent() => throw new UnreachableException("JSON has no births.");

    /// <inheritdoc/>
    public void WriteReadings(int device, int first, long stampTicks, PublishScratch scratch)
    {
        WriteTopic(device, first, scratch.Topic);
        MessageBuffer payload = scratch.Payload;
        payload.Clear();
        if (stampTicks != _stampTicks) SetStamp(stampTicks);
        TagSamples samples = scratch.Samples;
        if (!_hasMembers)
        {
            SimulatedQuality quality = samples.AllGood ? SimulatedQuality.Good : samples.Qualities[0];
            payload.Write("{\"value\":"u8);
            WriteValue(_template.Tags[first], samples.Bits[0], quality, payload);
            payload.Write(",\"timestamp\":\""u8);
            payload.Write(_stamp);
            payload.Write("\",\"quality\":"u8);
            payload.WriteNumber(quality switch { SimulatedQuality.Good => Good, SimulatedQuality.Uncertain => (long)Uncertain, _ => 0 });
            payload.Write("}"u8);
            return;
        }
        payload.Write("{\"timestamp\":\""u8);
        payload.Write(_stamp);
        payload.Write("\",\"values\":{"u8);
        for (int i = 0; i < samples.Count; i++)
        {
            if (i > 0) payload.Write(","u8);
            payload.Write(_members[first + i]);
            WriteValue(_template.Tags[first + i], samples.Bits[i], samples.AllGood ? SimulatedQuality.Good : samples.Qualities[i], payload);
        }
        payload.Write("}}"u8);
    }

    /// <inheritdoc/>
    public void WriteTopic(int device, int first, MessageBuffer topic)
    {
        topic.Clear();
        byte[][] parts = _topics[device];
        topic.Write(parts[0]);
        for (int i = 1; i < parts.Length; i++)
        {
            topic.Write(_tagNames[first]);
            topic.Write(parts[i]);
        }
    }

    /// <inheritdoc/>
    public void ReadingsSent()
    {
        // Its messages have no numbers.
    }

    /// <inheritdoc/>
    public void SkipNumber()
    {
        // Its messages have no numbers.
    }

    /// <inheritdoc/>
    public bool WriteDeath(long utcTicks, PublishScratch scratch) => false;

    private void SetStamp(long ticks)
    {
        if (!Utf8Formatter.TryFormat(new DateTime(ticks, DateTimeKind.Utc), _stamp, out _, 'O')) throw new UnreachableException("28 bytes hold a UTC time.");
        _stampTicks = ticks;
    }

    private static void WriteValue(PlantTag tag, ulong bits, SimulatedQuality quality, MessageBuffer payload)
    {
        if (quality == SimulatedQuality.Bad)
        {
            payload.Write("null"u8);
            return;
        }
        switch (tag.Type)
        {
            case ModbusType.Float32: payload.WriteNumber(BitConverter.UInt32BitsToSingle((uint)bits)); break;
            case ModbusType.Float64: payload.WriteNumber(BitConverter.UInt64BitsToDouble(bits)); break;
            case ModbusType.Bool: payload.Write(bits != 0 ? "true"u8 : "false"u8); break;
            case ModbusType.UInt64: payload.WriteNumber(bits); break;
            case ModbusType.Ascii:
                // Digits, a point and a sign: nothing that JSON needs escaped.
                payload.Write("\""u8);
                payload.Advance(TagValues.WriteText(tag, bits, payload.Room(TagValues.MaxTextBytes)));
                payload.Write("\""u8);
                break;
            default: payload.WriteNumber((long)bits); break;
        }
    }
}
