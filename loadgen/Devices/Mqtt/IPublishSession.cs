using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>Where messages go while a connection lasts. One publishing thread's.</summary>
internal interface IPublishOutbox
{
    /// <summary>Bytes not yet taken by the operating system.</summary>
    int Unsent { get; }

    /// <summary>Puts a message among what is to be sent, copied; false, and nothing of it is sent, when there is no room now.</summary>
    /// <exception cref="ArgumentException">The broker takes no such message: the packet is too large.</exception>
    bool TryPublish(in MqttOutgoing message, out ushort packetId);

    /// <summary>Sends what was gathered.</summary>
    void Flush();
}

/// <summary>Keeps a node's connection to the broker; what happens to it, it says to the node's <see cref="PublishEvents"/>.</summary>
internal interface IPublishSession : IAsyncDisposable
{
    /// <summary>What is wrong; null while nothing is.</summary>
    string? Fault { get; }

    /// <summary>Begins to connect; returns at once.</summary>
    void Start();

    /// <summary>Whether an outbox that was opened can be published to: its connection stands, and what was to be subscribed is.</summary>
    bool IsReady(IPublishOutbox outbox);

    /// <summary>Cuts the connection without a word to the broker, and connects again.</summary>
    void Cut();

    /// <summary>Asks the broker something that it answers in its turn: when the task completes, it has taken all that was sent before. False when the connection has ended meanwhile.</summary>
    Task<bool> ConfirmAsync(CancellationToken cancellationToken);

    /// <summary>Disconnects in order, and does not connect again.</summary>
    Task StopAsync();
}
