using System.Text;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>
/// A Sparkplug B host application (Sparkplug 3.0, 5): follows the births, data and deaths of edge nodes and their devices, and asks a node for its birth when it has missed something. One
/// connection's reading loop's.
/// </summary>
internal sealed class SparkplugHost : IMessageDecoder
{
    private readonly SparkplugNodes _nodes;
    private readonly SparkplugReadings _readings;
    private readonly RebirthRequests _rebirths;
    private readonly WaitingData _waiting;
    private readonly ISparkplugCommands _commands;
    private readonly byte[] _hostId;
    private readonly SparkplugHostMetrics _metrics;
    private readonly long _reorderTicks;

    public SparkplugHost(SparkplugHostOptions options, SeriesRegistrar registrar, ISparkplugCommands commands, MetricRegistry metrics, MetricLabel label)
    {
        _metrics = new SparkplugHostMetrics(metrics, label);
        _nodes = new SparkplugNodes(options);
        _readings = new SparkplugReadings(options, registrar, _metrics);
        _waiting = new WaitingData(_readings, _metrics, options.MaxWaitingBytes);
        _commands = commands;
        _hostId = Encoding.UTF8.GetBytes(options.HostId ?? "");
        _rebirths = new RebirthRequests(commands, options.RebirthDelay);
        _reorderTicks = options.ReorderTimeout.Ticks;
    }

    /// <inheritdoc/>
    public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into)
    {
        into.Clear();
        string? reason = DecodeMessage(message, nowTicks, into);
        _rebirths.Look(nowTicks);
        return reason;
    }

    /// <summary>Asks the edge nodes whose missing messages have not come in time; messages do so too.</summary>
    public void Look(long nowTicks) => _rebirths.Look(nowTicks);

    /// <summary>
    /// The connection has ended. What is missed until the next one may be a birth that gives aliases to other metrics: of a node that has a gap after it, no data is taken before it is
    /// born again.
    /// </summary>
    public void Interrupted()
    {
        foreach (SparkplugNode node in _nodes.All) node.IsInterrupted = true;
    }

    private string? DecodeMessage(in MqttMessage message, long nowTicks, MessageReadings into)
    {
        if (!_nodes.TryFind(message.Topic, out SparkplugRoute route))
        {
            if (!SparkplugTopic.TryParse(message.Topic, out SparkplugTopic topic)) return "its topic is none of Sparkplug B's, spBv1.0/{group}/{type}/{node} with or without /{device}";
            // Commands are for edge nodes.
            if (topic.Type is SparkplugMessageType.NodeCommand or SparkplugMessageType.DeviceCommand) return null;
            if (topic.Type == SparkplugMessageType.State)
            {
                // A host that is there must not let it stand that it is not (Sparkplug 3.0, 5.15).
                if (_hostId.Length > 0 && topic.Host.SequenceEqual(_hostId) && SparkplugState.TryParse(message.Payload, out SparkplugState state) && !state.IsOnline) _commands.SayOnline();
                return null;
            }
            if (_nodes.Resolve(message.Topic, topic, out route) is { } refused) return refused;
        }
        if (!SparkplugPayload.TryParse(message.Payload, out SparkplugPayload payload)) return payload.Reason;
        switch (route.Type)
        {
            case SparkplugMessageType.NodeBirth:
                NodeBirth(route.Node, message, payload, nowTicks, into);
                break;
            case SparkplugMessageType.DeviceBirth:
                DeviceBirth(route, message, payload, nowTicks, into);
                break;
            case SparkplugMessageType.NodeDeath:
                NodeDeath(route.Node, payload, nowTicks, into);
                break;
            case SparkplugMessageType.DeviceDeath:
                if (Follow(route.Node, message, payload, nowTicks) == SequenceOutcome.Repeated || route.Device < 0) break;
                Die(route.Node, route.Device, nowTicks, into);
                break;
            default:
                Data(route, message, payload, nowTicks, into);
                break;
        }
        return null;
    }

    private void NodeBirth(SparkplugNode node, in MqttMessage message, in SparkplugPayload payload, long nowTicks, MessageReadings into)
    {
        ulong? birthDeathSeq = BirthDeathSeqOf(payload);
        bool isRepeated = node.IsBorn && payload.HasTimestamp && payload.Timestamp == node.BirthTimestamp && birthDeathSeq == node.BirthDeathSeq
            && (message.IsDuplicate || message.IsRetained || node.IsInterrupted);
        if (isRepeated)
        {
            // Nothing new: what came after it, devices' births among it, stays as it is.
            _metrics.Repeated.Add();
            _readings.Birth(node, 0, payload, nowTicks, isCurrent: false, into);
            return;
        }
        // Another session without the death of the one before: its will was lost, and the devices that are not born again are gone.
        if (node.IsBorn && birthDeathSeq != node.BirthDeathSeq)
        {
            _metrics.Unresolved.Add(_waiting.Drop(node));
            for (int device = 1; device < node.Devices.Count; device++) Die(node, device, nowTicks, into);
        }
        node.BirthDeathSeq = birthDeathSeq;
        node.BirthTimestamp = payload.Timestamp;
        node.Sequence.Restart((byte)payload.Seq);
        node.IsBorn = true;
        node.IsInterrupted = node.IsOverLimit = false;
        node.ClearAliases();
        _rebirths.Forget(node);
        _metrics.Births.Add();
        _readings.Birth(node, 0, payload, nowTicks, isCurrent: true, into);
        _waiting.Born(node, 0, [], into);
    }

    private void DeviceBirth(in SparkplugRoute route, in MqttMessage message, in SparkplugPayload payload, long nowTicks, MessageReadings into)
    {
        SparkplugNode node = route.Node;
        bool isCurrent = Follow(node, message, payload, nowTicks) is SequenceOutcome.Next or SequenceOutcome.Gap;
        // It says all there is to know of its own metrics; what else the node has is still to be asked.
        if (!node.IsBorn) _rebirths.Want(node, nowTicks, nowTicks);
        _metrics.Births.Add();
        _readings.Birth(node, route.Device, payload, nowTicks, isCurrent, into);
        // Aliases are the node's: before its own birth what they stand for may still change.
        if (node.IsBorn && SparkplugTopic.TryParse(message.Topic, out SparkplugTopic topic)) _waiting.Born(node, route.Device, topic.Device, into);
    }

    private void Data(in SparkplugRoute route, in MqttMessage message, in SparkplugPayload payload, long nowTicks, MessageReadings into)
    {
        SparkplugNode node = route.Node;
        SequenceOutcome outcome = node.IsBorn ? Follow(node, message, payload, nowTicks) : SequenceOutcome.Next;
        int unresolved = payload.MetricCount;
        if (node.IsBorn && route.Device >= 0 && node.Devices[route.Device].IsAlive)
        {
            unresolved = _readings.Data(node, route.Device, payload, nowTicks, outcome is SequenceOutcome.Next or SequenceOutcome.Gap, into);
        }
        else if (!node.IsOverLimit && outcome != SequenceOutcome.Repeated && SparkplugTopic.TryParse(message.Topic, out SparkplugTopic topic)
            && _waiting.TryHold(node, topic.Device, message.Payload, payload.MetricCount, nowTicks))
        {
            _rebirths.Want(node, nowTicks, nowTicks);
            return;
        }
        if (unresolved == 0) return;
        if (node.IsOverLimit)
        {
            _metrics.Refused.Add(unresolved);
            return;
        }
        _metrics.Unresolved.Add(unresolved);
        _rebirths.Want(node, nowTicks, nowTicks);
    }

    private void NodeDeath(SparkplugNode node, in SparkplugPayload payload, long nowTicks, MessageReadings into)
    {
        // A will that was held up says nothing of the session that has begun since.
        if (BirthDeathSeqOf(payload) is { } seq && node.BirthDeathSeq is { } born && seq != born)
        {
            _metrics.StaleDeaths.Add();
            return;
        }
        node.IsBorn = false;
        _metrics.Unresolved.Add(_waiting.Drop(node));
        _rebirths.Forget(node);
        for (int device = 0; device < node.Devices.Count; device++) Die(node, device, nowTicks, into);
    }

    private void Die(SparkplugNode node, int device, long nowTicks, MessageReadings into)
    {
        if (!node.Devices[device].IsAlive) return;
        _metrics.Deaths.Add();
        SparkplugReadings.Death(node, device, nowTicks, into);
    }

    private SequenceOutcome Follow(SparkplugNode node, in MqttMessage message, in SparkplugPayload payload, long nowTicks)
    {
        // Some senders leave the number out; a retained message is none of the sequence.
        if (!payload.HasSeq || message.IsRetained) return SequenceOutcome.Next;
        SequenceOutcome outcome = node.Sequence.Take((byte)payload.Seq, message.IsDuplicate);
        switch (outcome)
        {
            case SequenceOutcome.Next:
                node.IsInterrupted = false;
                break;
            case SequenceOutcome.Gap:
                _metrics.Gaps.Add();
                if (node.IsInterrupted) node.IsBorn = node.IsInterrupted = false;
                _rebirths.Want(node, nowTicks + (node.IsBorn ? _reorderTicks : 0), nowTicks);
                break;
            case SequenceOutcome.Late:
                _metrics.Late.Add();
                if (!node.Sequence.HasMissing) _rebirths.Forget(node);
                break;
            default:
                _metrics.Repeated.Add();
                break;
        }
        return outcome;
    }

    private static ulong? BirthDeathSeqOf(in SparkplugPayload payload)
    {
        foreach (ref readonly SparkplugMetric metric in payload.Metrics)
        {
            if (metric.Name.SequenceEqual("bdSeq"u8) && metric.ValueField is (SparkplugValueField.Long or SparkplugValueField.Int)) return metric.ValueBits;
        }
        return null;
    }
}
