using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>A lane's way to the broker: one connection after the other. Used by one caller at a time.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly ConnectToBroker _connect;
    private readonly MqttClientOptions _home;
    private readonly MqttLaneMetrics _metrics;
    private readonly ILogger _logger;
    private readonly string _sink;
    private readonly int _shard;
    private MqttClientOptions _options;
    private IBrokerConnection? _connection;
    private LinkReceiver? _receiver;

    public Link(string sink, int shard, MqttClientOptions options, ConnectToBroker connect, MqttLaneMetrics metrics, ILogger logger)
    {
        _sink = sink;
        _shard = shard;
        _options = _home = options;
        _connect = connect;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Woken when something is settled, a message came or the connection ended.</summary>
    public Pulse Pulse { get; } = new();

    /// <summary>The broker in words.</summary>
    public string Address => _options.Address;

    /// <summary>Whether there is a connection that stands.</summary>
    public bool IsUp => _receiver is { End: null };

    /// <summary>Whether a connection was there, and has ended, and <see cref="CloseAsync"/> was not called yet.</summary>
    public bool IsLost => _receiver is { End: not null };

    /// <summary>The connection; there must be one.</summary>
    public IBrokerConnection Connection => _connection!;

    /// <summary>What comes over it.</summary>
    public LinkReceiver Receiver => _receiver!;

    /// <summary>Connects. Accepted, or why not: Retry, or Stop when a person must act.</summary>
    public async Task<DeliveryOutcome> OpenAsync(MqttWill? will, TakeMessage? message, CancellationToken cancellationToken)
    {
        LinkReceiver receiver = new(Pulse, message);
        try
        {
            _connection = await _connect(_options, receiver, will, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttException refused)
        {
            _metrics.Losses.Add();
            Follow(refused.End);
            return MqttSinkErrors.OutcomeOf(refused.End);
        }
        _receiver = receiver;
        _metrics.Connects.Add();
        MqttSinkEvents.Connected(_logger, _sink, _shard, Address, _options.ClientId);
        return DeliveryOutcome.Accepted;
    }

    /// <summary>The connection has ended by itself: says so, and lets go of it.</summary>
    public async Task<MqttEnd> DropAsync()
    {
        MqttEnd end = _receiver!.End!;
        _metrics.Losses.Add();
        MqttSinkEvents.Lost(_logger, _sink, _shard, Address, end.Text);
        Follow(end);
        await CloseAsync(inOrder: false).ConfigureAwait(false);
        return end;
    }

    /// <summary>Ends the connection, if there is one. Not in order, the broker publishes the will.</summary>
    public async Task CloseAsync(bool inOrder)
    {
        IBrokerConnection? connection = _connection;
        bool isUp = IsUp;
        _connection = null;
        _receiver = null;
        if (connection is null) return;
        await using (connection.ConfigureAwait(false))
        {
            if (inOrder && isUp) await connection.DisconnectAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync(inOrder: true).ConfigureAwait(false);
        Pulse.Dispose();
    }

    // Server redirection (MQTT 5.0, 4.11): to another one for good, or until that one is lost again. The reference is host:port, and more behind spaces.
    private void Follow(MqttEnd end)
    {
        bool stays = end.Reason == MqttReasonCode.ServerMoved;
        if (end.ServerReference is not { Length: > 0 } reference || (!stays && end.Reason != MqttReasonCode.UseAnotherServer))
        {
            // An address that was lent is no more than a try.
            if (!ReferenceEquals(_options, _home) && !_stayed) _options = _home;
            return;
        }
        string first = reference.Split(' ', 2)[0];
        int colon = first.LastIndexOf(':');
        bool hasPort = int.TryParse(first.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue && colon > 0;
        _options = _home with { Host = (hasPort ? first[..colon] : first).Trim('[', ']'), Port = hasPort ? port : _home.Port };
        _stayed = stays;
        MqttSinkEvents.Redirected(_logger, _sink, _shard, _home.Address, _options.Address);
    }

    private bool _stayed;
}
