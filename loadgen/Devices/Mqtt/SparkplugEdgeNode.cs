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
    private readonly DeviceTemplate _template;
    private readonly bool _tagsAreNodes;
    private readonly byte[][] _names;
    private readonly byte[] _birthTopic;
    private readonly byte[] _deathTopic;
    private readonly byte[] _commandTopic;
    private readonly byte[][] _deviceBirthTopics;
    private readonly byte[][] _dataTopics;
    private readonly byte[] _text = new byte[TagValues.MaxTextBytes];

    // The next birth: 0 the node's, then the devices'; past the last when none is due.
    private int _nextBirth = int.MaxValue;
    private byte _seq;

    // Written by the session before it connects, read by the publishing thread after it heard that the connection is open: what carries that news orders them.
    private byte _bdSeq = byte.MaxValue;

    /// <summary>The edge node of devices that are alike.</summary>
    public SparkplugEdgeNode(string group, PlantNode node, IReadOnlyList<string> devices, DeviceTemplate template)
    {
        _template = template;
        _tagsAreNodes = node.Options.DevicesPerNode == 0;
        _names = [.. template.Tags.Select(t => Encoding.UTF8.GetBytes(t.Name))];
        byte[] groupName = Encoding.UTF8.GetBytes(group), nodeName = Encoding.UTF8.GetBytes(node.Name);
        byte[] Topic(SparkplugMessageType type) => SparkplugTopic.Compose(type, groupName, nodeName);
        byte[][] DeviceTopics(SparkplugMessageType type) => [.. devices.Select(d => SparkplugTopic.Compose(type, groupName, nodeName, Encoding.UTF8.GetBytes(d)))];
        _birthTopic = Topic(SparkplugMessageType.NodeBirth);
        _deathTopic = Topic(SparkplugMessageType.NodeDeath);
        _commandTopic = Topic(SparkplugMessageType.NodeCommand);
        _deviceBirthTopics = _tagsAreNodes ? [] : DeviceTopics(SparkplugMessageType.DeviceBirth);
        _dataTopics = _tagsAreNodes ? [Topic(SparkplugMessageType.NodeData)] : DeviceTopics(SparkplugMessageType.DeviceData);
        Subscriptions = [new MqttSubscription(Encoding.UTF8.GetString(_commandTopic), MqttQos.AtLeastOnce)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<MqttSubscription> Subscriptions { get; }

    /// <inheritdoc/>
    public bool HasBirths => _nextBirth <= _deviceBirthTopics.Length;

    private static ReadOnlySpan<byte> Rebirth => "Node Control/Rebirth"u8;

    /// <inheritdoc/>
    public MqttWill? Will(long utcTicks)
    {
        // A number that goes up with every connection, 0 to 255, the same in the will and in the birth after it.
        _bdSeq++;
        PublishScratch scratch = new();
        WriteDeath(utcTicks, scratch);
        return new MqttWill(Encoding.UTF8.GetString(_deathTopic), scratch.Payload.Written.ToArray(), MqttQos.AtLeastOnce);
    }

    /// <inheritdoc/>
    public bool IsRebirthWish(in MqttMessage message)
    {
        if (!message.Topic.SequenceEqual(_commandTopic) || !SparkplugPayload.TryParse(message.Payload, out SparkplugPayload payload)) return false;
        foreach (ref readonly SparkplugMetric metric in payload.Metrics)
        {
            if (metric.Name.SequenceEqual(Rebirth) && metric.ValueField == SparkplugValueField.Boolean && metric.Boolean) return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public void BeginBirths() => _nextBirth = 0;

    /// <inheritdoc/>
    public void WriteBirth(long utcTicks, PublishScratch scratch)
    {
        // A node's birth is number 0, whatever came before.
        if (_nextBirth == 0) _seq = 0;
        scratch.Topic.Clear();
        scratch.Topic.Write(_nextBirth == 0 ? _birthTopic : _deviceBirthTopics[_nextBirth - 1]);
        scratch.Payload.Clear();
        ulong time = MillisecondsOf(utcTicks);
        SparkplugPayloadWriter payload = new(scratch.Payload);
        payload.Timestamp(time);
        if (_nextBirth == 0)
        {
            WriteBdSeq(ref payload, time);
            payload.Boolean(new SparkplugMetricHeader { Name = Rebirth, Timestamp = time, DataType = SparkplugDataType.Boolean }, false);
        }
        if (_nextBirth > 0 || _tagsAreNodes) WriteTagBirths(ref payload, Math.Max(0, _nextBirth - 1), time);
        payload.Seq(_seq);
        payload.Flush();
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
        scratch.Payload.Clear();
        TagSamples samples = scratch.Samples;
        ReadOnlySpan<ulong> bits = samples.Bits;
        bool allGood = samples.AllGood;
        IReadOnlyList<PlantTag> tags = _template.Tags;
        ulong time = MillisecondsOf(stampTicks), alias = AliasOf(device, first);
        SparkplugPayloadWriter payload = new(scratch.Payload);
        payload.Timestamp(time);
        for (int i = 0; i < bits.Length; i++)
        {
            SparkplugMetricHeader header = new() { Alias = alias + (ulong)i, Timestamp = time };
            if (!allGood && samples.Qualities[i] == SimulatedQuality.Bad) payload.Null(header);
            else WriteValue(ref payload, header, tags[first + i], bits[i]);
        }
        payload.Seq(_seq);
        payload.Flush();
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
        ulong time = MillisecondsOf(utcTicks);
        scratch.Topic.Clear();
        scratch.Topic.Write(_deathTopic);
        scratch.Payload.Clear();
        SparkplugPayloadWriter payload = new(scratch.Payload);
        payload.Timestamp(time);
        WriteBdSeq(ref payload, time);
        payload.Flush();
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

    // Unique in the node, over all its devices, from 1.
    private ulong AliasOf(int device, int tag) => 1 + ((ulong)device * (ulong)_names.Length) + (ulong)tag;

    private void WriteTagBirths(ref SparkplugPayloadWriter payload, int device, ulong time)
    {
        for (int t = 0; t < _names.Length; t++)
        {
            payload.Null(new SparkplugMetricHeader { Name = _names[t], Alias = AliasOf(device, t), Timestamp = time, DataType = TypeOf(_template.Tags[t].Type) });
        }
    }

    private void WriteBdSeq(ref SparkplugPayloadWriter payload, ulong time) =>
        payload.Long(new SparkplugMetricHeader { Name = "bdSeq"u8, Timestamp = time, DataType = SparkplugDataType.Int64 }, _bdSeq);

    private void WriteValue(ref SparkplugPayloadWriter payload, in SparkplugMetricHeader header, PlantTag tag, ulong bits)
    {
        switch (tag.Type)
        {
            case ModbusType.Float32: payload.Float(header, BitConverter.UInt32BitsToSingle((uint)bits)); break;
            case ModbusType.Float64: payload.Double(header, BitConverter.UInt64BitsToDouble(bits)); break;
            case ModbusType.Int64 or ModbusType.UInt64: payload.Long(header, bits); break;
            case ModbusType.Bool: payload.Boolean(header, bits != 0); break;
            case ModbusType.Ascii:
                payload.String(header, _text.AsSpan(0, TagValues.WriteText(tag, bits, _text)));
                break;
            default: payload.Int(header, (uint)bits); break;
        }
    }

    private static ulong MillisecondsOf(long utcTicks) => (ulong)((utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
}
