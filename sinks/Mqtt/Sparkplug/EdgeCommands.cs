using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Sparkplug;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>
/// What an edge node is told: rebirth (NCMD), and whether its primary host is there (STATE). Written by the connection's reading loop, read by the lane; a new connection begins with a new one.
/// </summary>
internal sealed class EdgeCommands
{
    private readonly byte[] _commandTopic;
    private readonly byte[]? _stateTopic;
    private readonly Action _changed;
    private readonly Action<string, string> _unreadable;
    private long _hostTimestamp = long.MinValue;
    private volatile bool _isHostOnline;
    private int _rebirth;

    /// <param name="group">The group id.</param>
    /// <param name="node">The edge node id.</param>
    /// <param name="host">The primary host; null for none.</param>
    /// <param name="changed">Called on the reading loop when there is something to do.</param>
    /// <param name="unreadable">Called on the reading loop with the topic and the reason.</param>
    public EdgeCommands(string group, string node, string? host, Action changed, Action<string, string> unreadable)
    {
        _commandTopic = SparkplugTopic.Compose(SparkplugMessageType.NodeCommand, Encoding.UTF8.GetBytes(group), Encoding.UTF8.GetBytes(node));
        _stateTopic = host is null ? null : SparkplugTopic.ComposeState(Encoding.UTF8.GetBytes(host));
        _changed = changed;
        _unreadable = unreadable;
        Subscriptions = _stateTopic is null
            ? [new MqttSubscription(Encoding.UTF8.GetString(_commandTopic), MqttQos.AtLeastOnce)]
            : [new MqttSubscription(Encoding.UTF8.GetString(_commandTopic), MqttQos.AtLeastOnce), new MqttSubscription(Encoding.UTF8.GetString(_stateTopic), MqttQos.AtLeastOnce, RetainHandling: 0)];
    }

    /// <summary>What is subscribed to, before the birth (Sparkplug 3.0, 6.4.19).</summary>
    public IReadOnlyList<MqttSubscription> Subscriptions { get; }

    /// <summary>Whether there is nobody to wait for: no primary host, or it is online.</summary>
    public bool IsHostReady => _stateTopic is null || _isHostOnline;

    /// <summary>Whether the primary host has said anything yet: its last word is retained, and comes with the subscription.</summary>
    public bool IsHostHeard => _stateTopic is null || Volatile.Read(ref _hostTimestamp) != long.MinValue;

    /// <summary>Whether a rebirth is asked for.</summary>
    public bool IsRebirthAsked => Volatile.Read(ref _rebirth) != 0;

    /// <summary>The rebirth that was asked for, if any, is begun: what comes from now on asks for another.</summary>
    public bool TakeRebirth() => Interlocked.Exchange(ref _rebirth, 0) != 0;

    /// <summary>A message came.</summary>
    public void Take(in MqttMessage message)
    {
        if (_stateTopic is not null && message.Topic.SequenceEqual(_stateTopic)) TakeState(message.Payload);
        else if (message.Topic.SequenceEqual(_commandTopic)) TakeCommand(message.Payload);
    }

    private void TakeState(ReadOnlySpan<byte> payload)
    {
        if (!SparkplugState.TryParse(payload, out SparkplugState state))
        {
            _unreadable(Encoding.UTF8.GetString(_stateTopic!), "it is no STATE of Sparkplug 3.0, {\"online\":true,\"timestamp\":…}");
            return;
        }
        // The will of a connection that the host has replaced by now (6.4.30).
        if (state.Timestamp < _hostTimestamp) return;
        _isHostOnline = state.IsOnline;
        Volatile.Write(ref _hostTimestamp, state.Timestamp);
        _changed();
    }

    private void TakeCommand(ReadOnlySpan<byte> payload)
    {
        if (!SparkplugPayload.TryParse(payload, out SparkplugPayload command))
        {
            _unreadable(Encoding.UTF8.GetString(_commandTopic), command.Reason);
            return;
        }
        foreach (SparkplugMetric metric in command.Metrics)
        {
            // What else an edge node may be told to do, this one does not do.
            if (!metric.Name.SequenceEqual(EdgePayloads.RebirthName) || metric.ValueField != SparkplugValueField.Boolean || !metric.Boolean) continue;
            Volatile.Write(ref _rebirth, 1);
            _changed();
        }
    }
}
