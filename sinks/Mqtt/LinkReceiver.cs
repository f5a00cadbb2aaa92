using HyperIngest.Mqtt;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>Takes a message that came; on the connection's reading loop, and therefore quickly.</summary>
internal delegate void TakeMessage(in MqttMessage message);

/// <summary>What comes over one connection: acknowledgements, which the lane takes in its own time, and messages, which are looked at here.</summary>
internal sealed class LinkReceiver(Pulse pulse, TakeMessage? message) : IMqttReceiver
{
    // As many as there are packet identifiers: each is settled at most once before the lane gives it away again.
    private const int Length = ushort.MaxValue + 1;

    private readonly Pulse _pulse = pulse;
    private readonly TakeMessage? _message = message;
    private readonly int[] _settled = new int[Length];

    // Written by the reading loop alone, after the entry; the lane's acquire read of it sees the entry.
    private long _tail;

    // The lane's alone.
    private long _head;

    // Written once, by the reading loop.
    private MqttEnd? _end;

    /// <summary>How the connection ended; null while it stands.</summary>
    public MqttEnd? End => Volatile.Read(ref _end);

    /// <summary>The lane: the next own message that is settled.</summary>
    public bool TryTakeSettled(out ushort packetId, out MqttReasonCode reason)
    {
        packetId = 0;
        reason = default;
        if (_head == Volatile.Read(ref _tail)) return false;
        int entry = _settled[(int)(_head++ & (Length - 1))];
        packetId = (ushort)entry;
        reason = (MqttReasonCode)(entry >> 16);
        return true;
    }

    /// <inheritdoc/>
    public void Opened(MqttConnection connection)
    {
    }

    /// <inheritdoc/>
    public bool TryReceive(in MqttMessage message)
    {
        _message?.Invoke(message);
        return true;
    }

    /// <inheritdoc/>
    public void Paused() => _pulse.Set();

    /// <inheritdoc/>
    public void Released(ushort packetId)
    {
        // Nothing is subscribed to at QoS 2.
    }

    /// <inheritdoc/>
    public void Settled(ushort packetId, MqttReasonCode reason)
    {
        _settled[(int)(_tail & (Length - 1))] = packetId | ((int)reason << 16);
        Volatile.Write(ref _tail, _tail + 1);
    }

    /// <inheritdoc/>
    public void Closed(MqttConnection connection, MqttEnd end)
    {
        Volatile.Write(ref _end, end);
        _pulse.Set();
    }
}
