using HyperIngest.Mqtt;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>Where acknowledgements go.</summary>
internal interface IMqttUpstream
{
    /// <summary>PUBACK and PUBREC, in the order the messages came.</summary>
    void Acknowledge(ReadOnlySpan<(ushort PacketId, MqttQos Qos)> messages);

    /// <summary>PUBCOMP.</summary>
    void Complete(ReadOnlySpan<ushort> packetIds);
}

/// <summary>The connection a source has now; packet identifiers mean something on the connection they came over only.</summary>
/// <param name="Connection">Where acknowledgements go.</param>
/// <param name="Generation">Its number, from 1.</param>
internal sealed record MqttUpstream(IMqttUpstream Connection, int Generation)
{
    /// <summary>The acknowledgements of a connection.</summary>
    public static MqttUpstream Of(MqttConnection connection, int generation) => new(new Over(connection), generation);

    private sealed class Over(MqttConnection connection) : IMqttUpstream
    {
        public void Acknowledge(ReadOnlySpan<(ushort PacketId, MqttQos Qos)> messages) => connection.Acknowledge(messages);

        public void Complete(ReadOnlySpan<ushort> packetIds) => connection.Complete(packetIds);
    }
}
