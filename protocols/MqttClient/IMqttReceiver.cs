namespace HyperIngest.Mqtt;

/// <summary>Takes what comes over a connection. All calls come from the connection's reading loop, one at a time; none may block.</summary>
public interface IMqttReceiver
{
    /// <summary>A connection was accepted; nothing has come over it yet. <see cref="MqttAccepted.SessionPresent"/> says whether the broker still has the session.</summary>
    void Opened(MqttConnection connection);

    /// <summary>
    /// A message came. False when there is no room for it now: nothing more is read from the socket, and the same message is given again in a millisecond or a few. A message of QoS 1 or 2
    /// that was taken must be acknowledged by <see cref="MqttConnection.Acknowledge"/>, whenever it is safe.
    /// </summary>
    bool TryReceive(in MqttMessage message);

    /// <summary>All that had arrived was given: what was gathered can go on its way.</summary>
    void Paused();

    /// <summary>QoS 2: the broker has let go of a message (PUBREL); <see cref="MqttConnection.Complete"/> must follow when that is safe.</summary>
    void Released(ushort packetId);

    /// <summary>An own message of QoS 1 or 2 is settled: PUBACK, PUBCOMP, or a PUBREC that refuses it. Its packet identifier is free again.</summary>
    void Settled(ushort packetId, MqttReasonCode reason);

    /// <summary>The connection has ended; nothing more comes over it.</summary>
    void Closed(MqttConnection connection, MqttEnd end);
}
