using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Core.Telemetry;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka.Registry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// Kafka, by an idempotent producer a lane: at least once, or exactly once by transactions that hold the lane's cursor.
/// </summary>
public sealed class KafkaSink : ISink
{
    private readonly KafkaSinkOptions _options;
    private readonly SeriesCatalog _catalog;
    private readonly MetricRegistry _metrics;
    private readonly ILogger _logger;
    private readonly TopicTemplate _template;
    private readonly TopicNames _names;
    private readonly RegisteredSchemas? _schemas;

    // Said once, whichever lane comes first.
    private bool _prepared;

    /// <summary>A sink that has not connected yet.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or librdkafka refuses a property; the message repeats no value of a property.</exception>
    public KafkaSink(KafkaSinkOptions options, SeriesCatalog catalog, MetricRegistry metrics, ILogger logger)
    {
        KafkaSinkOptionsCheck.Check(options);
        _options = options;
        _catalog = catalog;
        _metrics = metrics;
        _logger = logger;
        _template = TopicTemplate.Parse(options.Topic, out _)!;
        _names = new TopicNames(options.Name, _template);
        if (options.Registry is { } registry) _schemas = new RegisteredSchemas(options.Name, registry, options.Format, logger);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public int MaxReadingsPerDelivery => _options.Limits.MaxReadingsPerDelivery;

    /// <inheritdoc/>
    public TimeSpan Linger => _options.Limits.Linger;

    /// <inheritdoc/>
    /// <remarks>Brokers that are away are noticed by the first delivery: a lane's producer connects by itself.</remarks>
    /// <exception cref="SinkException">The schema registry cannot be reached (Retry) or refuses (Stop).</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_schemas is not null) await _schemas.PrepareAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _prepared, true)) return;
        KafkaEvents.Prepared(
            _logger, Name, RecordFormats.NameOf(_options.Format), _options.Topic, KafkaLibrary.Version,
            _options.Guarantee == KafkaGuarantee.ExactlyOnce ? "exactly once" : "at least once");
    }

    /// <inheritdoc/>
    /// <exception cref="SinkException">Exactly once: the brokers cannot be reached (Retry), or refuse (Stop).</exception>
    public Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken) =>
        KafkaLane.OpenAsync($"kafka {Name}/{identity.Shard}", cancelled => Open(identity, cancelled), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _schemas?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The producer's properties, each with the reason for its value.</summary>
    internal static Dictionary<string, string> PropertiesOf(KafkaSinkOptions options)
    {
        Dictionary<string, string> properties = new()
        {
            ["compression.codec"] = options.Compression.ToString().ToLowerInvariant(),
            // The lane has waited already (Limits.Linger). One record a reading: a moment lets a record batch fill while the lane encodes the next thousand, and is all that the delivery's last
            // records wait: 0.95 of what it takes with 5 ms. Batch formats have few and large records: 2.7 M readings/s with 5 ms, 3.1 M with none.
            ["linger.ms"] = options.Format == RecordFormat.Json ? "1" : "0",
            // The largest record, and what the library adds to it: 70 bytes, and headers with the node's name.
            ["message.max.bytes"] = Text(options.Limits.MaxRecordBytes + 8192),
            // One delivery: memory is the lane's own, and it never has more under way.
            ["queue.buffering.max.messages"] = Text(Math.Max(options.Limits.MaxReadingsPerDelivery, 1000)),
            // The lane's values are counted here too; the lane bounds them itself (32 MiB and the record at hand), so that this never holds it up.
            ["queue.buffering.max.kbytes"] = Text((128 << 10) + (options.Limits.MaxRecordBytes >> 10)),
            // A broker that is back is found within a second or so; the library's own 10 s would be added to every outage.
            ["reconnect.backoff.max.ms"] = "1000",
            ["socket.keepalive.enable"] = "true",
            // Brokers close idle connections; that is no news.
            ["log.connection.close"] = "false",
        };
        // The library must not give up by itself: what it gives up may be there all the same, and would be sent again. (A transaction bounds it: there it is the transaction's time.)
        if (options.Guarantee == KafkaGuarantee.AtLeastOnce) properties["message.timeout.ms"] = "0";
        return properties;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a lane does, on the lane's thread.</summary>
    internal IKafkaDelivery Open(LaneIdentity identity, CancellationToken cancellationToken)
    {
        Dictionary<string, string> properties = PropertiesOf(_options);
        TransactionCursor? cursor = null;
        if (_options.Guarantee == KafkaGuarantee.ExactlyOnce)
        {
            // Always the same topic, whatever the readings are.
            cursor = new TransactionCursor(_options, _names.Of(identity.Node, "", Classification.Telemetry), identity, _logger);
            properties["transactional.id"] = cursor.Group;
            // Kafka's own default, and how long a transaction of a process that was killed holds up those who read committed records.
            properties["transaction.timeout.ms"] = "60000";
        }
        KafkaLaneMetrics metrics = new(_metrics, Name, identity.Shard);
        KafkaLaneParts? parts = null;
        try
        {
            KafkaProducer producer = new($"{Name}/{identity.Shard}", _options.Client, properties, _logger);
            parts = new KafkaLaneParts(_options, _catalog, identity, _names, topic => _schemas?.IdOf(topic, cancellationToken) ?? 0, metrics, producer, _logger);
            return cursor is null
                ? new PlainDelivery(parts, Name, identity.Shard, _logger)
                : TransactionalDelivery.Open(parts, cursor, Name, identity.Shard, _options.Limits.StallTime, _logger, cancellationToken);
        }
        catch (KafkaException e)
        {
            parts?.Dispose();
            throw new SinkException(DeliveryOutcome.Stop($"sink {Name}: {e.Message}"), e);
        }
        catch
        {
            parts?.Dispose();
            throw;
        }
    }
}
