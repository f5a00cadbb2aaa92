using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>A node's session with a broker.</summary>
internal sealed class MqttPublishSession : IPublishSession, IMqttReceiver
{
    // Nobody subscribes to it: that the broker says so is what is wanted.
    private static readonly string[] NoFilter = ["hyperingest/nothing"];

    private readonly MqttSession _session;
    private readonly INodeFormat _format;
    private readonly PublishEvents _events;

    // The reading loop's alone: what was received and not acknowledged yet.
    private readonly (ushort PacketId, MqttQos Qos)[] _received = new (ushort, MqttQos)[1];
    private MqttConnection? _connection;

    /// <summary>A session that is not started.</summary>
    public MqttPublishSession(string name, MqttClientOptions options, INodeFormat format, PublishEvents events, TimeProvider clock, ILogger logger)
    {
        _format = format;
        _events = events;
        _session = new MqttSession(name, options, format.Subscriptions, this, () => format.Will(clock.GetUtcNow().UtcTicks), logger);
    }

    /// <inheritdoc/>
    public string? Fault => _session.Fault;

    /// <inheritdoc/>
    public void Start() => _session.Start();

    /// <inheritdoc/>
    public bool IsReady(IPublishOutbox outbox) => ReferenceEquals(_session.Connection, ((ConnectionOutbox)outbox).Connection);

    /// <inheritdoc/>
    public void Cut()
    {
        if (_session.Connection is { } connection) _ = connection.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    public async Task<bool> ConfirmAsync(CancellationToken cancellationToken)
    {
        if (_session.Connection is not { } connection) return false;
        try
        {
            await connection.UnsubscribeAsync(NoFilter, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MqttException)
        {
            // The connection ended: what the answer says is false.
            return false;
        }
    }

    /// <inheritdoc/>
    public Task StopAsync() => _session.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    void IMqttReceiver.Opened(MqttConnection connection)
    {
        _connection = connection;
        _events.Add(new PublishEvent(PublishEventKind.Opened, new ConnectionOutbox(connection)));
    }

    bool IMqttReceiver.TryReceive(in MqttMessage message)
    {
        if (_format.IsRebirthWish(message)) _events.Add(new PublishEvent(PublishEventKind.RebirthWanted));
        if (message.Qos == MqttQos.AtMostOnce) return true;
        _received[0] = (message.PacketId, message.Qos);
        _connection?.Acknowledge(_received);
        return true;
    }

    void IMqttReceiver.Paused()
    {
        // A command is looked at when it comes; nothing is gathered.
    }

    void IMqttReceiver.Released(ushort packetId) => _connection?.Complete([packetId]);

    void IMqttReceiver.Settled(ushort packetId, MqttReasonCode reason) => _events.Add(new PublishEvent(PublishEventKind.Settled, null, packetId, reason));

    void IMqttReceiver.Closed(MqttConnection connection, MqttEnd end) => _events.Add(new PublishEvent(PublishEventKind.Closed));

    private sealed class ConnectionOutbox(MqttConnection connection) : IPublishOutbox
    {
        public MqttConnection Connection => connection;

        public int Unsent => connection.Unsent;

        public bool TryPublish(in MqttOutgoing message, out ushort packetId) => connection.TryPublish(message, out packetId);

        public void Flush() => connection.Flush();
    }
}
