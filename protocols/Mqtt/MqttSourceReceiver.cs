using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>What comes over the connections of a source, one after the other. The reading loop's, but for <see cref="Upstream"/>.</summary>
internal sealed class MqttSourceReceiver(MqttSourceOptions options, MessageIntake messages, SparkplugLink sparkplug, SparkplugHost? host, MqttSourceMetrics metrics, ILogger logger) : IMqttReceiver
{
    // Written by the reading loop (release), read by the acknowledging thread (acquire).
    private MqttUpstream? _upstream;

    private int _generation;
    private bool _hadSession;

    /// <summary>The connection there is; null while there is none. Any thread may read it.</summary>
    public MqttUpstream? Upstream => Volatile.Read(ref _upstream);

    /// <inheritdoc/>
    public void Opened(MqttConnection connection)
    {
        metrics.Connects.Add();
        bool present = connection.Accepted.SessionPresent;
        string clientId = connection.Accepted.ClientId;
        if (present) MqttSourceLog.Resumed(logger, options.Name, options.Client.Address, clientId);
        else
        {
            messages.Taken.Forget();
            if (_hadSession) MqttSourceLog.SessionGone(logger, options.Name, options.Client.Address, clientId);
        }
        _hadSession = options.Client.SessionExpiry > TimeSpan.Zero;
        _generation++;
        messages.Begin(_generation);
        Volatile.Write(ref _upstream, MqttUpstream.Of(connection, _generation));
        sparkplug.Opened(connection);
    }

    /// <inheritdoc/>
    public bool TryReceive(in MqttMessage message) => messages.TryTake(message);

    /// <inheritdoc/>
    public void Paused() => messages.Pause();

    /// <inheritdoc/>
    public void Released(ushort packetId) => messages.Release(packetId);

    /// <summary>The host's state was taken by the broker; nobody waits for it.</summary>
    public void Settled(ushort packetId, MqttReasonCode reason)
    {
    }

    /// <inheritdoc/>
    public void Closed(MqttConnection connection, MqttEnd end)
    {
        Volatile.Write(ref _upstream, null);
        sparkplug.Closed();
        host?.Interrupted();
        messages.Begin(_generation);
        messages.Pause();
    }
}
