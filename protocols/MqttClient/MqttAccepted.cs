namespace HyperIngest.Mqtt;

/// <summary>What the broker said when it accepted the connection (MQTT 5.0, 3.2).</summary>
public sealed record MqttAccepted
{
    /// <summary>Whether the broker still had the session of this client id.</summary>
    public required bool SessionPresent { get; init; }

    /// <summary>The client id, maybe one that the broker chose.</summary>
    public required string ClientId { get; init; }

    /// <summary>Own messages of QoS 1 and 2 that may be under way; 65,535 when it did not say.</summary>
    public int ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>The most the broker takes.</summary>
    public MqttQos MaximumQos { get; init; } = MqttQos.ExactlyOnce;

    /// <summary>Whether it keeps retained messages.</summary>
    public bool RetainAvailable { get; init; } = true;

    /// <summary>Largest packet it takes, bytes.</summary>
    public long MaximumPacketBytes { get; init; } = long.MaxValue;

    /// <summary>Topic aliases this side may use.</summary>
    public int TopicAliasMaximum { get; init; }

    /// <summary>Whether wildcards may be subscribed to.</summary>
    public bool WildcardsAvailable { get; init; } = true;

    /// <summary>Whether there are shared subscriptions.</summary>
    public bool SharedSubscriptionsAvailable { get; init; } = true;

    /// <summary>The keep-alive in force.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>The session expiry in force.</summary>
    public TimeSpan SessionExpiry { get; init; }
}

/// <summary>Why a connection ended, or was not accepted.</summary>
/// <param name="Reason">The code; <see cref="MqttReasonCode.Success"/> for an end in order.</param>
/// <param name="Text">In words, fit for a log line: what happened and what the broker said; no secrets.</param>
/// <param name="ByServer">The broker said so (CONNACK or DISCONNECT).</param>
/// <param name="ServerReference">Where the broker sends the client instead (<c>host:port</c>, and more behind spaces); null for none.</param>
public sealed record MqttEnd(MqttReasonCode Reason, string Text, bool ByServer = false, string? ServerReference = null)
{
    /// <summary>Whether trying again with the same options may help: not for refused passwords, ids and versions, which wait for a person.</summary>
    public bool MayPass => Reason is not (MqttReasonCode.BadUserNameOrPassword or MqttReasonCode.NotAuthorized or MqttReasonCode.ClientIdentifierNotValid
        or MqttReasonCode.UnsupportedProtocolVersion or MqttReasonCode.Banned or MqttReasonCode.BadAuthenticationMethod);
}

/// <summary>A connection could not be made, or is dead.</summary>
public sealed class MqttException(MqttEnd end, Exception? inner = null) : IOException(end.Text, inner)
{
    /// <summary>Why.</summary>
    public MqttEnd End { get; } = end;
}
