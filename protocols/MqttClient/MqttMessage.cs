namespace HyperIngest.Mqtt;

/// <summary>A message that came: good until the call it is given to returns.</summary>
public readonly ref struct MqttMessage
{
    /// <summary>The topic in UTF-8, aliases resolved, valid (1.5.4) and without wildcards.</summary>
    public required ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The payload.</summary>
    public required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Its quality of service.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>Packet identifier, 1 to 65,535; 0 with QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>The broker may have sent it before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>It is the topic's last value, not a new message.</summary>
    public bool IsRetained { get; init; }
}

/// <summary>A message to be sent.</summary>
public readonly ref struct MqttOutgoing
{
    /// <summary>The topic in UTF-8, without wildcards.</summary>
    public required ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The payload.</summary>
    public required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Its quality of service.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>Kept by the broker as the topic's last value.</summary>
    public bool Retain { get; init; }

    /// <summary>Sent before, in this session or an earlier one.</summary>
    public bool IsDuplicate { get; init; }
}
