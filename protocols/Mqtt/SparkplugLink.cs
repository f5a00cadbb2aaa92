using System.Buffers;
using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Sparkplug;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// What a Sparkplug B host says to the broker: that it is there (STATE, as retained birth and as will), that it goes, and that an edge node is to be born again. The reading loop's, but
/// for <see cref="GoOffline"/>.
/// </summary>
internal sealed class SparkplugLink : ISparkplugCommands
{
    private static ReadOnlySpan<byte> Rebirth => "Node Control/Rebirth"u8;

    private readonly MqttSourceOptions _options;
    private readonly MqttSourceMetrics _metrics;
    private readonly ILogger _logger;
    private readonly byte[]? _stateTopic;
    private readonly ArrayBufferWriter<byte> _command = new(64);

    // Written by whoever connects before CONNECT, read by the reading loop after CONNACK: the same time in will and birth, by which the edge nodes tell an old death from a new one.
    private long _stateTime;

    // Written by the reading loop (release), read by whoever stops (acquire).
    private MqttConnection? _connection;

    // Written by whoever stops (release), read by the reading loop (acquire).
    private bool _isGoing;

    public SparkplugLink(MqttSourceOptions options, MqttSourceMetrics metrics, ILogger logger)
    {
        _options = options;
        _metrics = metrics;
        _logger = logger;
        if (options.Sparkplug?.HostId is { Length: > 0 } host) _stateTopic = SparkplugTopic.ComposeState(Encoding.UTF8.GetBytes(host));
    }

    /// <summary>The will of the connection that is made next; null for a host that does not say whether it is there.</summary>
    public MqttWill? NextWill()
    {
        if (_stateTopic is null) return null;
        Volatile.Write(ref _stateTime, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new MqttWill(Encoding.UTF8.GetString(_stateTopic), State(isOnline: false), MqttQos.AtLeastOnce, Retain: true);
    }

    /// <summary>A connection was accepted.</summary>
    public void Opened(MqttConnection connection)
    {
        Volatile.Write(ref _connection, connection);
        if (_stateTopic is not null) Send(connection, _stateTopic, State(isOnline: true), MqttQos.AtLeastOnce, retain: true, "the host's state");
    }

    /// <inheritdoc/>
    public void SayOnline()
    {
        // Its own goodbye comes back to it too.
        if (Volatile.Read(ref _isGoing) || Volatile.Read(ref _connection) is not { } connection || _stateTopic is null) return;
        Send(connection, _stateTopic, State(isOnline: true), MqttQos.AtLeastOnce, retain: true, "the host's state");
    }

    /// <summary>The connection has ended.</summary>
    public void Closed() => Volatile.Write(ref _connection, null);

    /// <summary>Says that the host goes: an orderly end leaves the will unsaid.</summary>
    public void GoOffline()
    {
        Volatile.Write(ref _isGoing, true);
        if (_stateTopic is not null && Volatile.Read(ref _connection) is { } connection) Send(connection, _stateTopic, State(isOnline: false), MqttQos.AtLeastOnce, retain: true, "the host's state");
    }

    /// <inheritdoc/>
    public void RequestRebirth(string group, string node)
    {
        if (Volatile.Read(ref _connection) is not { } connection) return;
        MqttSourceLog.Rebirth(_logger, _options.Name, group, node);
        _metrics.Rebirths.Add();
        ulong now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        _command.ResetWrittenCount();
        SparkplugPayloadWriter writer = new(_command);
        writer.Timestamp(now);
        writer.Boolean(new SparkplugMetricHeader { Name = Rebirth, Timestamp = now, DataType = SparkplugDataType.Boolean }, value: true);
        writer.Flush();
        // Commands are QoS 0 and never retained (Sparkplug 3.0, 6.4.19).
        byte[] topic = SparkplugTopic.Compose(SparkplugMessageType.NodeCommand, Encoding.UTF8.GetBytes(group), Encoding.UTF8.GetBytes(node));
        Send(connection, topic, _command.WrittenSpan, MqttQos.AtMostOnce, retain: false, "a rebirth request");
    }

    private byte[] State(bool isOnline) => new SparkplugState(isOnline, Volatile.Read(ref _stateTime)).Compose();

    private void Send(MqttConnection connection, byte[] topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain, string what)
    {
        try
        {
            MqttOutgoing message = new() { Topic = topic, Payload = payload, Qos = qos, Retain = retain };
            if (!connection.TryPublish(message, out _)) MqttSourceLog.NotSent(_logger, _options.Name, what, Encoding.UTF8.GetString(topic), "the connection has ended or its send buffer is full");
            connection.Flush();
        }
        catch (ArgumentException refused)
        {
            MqttSourceLog.NotSent(_logger, _options.Name, what, Encoding.UTF8.GetString(topic), refused.Message);
        }
    }
}
