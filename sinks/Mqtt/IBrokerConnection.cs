using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>What a lane needs of a connection; <see cref="MqttConnection"/>, but in tests.</summary>
internal interface IBrokerConnection : IAsyncDisposable
{
    /// <inheritdoc cref="MqttConnection.Accepted"/>
    MqttAccepted Accepted { get; }

    /// <inheritdoc cref="MqttConnection.Unsent"/>
    int Unsent { get; }

    /// <inheritdoc cref="MqttConnection.TryPublish"/>
    bool TryPublish(in MqttOutgoing message, out ushort packetId);

    /// <inheritdoc cref="MqttConnection.Flush"/>
    void Flush();

    /// <inheritdoc cref="MqttConnection.SubscribeAsync"/>
    Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken);

    /// <inheritdoc cref="MqttConnection.DisconnectAsync"/>
    Task DisconnectAsync();
}

/// <summary>Connects; throws <see cref="MqttException"/> when there is no connection.</summary>
internal delegate Task<IBrokerConnection> ConnectToBroker(MqttClientOptions options, IMqttReceiver receiver, MqttWill? will, CancellationToken cancellationToken);

/// <summary>A connection of the client.</summary>
internal sealed class BrokerConnection(MqttConnection connection) : IBrokerConnection
{
    private readonly MqttConnection _connection = connection;

    /// <summary>The way to connect that is no test's.</summary>
    public static ConnectToBroker With(ILogger logger) => async (options, receiver, will, cancellationToken) =>
        new BrokerConnection(await MqttConnection.ConnectAsync(options, receiver, will, logger, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public MqttAccepted Accepted => _connection.Accepted;

    /// <inheritdoc/>
    public int Unsent => _connection.Unsent;

    /// <inheritdoc/>
    public bool TryPublish(in MqttOutgoing message, out ushort packetId) => _connection.TryPublish(message, out packetId);

    /// <inheritdoc/>
    public void Flush() => _connection.Flush();

    /// <inheritdoc/>
    public Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken) =>
        _connection.SubscribeAsync(subscriptions, cancellationToken);

    /// <inheritdoc/>
    public Task DisconnectAsync() => _connection.DisconnectAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
