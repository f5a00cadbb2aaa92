using System.Diagnostics;
using System.Globalization;
using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka;

/// <summary>What both kinds of lanes are made of: a producer with its routes, its encoder and its sender. The lane's thread's.</summary>
internal sealed class KafkaLaneParts : IDisposable
{
    // Partitions of a topic may be added while it is written; Java's producers look as often (metadata.max.age.ms).
    private static readonly TimeSpan PartitionsAge = TimeSpan.FromMinutes(5);

    // One question at a time, so that a cancelled delivery notices.
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(100);

    // What is encoded before it is sent: brokers and encoder work side by side from the first thousand on.
    private const int RecordsAtOnce = 1024;

    // Memory for values under way. A full delivery of JSON has some 8 MiB; past this (long texts) a delivery goes in several waves.
    private const long WaveBytes = 32 << 20;

    private readonly KafkaSinkOptions _options;
    private readonly SeriesCatalog _catalog;
    private readonly LaneIdentity _identity;
    private readonly TopicNames _names;
    private readonly Func<string, int> _schemaOf;
    private readonly ILogger _logger;
    private readonly KafkaHeaders? _headers;
    private readonly Dictionary<int, KafkaHeaders> _headersOfSchema = [];
    private readonly Dictionary<string, LaneTopic> _topics = new(StringComparer.Ordinal);
    private CancellationToken _finding;
    private long _askedAt;
    private bool _askAgain;

    /// <summary>The parts of a lane; nothing is connected yet.</summary>
    /// <param name="options">The sink's.</param>
    /// <param name="catalog">The series.</param>
    /// <param name="identity">Whose lane it is.</param>
    /// <param name="names">The sink's topics.</param>
    /// <param name="schemaOf">The registry's id for a topic; 0 without a registry. Throws <see cref="SinkException"/>.</param>
    /// <param name="metrics">The lane's.</param>
    /// <param name="producer">Owned from now on.</param>
    /// <param name="logger">The sink's.</param>
    public KafkaLaneParts(
        KafkaSinkOptions options, SeriesCatalog catalog, LaneIdentity identity, TopicNames names, Func<string, int> schemaOf, KafkaLaneMetrics metrics, KafkaProducer producer, ILogger logger)
    {
        _options = options;
        _catalog = catalog;
        _identity = identity;
        _names = names;
        _schemaOf = schemaOf;
        _logger = logger;
        Metrics = metrics;
        Producer = producer;
        Routes = new KafkaRoutes(catalog, options.Partitioner, TopicOf);
        Sender = new KafkaSender(producer, Routes, metrics, options.Limits.StallTime);
        Encoder = EncoderOf(options, catalog, Routes);
        if (options.Headers == KafkaHeaderUse.Always || (options.Headers == KafkaHeaderUse.Auto && options.Format != RecordFormat.Json)) _headers = HeadersOf(0);
        metrics.Observe(() => Sender.InFlight, () => Producer.Fault is null ? 0 : 1);
    }

    public KafkaProducer Producer { get; }

    public KafkaRoutes Routes { get; }

    public KafkaSender Sender { get; }

    public RecordEncoder Encoder { get; }

    public KafkaLaneMetrics Metrics { get; }

    /// <summary>
    /// Looks at a chunk before anything of it is sent: finds topics and partitions, and rejects what no record can hold. Accepted when it can be sent; anything else is the delivery's outcome.
    /// </summary>
    public DeliveryOutcome Begin(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        int index = 0;
        for (int part = 0; part < chunk.PartCount; part++)
        {
            foreach (ref readonly Reading reading in chunk.PartAt(part))
            {
                if (Writable.WhyNot(_catalog, reading) is { } reason) return DeliveryOutcome.Rejected(reason, index);
                index++;
            }
        }
        DeliveryOutcome asked = Refresh(cancellationToken);
        if (asked.Verdict != DeliveryVerdict.Accepted) return asked;
        try
        {
            _finding = cancellationToken;
            Routes.Find(chunk);
        }
        catch (SinkException e)
        {
            return e.Outcome;
        }
        Sender.Table.Reset();
        Encoder.Begin(chunk);
        return DeliveryOutcome.Accepted;
    }

    /// <summary>Encodes and sends as much of the chunk as there is memory for; false when the producer's queue stayed full for the stall time. <paramref name="more"/> says whether there is more to encode.</summary>
    public bool SendWave(DeliveryChunk chunk, CancellationToken cancellationToken, out bool more)
    {
        more = true;
        while (more && Sender.Table.Arena.Taken < WaveBytes)
        {
            int first = Sender.Table.Count;
            more = Encoder.Encode(chunk, Sender.Table, RecordsAtOnce, WaveBytes);
            if (!Sender.Send(first, Sender.Table.Count, cancellationToken)) return false;
        }
        return true;
    }

    /// <summary>Something is wrong with a topic: all are asked for again before anything more is sent.</summary>
    public void AskAgain() => _askAgain = true;

    /// <summary>Asks for the topics' partitions where that is due; nothing may be under way.</summary>
    public DeliveryOutcome Refresh(CancellationToken cancellationToken)
    {
        if (Routes.Topics.Count == 0 || (!_askAgain && Stopwatch.GetElapsedTime(_askedAt) < PartitionsAge)) return DeliveryOutcome.Accepted;
        try
        {
            foreach (LaneTopic topic in Routes.Topics)
            {
                int now = PartitionsOf(topic.Handle, cancellationToken);
                if (now == topic.Partitions) continue;
                KafkaEvents.TopicGrew(_logger, _options.Name, _identity.Shard, topic.Handle.Name, now, topic.Partitions);
                topic.Partitions = now;
                Routes.Repartition(topic);
            }
        }
        catch (SinkException e)
        {
            return e.Outcome;
        }
        _askAgain = false;
        _askedAt = Stopwatch.GetTimestamp();
        return DeliveryOutcome.Accepted;
    }

    /// <summary>How many partitions a topic has; makes it where the brokers are set to.</summary>
    /// <exception cref="SinkException">It has none, or nobody answers.</exception>
    public int PartitionsOf(KafkaTopic topic, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            int count = Producer.PartitionsOf(topic, AskLimit, out KafkaError error);
            if (count > 0 && !error.IsError) return count;
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(began) > _options.Limits.StallTime)
            {
                // What the client has to say of itself lies in the queue that reports come by.
                Producer.Poll([], TimeSpan.Zero);
                bool unanswered = KafkaErrors.KindOf(error.Code) == KafkaErrorKind.Passing;
                throw new SinkException(KafkaErrors.OutcomeOf($"topic {topic.Name}", unanswered && Producer.Fault is { } fault ? fault.Error : error));
            }
            // A topic that is being made has no leader yet, or is not known everywhere.
            cancellationToken.WaitHandle.WaitOne(AskPause);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Producer.Dispose();
        _headers?.Dispose();
        foreach (KafkaHeaders headers in _headersOfSchema.Values) headers.Dispose();
    }

    private static RecordEncoder EncoderOf(KafkaSinkOptions options, SeriesCatalog catalog, KafkaRoutes routes) => options.Format switch
    {
        RecordFormat.Json => new JsonEncoder(catalog, routes, options.Limits.MaxRecordBytes),
        _ => new BatchEncoder(WriterOf(options.Format, catalog), routes, options.Limits.MaxRecordBytes),
    };

    private static BatchRecordWriter WriterOf(RecordFormat format, SeriesCatalog catalog) =>
        format == RecordFormat.Protobuf ? new ProtobufBatchWriter(catalog) : new ColumnarBatchWriter(catalog);

    private KafkaHeaders HeadersOf(int schema)
    {
        List<KeyValuePair<string, string>> headers =
        [
            new(Text(RecordHeaders.Format), RecordFormats.NameOf(_options.Format)),
            new(Text(RecordHeaders.Version), Text(RecordHeaders.SchemaVersionValue)),
            new(Text(RecordHeaders.Node), _identity.Node),
        ];
        if (schema != 0) headers.Add(new(Text(RecordHeaders.SchemaId), schema.ToString(CultureInfo.InvariantCulture)));
        return new KafkaHeaders([.. headers]);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private LaneTopic TopicOf(string tenant, Classification classification)
    {
        string name = _names.Of(_identity.Node, tenant, classification);
        if (_topics.TryGetValue(name, out LaneTopic? known)) return known;
        int schema = _schemaOf(name);
        KafkaHeaders? headers = _headers;
        if (headers is not null && schema != 0 && !_headersOfSchema.TryGetValue(schema, out headers)) _headersOfSchema.Add(schema, headers = HeadersOf(schema));
        KafkaTopic handle;
        try
        {
            handle = Producer.Topic(name);
        }
        catch (KafkaException e)
        {
            throw new SinkException(DeliveryOutcome.Stop(e.Message), e);
        }
        LaneTopic topic = new(handle, schema, headers) { Partitions = PartitionsOf(handle, _finding) };
        if (_topics.Count == 0) _askedAt = Stopwatch.GetTimestamp();
        _topics.Add(name, topic);
        KafkaEvents.TopicFound(_logger, _options.Name, _identity.Shard, name, topic.Partitions);
        return topic;
    }
}
