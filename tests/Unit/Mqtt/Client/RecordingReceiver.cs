using System.Collections.Concurrent;
using System.Text;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Client;

/// <summary>A message that was kept.</summary>
internal sealed record KeptMessage(string Topic, string Payload, MqttQos Qos, ushort PacketId, bool IsDuplicate, bool IsRetained);

/// <summary>Keeps all it is told and acknowledges at once, unless told otherwise.</summary>
internal sealed class RecordingReceiver : IMqttReceiver
{
    private readonly List<(ushort, MqttQos)> _unacknowledged = [];
    private readonly List<ushort> _released = [];
    private volatile MqttConnection? _connection;

    public ConcurrentQueue<KeptMessage> Messages { get; } = new();

    public ConcurrentQueue<(ushort PacketId, MqttReasonCode Reason)> Settlements { get; } = new();

    public ConcurrentQueue<MqttEnd> Ends { get; } = new();

    public ConcurrentQueue<MqttAccepted> Openings { get; } = new();

    public MqttConnection? Connection => _connection;

    /// <summary>Whether messages are acknowledged when they have come.</summary>
    public bool Acknowledges { get; init; } = true;

    /// <summary>Times that it has no room yet; anybody sets it.</summary>
    public volatile int Refusals;

    /// <summary>Messages given again after there was no room.</summary>
    public int Refused { get; private set; }

    public void Opened(MqttConnection connection)
    {
        _connection = connection;
        _unacknowledged.Clear();
        _released.Clear();
        Openings.Enqueue(connection.Accepted);
    }

    public bool TryReceive(in MqttMessage message)
    {
        if (Refusals > 0)
        {
            Refusals--;
            Refused++;
            return false;
        }
        Messages.Enqueue(new KeptMessage(
            Encoding.UTF8.GetString(message.Topic), Encoding.UTF8.GetString(message.Payload), message.Qos, message.PacketId, message.IsDuplicate, message.IsRetained));
        if (message.Qos != MqttQos.AtMostOnce) _unacknowledged.Add((message.PacketId, message.Qos));
        return true;
    }

    public void Paused()
    {
        if (!Acknowledges) return;
        if (_unacknowledged.Count > 0) _connection!.Acknowledge([.. _unacknowledged]);
        if (_released.Count > 0) _connection!.Complete([.. _released]);
        _unacknowledged.Clear();
        _released.Clear();
    }

    public void Released(ushort packetId) => _released.Add(packetId);

    public void Settled(ushort packetId, MqttReasonCode reason) => Settlements.Enqueue((packetId, reason));

    public void Closed(MqttConnection connection, MqttEnd end) => Ends.Enqueue(end);
}
