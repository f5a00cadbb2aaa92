namespace HyperIngest.Mqtt;

/// <summary>How to reach a broker; the same for a source, a sink and a simulated publisher.</summary>
public sealed record MqttClientOptions
{
    /// <summary>The broker's host name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port, 1 to 65535; default 1883. With TLS brokers have 8883.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>The client id, unique at the broker: it names the session. Empty lets the broker choose one, for sessions that are not to be kept.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The protocol's version; default 5.0.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V5;

    /// <summary>
    /// How long the broker keeps the session (subscriptions, messages not acknowledged) after the connection has ended. Zero is a clean session. 3.1.1 knows only kept or not. Default zero.
    /// </summary>
    public TimeSpan SessionExpiry { get; init; }

    /// <summary>Longest silence from this side; a PINGREQ ends it. Zero to 18 h; zero for none. Default 30 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The user; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The password; never logged.</summary>
    public string? Password { get; init; }

    /// <summary>TLS; null for a plain connection.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Messages of QoS 1 and 2 that the broker may have sent and this side not acknowledged, 1 to 65,535; default 65,535. 3.1.1 cannot say it: there the broker's own limit holds.</summary>
    public int ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>Largest packet taken, 128 B to 256 MiB; default 4 MiB. 5.0 tells the broker, which then does not send such; in 3.1.1 a larger one ends the connection.</summary>
    public int MaxPacketBytes { get; init; } = 4 << 20;

    /// <summary>Topic aliases the broker may use towards this side (5.0), 0 to 65,535; default 1,024: some 100 KB of names.</summary>
    public int TopicAliases { get; init; } = 1024;

    /// <summary>Bytes waiting to be sent beyond which <see cref="MqttConnection.TryPublish"/> says no, 4 KiB to 1 GiB; default 1 MiB.</summary>
    public int SendBufferBytes { get; init; } = 1 << 20;

    /// <summary>Longest from the first SYN to CONNACK, and for any other answer; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause after a connection was lost; it doubles, with jitter, up to <see cref="LongestPause"/>. Default 500 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause between tries; default 30 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether each connection is read by a thread of its own: for the few that bring much, as a source's; others share the pool's threads. Default false.</summary>
    public bool OwnReadingThread { get; init; }

    /// <summary>The broker in words, without secrets: <c>mqtt://host:1883</c>.</summary>
    public string Address => $"{(Tls is null ? "mqtt" : "mqtts")}://{Host}:{Port}";
}

/// <summary>TLS towards the broker. Certificates and host names are verified unless <see cref="Verify"/> is false.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>CA certificates, a PEM file; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The client's certificate, a PEM file; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The client certificate's key, a PEM file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The key file's password; never logged.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>The name the broker's certificate must have; null for <see cref="MqttClientOptions.Host"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether the broker's certificate and name are verified; default true.</summary>
    public bool Verify { get; init; } = true;
}

/// <summary>What the broker publishes when this client's connection is lost (MQTT 5.0, 3.1.2.5).</summary>
/// <param name="Topic">Where.</param>
/// <param name="Payload">What.</param>
/// <param name="Qos">With which quality of service.</param>
/// <param name="Retain">Whether it is kept as the topic's last value.</param>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, MqttQos Qos = MqttQos.AtMostOnce, bool Retain = false);

/// <summary>A subscription.</summary>
/// <param name="Filter">The topic filter, with <c>+</c>, <c>#</c> and <c>$share/group/</c> as it goes over the wire.</param>
/// <param name="Qos">The most that is asked for.</param>
/// <param name="RetainHandling">5.0: 0 retained messages at each subscribe, 1 only when the subscription is new, 2 never. Default 1.</param>
public sealed record MqttSubscription(string Filter, MqttQos Qos, byte RetainHandling = 1);
