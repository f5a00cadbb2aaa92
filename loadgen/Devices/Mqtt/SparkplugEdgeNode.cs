using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Sparkplug;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>
/// A Sparkplug B edge node (Sparkplug 3.0, 5 and 6): births with names, aliases and types, data by alias, a death as the will, and births again when a host asks.
/// </summary>
/// <remarks>
/// A birth's metrics are null. A value in a birth would be a reading: it would use up a number of the verifiable sequence each time that some host asks for a birth, and would be lost when nobody listens
/// yet. So births say what there is, data messages say what it shows, and only these count as served.
/// </remarks>
internal sealed class SparkplugEdgeNode : INodeFormat
{
    // Payload and Metric of sparkplug_b.proto: field number, three bits left, and the wire type (0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes).
    private const byte PayloadTimestamp = (1 << 3) | 0;
    private const byte PayloadMetric = (2 << 3) | 2;
    private const byte PayloadSeq = (3 << 3) | 0;
    private const byte MetricName = (1 << 3) | 2;
    private const byte MetricAlias = (2 << 3) | 0;
    private const byte MetricTimestamp = (3 << 3) | 0;
    private const byte MetricDataType = (4 << 3) | 0;
    private const byte MetricIsNull = (7 << 3) | 0;
    private const byte MetricInt = (10 << 3) | 0;
    private const byte MetricLong = (11 << 3) | 0;
    private const byte MetricFloat = (12 << 3) | 5;
    private const byte MetricDouble = (13 << 3) | 1;
    private const byte MetricBoolean = (14 << 3) | 0;
    private const byte MetricString = (15 << 3) | 2;

    // Alias (1 + 5), time (1 + 10), value (at most 2 + a text) and its own key and length: with room.
    private const int MaxDataMetricBytes = 96;

    private readonly DeviceTemplate _template;
    private readonly bool _tagsAreNodes;
    private readonly int _deviceCount;
    private readonly byte[][] _names;
    private readonly byte[] _birthTopic;
    private readonly byte[] _deathTopic;
    private readonly byte[][] _deviceBirthTopics;
    private readonly byte[][] _dataTopics;
    private readonly byte[] _commandTopic;

    // The next birth: 0 the node's, then the devices'; past the last when none is due.
    private int _nextBirth = int.MaxValue;
    private byte _seq;

    // Written by the session before it connects, read by the publishing thread after it heard that the connection is open.
    private ulong _bdSeq = ulong.MaxValue;

    /// <summary>The edge node of devices that are alike.</summary>
    public SparkplugEdgeNode(string group, PlantNode node, IReadOnlyList<string> devices, DeviceTemplate template)
    {
        _template = template;
        _deviceCount = devices.Count;
        _tagsAreNodes = node.Options.DevicesPerNode == 0;
        _names = [.. template.Tags.Select(t => Encoding.UTF8.GetBytes(t.Name))];
        byte[] Topic(string type, string? device = null) => Encoding.UTF8.GetBytes($"spBv1.0/{group}/{type}/{node.Name}{(device is null ? "" : "/" + device)}");
        _birthTopic = Topic("NBIRTH");
        _deathTopic = Topic("NDEATH");
        _commandTopic = Topic("NCMD");
        _deviceBirthTopics = _tagsAreNodes ? [] : [.. devices.Select(d => Topic("DBIRTH", d))];
        _dataTopics = _tagsAreNodes ? [Topic("NDATA")] : [.. devices.Select(d => Topic("DDATA", d))];
        Subscriptions = [new MqttSubscription(Encoding.UTF8.GetString(_commandTopic), MqttQos.AtLeastOnce)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<MqttSubscription> Subscriptions { get; }

    /// <inheritdoc/>
    public bool HasBirths => _nextBirth <= _deviceBirthTopics.Length;

    /// <inheritdoc/>
    public MqttWill? Will(long utcTicks)
    {
        // 6.4.21: a byte that goes up with every connection, the same in the will and in the birth after it.
        _bdSeq = (_bdSeq + 1) & 0xFF;
        MessageBuffer payload = new();
        WriteDeathTo(utcTicks, payload);
        return new MqttWill(Encoding.UTF8.GetString(_deathTopic), payload.Written.ToArray(), MqttQos.AtLeastOnce);
    }

    /// <inheritdoc/>
    public bool IsRebirthWish(in MqttMessage message) => message.Topic.SequenceEqual(_commandTopic) && NodeCommand.WantsRebirth(message.Payload);

    /// <inheritdoc/>
    public void BeginBirths() => _nextBirth = 0;

    /// <inheritdoc/>
    public void WriteBirth(long utcTicks, PublishScratch scratch)
    {
        scratch.Topic.Clear();
        MessageBuffer payload = scratch.Payload;
        payload.Clear();
        ulong time = MillisecondsOf(utcTicks);
        Span<byte> stamp = stackalloc byte[11];
        stamp = stamp[..PutTime(stamp, MetricTimestamp, time)];
        payload.Write([PayloadTimestamp]);
        payload.WriteVarint(time);
        if (_nextBirth == 0)
        {
            // A node's birth is number 0, whatever came before (6.4.8).
            _seq = 0;
            scratch.Topic.Write(_birthTopic);
            WriteBdSeq(payload, stamp);
            WriteMetric(payload, NodeCommand.Rebirth, stamp, SparkplugDataType.Boolean, [MetricBoolean, 0]);
            if (_tagsAreNodes) WriteTagBirths(payload, 0, stamp);
        }
        else
        {
            scratch.Topic.Write(_deviceBirthTopics[_nextBirth - 1]);
            WriteTagBirths(payload, _nextBirth - 1, stamp);
        }
        payload.Write([PayloadSeq]);
        payload.WriteVarint(_seq);
    }

    /// <inheritdoc/>
    public void BirthSent()
    {
        _nextBirth++;
        _seq++;
    }

    /// <inheritdoc/>
    public void WriteReadings(int device, int first, long stampTicks, PublishScratch scratch)
    {
        WriteTopic(device, first, scratch.Topic);
        MessageBuffer payload = scratch.Payload;
        payload.Clear();
        TagSamples samples = scratch.Samples;
        ReadOnlySpan<ulong> bits = samples.Bits;
        ReadOnlySpan<SimulatedQuality> qualities = samples.AllGood ? default : samples.Qualities;
        ulong time = MillisecondsOf(stampTicks);
        Span<byte> stamp = stackalloc byte[11];
        stamp = stamp[..PutTime(stamp, MetricTimestamp, time)];
        Span<byte> room = payload.Room(32 + (samples.Count * MaxDataMetricBytes));
        int length = PutTime(room, PayloadTimestamp, time);
        ulong alias = AliasOf(device, first);
        for (int i = 0; i < bits.Length; i++)
        {
            room[length] = PayloadMetric;
            // Less than 128 bytes follow, always: their number is one byte, put in afterwards.
            int lengthAt = length + 1;
            room[length + 2] = MetricAlias;
            length += 3;
            length += MessageBuffer.PutVarint(room[length..], alias + (ulong)i);
            stamp.CopyTo(room[length..]);
            length += stamp.Length;
            if (!qualities.IsEmpty && qualities[i] == SimulatedQuality.Bad)
            {
                room[length++] = MetricIsNull;
                room[length++] = 1;
            }
            else length += PutValue(_template.Tags[first + i], bits[i], room[length..]);
            room[lengthAt] = (byte)(length - lengthAt - 1);
        }
        room[length++] = PayloadSeq;
        length += MessageBuffer.PutVarint(room[length..], _seq);
        payload.Advance(length);
    }

    /// <inheritdoc/>
    public void WriteTopic(int device, int first, MessageBuffer topic)
    {
        topic.Clear();
        topic.Write(_dataTopics[device]);
    }

    /// <inheritdoc/>
    public void ReadingsSent() => _seq++;

    /// <inheritdoc/>
    public void SkipNumber() => _seq++;

    /// <inheritdoc/>
    public bool WriteDeath(long utcTicks, PublishScratch scratch)
    {
        scratch.Topic.Clear();
        scratch.Topic.Write(_deathTopic);
        scratch.Payload.Clear();
        WriteDeathTo(utcTicks, scratch.Payload);
        return true;
    }

    /// <summary>The type that a tag has over Sparkplug.</summary>
    public static SparkplugDataType TypeOf(ModbusType type) => type switch
    {
        ModbusType.Bool => SparkplugDataType.Boolean,
        ModbusType.Int16 => SparkplugDataType.Int16,
        ModbusType.UInt16 => SparkplugDataType.UInt16,
        ModbusType.Int32 => SparkplugDataType.Int32,
        ModbusType.UInt32 => SparkplugDataType.UInt32,
        ModbusType.Int64 => SparkplugDataType.Int64,
        ModbusType.UInt64 => SparkplugDataType.UInt64,
        ModbusType.Float32 => SparkplugDataType.Float,
        ModbusType.Float64 => SparkplugDataType.Double,
        _ => SparkplugDataType.String,
    };

    // Unique in the node, over all its devices (6.4.7), from 1.
    private ulong AliasOf(int device, int tag) => 1 + ((ulong)device * (ulong)_names.Length) + (ulong)tag;

    private void WriteTagBirths(MessageBuffer payload, int device, ReadOnlySpan<byte> stamp)
    {
        Span<byte> alias = stackalloc byte[11];
        for (int t = 0; t < _names.Length; t++)
        {
            alias[0] = MetricAlias;
            int length = 1 + MessageBuffer.PutVarint(alias[1..], AliasOf(device, t));
            WriteMetric(payload, _names[t], stamp, TypeOf(_template.Tags[t].Type), [MetricIsNull, 1], alias[..length]);
        }
    }

    private void WriteBdSeq(MessageBuffer payload, ReadOnlySpan<byte> stamp)
    {
        Span<byte> value = stackalloc byte[3];
        value[0] = MetricLong;
        WriteMetric(payload, "bdSeq"u8, stamp, SparkplugDataType.Int64, value[..(1 + MessageBuffer.PutVarint(value[1..], _bdSeq))]);
    }

    private void WriteDeathTo(long utcTicks, MessageBuffer payload)
    {
        ulong time = MillisecondsOf(utcTicks);
        Span<byte> stamp = stackalloc byte[11];
        stamp = stamp[..PutTime(stamp, MetricTimestamp, time)];
        payload.Write([PayloadTimestamp]);
        payload.WriteVarint(time);
        WriteBdSeq(payload, stamp);
    }

    private static void WriteMetric(MessageBuffer payload, ReadOnlySpan<byte> name, ReadOnlySpan<byte> stamp, SparkplugDataType type, ReadOnlySpan<byte> value, ReadOnlySpan<byte> alias = default)
    {
        Span<byte> head = stackalloc byte[11];
        head[0] = MetricName;
        head = head[..(1 + MessageBuffer.PutVarint(head[1..], (ulong)name.Length))];
        payload.Write([PayloadMetric]);
        payload.WriteVarint((ulong)(head.Length + name.Length + alias.Length + stamp.Length + 2 + value.Length));
        payload.Write(head);
        payload.Write(name);
        payload.Write(alias);
        payload.Write(stamp);
        payload.Write([MetricDataType, (byte)type]);
        payload.Write(value);
    }

    private static int PutTime(Span<byte> destination, byte key, ulong time)
    {
        destination[0] = key;
        return 1 + MessageBuffer.PutVarint(destination[1..], time);
    }

    private static int PutValue(PlantTag tag, ulong bits, Span<byte> destination)
    {
        switch (tag.Type)
        {
            case ModbusType.Float32:
                destination[0] = MetricFloat;
                MessageBuffer.Put32(destination[1..], (uint)bits);
                return 5;
            case ModbusType.Float64:
                destination[0] = MetricDouble;
                MessageBuffer.Put64(destination[1..], bits);
                return 9;
            case ModbusType.Int64 or ModbusType.UInt64:
                destination[0] = MetricLong;
                return 1 + MessageBuffer.PutVarint(destination[1..], bits);
            case ModbusType.Bool:
                destination[0] = MetricBoolean;
                destination[1] = (byte)bits;
                return 2;
            case ModbusType.Ascii:
                destination[0] = MetricString;
                destination[1] = (byte)TagValues.WriteText(tag, bits, destination[2..]);
                return 2 + destination[1];
            default:
                // int_value has 32 bits: a negative number is its two's complement in them (6.4.16).
                destination[0] = MetricInt;
                return 1 + MessageBuffer.PutVarint(destination[1..], (uint)bits);
        }
    }

    private static ulong MillisecondsOf(long utcTicks) => (ulong)((utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
}
