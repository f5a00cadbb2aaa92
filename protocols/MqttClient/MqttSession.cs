using Microsoft.Extensions.Logging;

namespace HyperIngest.Mqtt;

/// <summary>
/// Keeps a connection to a broker: connects, connects again with growing pauses when it is lost, follows the broker to another server, and subscribes when the broker does not have the session any more
/// (and at the first connection, because what an earlier process subscribed to may have been something else).
/// </summary>
public sealed class MqttSession : IAsyncDisposable
{
    /// <summary>A session that is not started.</summary>
    /// <param name="name">The source's or sink's name, for log lines.</param>
    /// <param name="options">The broker.</param>
    /// <param name="subscriptions">What it subscribes to; a broker that refuses one is a fault that is said and counted, and the others stand.</param>
    /// <param name="receiver">Who takes what comes.</param>
    /// <param name="will">Asked before each connection for its will; null for none.</param>
    /// <param name="logger">Where it says what changes.</param>
    public MqttSession(
        string name, MqttClientOptions options, IReadOnlyList<MqttSubscription> subscriptions, IMqttReceiver receiver, Func<MqttWill?>? will, ILogger logger) => throw new NotImplementedException();

    /// <summary>The connection, subscribed; null while there is none.</summary>
    public MqttConnection? Connection => throw new NotImplementedException();

    /// <summary>What is wrong, in words; null while nothing is: no connection, a subscription refused.</summary>
    public string? Fault => throw new NotImplementedException();

    /// <summary>Connections lost or not made, and subscriptions refused, so far.</summary>
    public long Faults => throw new NotImplementedException();

    /// <summary>Connections made so far.</summary>
    public long Connects => throw new NotImplementedException();

    /// <summary>Begins; returns at once.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Disconnects in order and connects no more. When it returns, the receiver is told nothing more.</summary>
    public Task StopAsync(MqttReasonCode reason = MqttReasonCode.Success) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
