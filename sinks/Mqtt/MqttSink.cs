using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt.Sparkplug;
using HyperIngest.Sinks.Mqtt.Uns;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>
/// An MQTT broker, a connection a lane: a unified namespace (a message a reading, at least once with QoS 1), or a Sparkplug B edge node.
/// </summary>
public sealed class MqttSink : ISink
{
    private readonly MqttSinkOptions _options;
    private readonly SeriesCatalog _catalog;
    private readonly MetricRegistry _metrics;
    private readonly ILogger _logger;
    private readonly ConnectToBroker _connect;
    private readonly int _shards;

    // Said once, whichever lane comes first.
    private bool _prepared;

    /// <summary>A sink that has not connected yet.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="catalog">The series.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="logger">Where it says what changes.</param>
    /// <param name="shards">Shards of the node: with more than one, each lane's client id and edge node id say which.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public MqttSink(MqttSinkOptions options, SeriesCatalog catalog, MetricRegistry metrics, ILogger logger, int shards = 1)
        : this(options, catalog, metrics, logger, shards, BrokerConnection.With(logger))
    {
    }

    internal MqttSink(MqttSinkOptions options, SeriesCatalog catalog, MetricRegistry metrics, ILogger logger, int shards, ConnectToBroker connect)
    {
        MqttSinkOptionsCheck.Check(options);
        _options = options;
        _catalog = catalog;
        _metrics = metrics;
        _logger = logger;
        _shards = shards;
        _connect = connect;
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public int MaxReadingsPerDelivery => _options.Limits.MaxReadingsPerDelivery;

    /// <inheritdoc/>
    public TimeSpan Linger => _options.Limits.Linger;

    /// <inheritdoc/>
    /// <remarks>A broker that is away is noticed by the first delivery: a lane connects when it has something to send.</remarks>
    public Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _prepared, true)) return Task.CompletedTask;
        string what = _options.Mode == MqttSinkMode.Sparkplug
            ? $"Sparkplug B as group {_options.Sparkplug.Group}"
            : $"{_options.Uns.Payload.ToString().ToLowerInvariant()} on {_options.Uns.Topic} at QoS {(int)_options.Uns.Qos}{(_options.Uns.Retain ? ", retained" : "")}";
        MqttSinkEvents.Prepared(_logger, Name, what, _options.Client.Address);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken)
    {
        MqttLaneMetrics metrics = new(_metrics, Name, identity.Shard);
        Link link = new(Name, identity.Shard, ClientOf(identity), _connect, metrics, _logger);
        return Task.FromResult<ISinkLane>(_options.Mode == MqttSinkMode.Sparkplug ? EdgeNodeLane(identity, link, metrics) : UnsLane(identity, link, metrics));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private UnsLane UnsLane(LaneIdentity identity, Link link, MqttLaneMetrics metrics)
    {
        TopicTemplate template = TopicTemplate.Parse(_options.Uns.Topic, _options.Uns.Slash, out _)!;
        UnsEncoder encoder = new(_catalog, new SeriesTopics(_catalog, template, identity.Node), _options.Uns);
        return new UnsLane(link, encoder, _options, metrics, identity.Shard, _logger);
    }

    private EdgeNodeLane EdgeNodeLane(LaneIdentity identity, Link link, MqttLaneMetrics metrics)
    {
        Pulse attention = new();
        EdgeNode node = new(link, _catalog, _options, EdgeNodeNames.NodeIdOf(_options.Sparkplug, identity, _shards), metrics, identity.Shard, attention.Set, _logger);
        return new EdgeNodeLane(link, attention, node, _catalog, _options, metrics);
    }

    // A session of its own for each lane, and clean: the journal is what keeps.
    private MqttClientOptions ClientOf(LaneIdentity identity)
    {
        string id = _options.Client.ClientId.Length > 0 ? _options.Client.ClientId : $"hyperingest-{identity.Node}-{Name}";
        return _options.Client with
        {
            ClientId = _shards > 1 ? string.Create(CultureInfo.InvariantCulture, $"{id}-{identity.Shard}") : id,
            SessionExpiry = TimeSpan.Zero,
        };
    }
}
