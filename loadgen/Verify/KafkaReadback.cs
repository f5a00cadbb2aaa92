using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.LoadGen.Verify;

/// <summary>What to read back from Kafka.</summary>
public sealed record KafkaReadbackOptions
{
    /// <summary>The cluster.</summary>
    public required KafkaClientOptions Client { get; init; }

    /// <summary>The topics, which must be there; all their partitions are read from the oldest record on.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>The records' format where they do not say it themselves; null to go by their first bytes.</summary>
    public RecordFormat? Format { get; init; }

    /// <summary>A file for the readings until they are judged: 32 bytes each.</summary>
    public required string SpoolPath { get; init; }

    /// <summary>How long the cluster may take to answer a question.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Reads topics back as a consumer that sees committed records only, and can follow them while they are being produced: a test broker throws old records out. What it reads goes to
/// a spool, because what the devices answered is known at the end. Order is that of each partition; a device's readings lie in one.
/// </summary>
public sealed class KafkaReadback : IReadback, IDisposable
{
    // Entries the library hands over at a time, and how long it may take to fill that many: the delay costs nothing here, and fewer calls do the same work.
    private const int BatchRecords = 4096;
    private static readonly TimeSpan BatchWait = TimeSpan.FromMilliseconds(20);

    // The library's own are made for many small partitions. A full queue makes librdkafka 2.0 look again only after a second, so that it must not fill: more than a test broker keeps
    // (160 MB, five million records of JSON) fits. The rest is to fetch in few, large answers.
    private static readonly Dictionary<string, string> Properties = new()
    {
        ["group.id"] = "hyperingest-verify",
        ["auto.offset.reset"] = "earliest",
        ["isolation.level"] = "read_committed",
        ["enable.partition.eof"] = "true",
        ["queued.min.messages"] = "5000000",
        ["queued.max.messages.kbytes"] = "1048576",
        ["fetch.wait.max.ms"] = "50",
        ["fetch.message.max.bytes"] = "4194304",
    };

    private readonly KafkaReadbackOptions _options;
    private readonly KafkaConsumer _consumer;
    private readonly SeriesCatalog _catalog = new();
    private readonly RecordReader _reader;
    private readonly DecodedReadings _decoded = new();
    private readonly ReadingSpool _spool;
    private readonly List<Partition> _partitions = [];

    /// <summary>A readback that has not asked anything yet.</summary>
    /// <exception cref="KafkaException">librdkafka is missing, or a property is wrong.</exception>
    public KafkaReadback(KafkaReadbackOptions options, ILogger logger)
    {
        _options = options;
        _consumer = new KafkaConsumer("verify", options.Client, Properties, null, logger);
        _reader = new RecordReader(_catalog, new RecordReaderLimits { MaxNewSeries = int.MaxValue });
        _spool = new ReadingSpool(options.SpoolPath);
    }

    /// <summary>Records read.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes of their values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Readings in them.</summary>
    public long Readings => _spool.Count;

    /// <summary>Offsets that were gone before they could be read, of all partitions; transactions' markers and aborted records count too.</summary>
    public long Skipped { get; private set; }

    /// <summary>Records that cannot be read.</summary>
    public long Malformed { get; private set; }

    /// <summary>What was wrong with the first of those; null for none.</summary>
    public string? FirstMalformed { get; private set; }

    /// <summary>Takes the topics' partitions; from here on nothing that stays a moment is missed.</summary>
    /// <exception cref="KafkaException">The cluster does not answer, or a topic is not there.</exception>
    public void Begin()
    {
        foreach (string topic in _options.Topics)
        {
            int count = _consumer.PartitionsOf(topic, _options.Patience, out KafkaError error);
            if (error.IsError || count == 0) throw new KafkaException($"topic {topic} at {_options.Client.Brokers} cannot be read: expected a topic with partitions", error);
            for (int partition = 0; partition < count; partition++) _partitions.Add(new Partition(topic, partition));
        }
        KafkaError assigned = _consumer.Assign([.. _partitions.Select(p => new KafkaPosition(p.Topic, p.Number, KafkaPosition.Beginning))]);
        if (assigned.IsError) throw new KafkaException("the partitions cannot be taken", assigned);
    }

    /// <summary>Reads until <paramref name="produced"/> fires and then everything there is at that moment.</summary>
    /// <exception cref="KafkaException">The cluster no longer answers.</exception>
    public void Follow(CancellationToken produced)
    {
        using KafkaBatch batch = new(BatchRecords);
        while (!produced.IsCancellationRequested) Take(batch);
        foreach (Partition partition in _partitions)
        {
            KafkaError error = _consumer.QueryWatermarks(partition.Topic, partition.Number, _options.Patience, out _, out long high);
            if (error.IsError) throw new KafkaException($"the end of {partition.Topic}[{partition.Number}] cannot be asked", error);
            partition.End = high;
        }
        long started = Environment.TickCount64;
        while (_partitions.Find(p => p.Next < p.End) is { } behind)
        {
            long before = Records;
            Take(batch);
            if (Records > before) started = Environment.TickCount64;
            else if (Environment.TickCount64 - started > _options.Patience.TotalMilliseconds)
            {
                throw new KafkaException($"{behind.Topic}[{behind.Number}]: nothing came for {_options.Patience.TotalSeconds:0} s at offset {behind.Next} of {behind.End}{(_consumer.Fault is { } fault ? $"; {fault.Error}" : "")}");
            }
        }
    }

    /// <inheritdoc/>
    public Task<long> ReadAsync(Verifier verifier, CancellationToken cancellationToken)
    {
        CatalogReadings lane = new(_catalog, verifier, inArrivalOrder: true);
        _spool.ReadAll((readings, count) => lane.Take(readings.AsSpan(0, count)), cancellationToken);
        return Task.FromResult(_spool.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Dispose();
        _spool.Dispose();
    }

    private void Take(KafkaBatch batch)
    {
        int count = _consumer.Consume(batch, BatchWait);
        long now = DateTime.UtcNow.Ticks;
        for (int i = 0; i < count; i++)
        {
            ref readonly KafkaMessage message = ref batch[i];
            if (message.Error is not (0 or KafkaErrorCode.LocalPartitionEnd)) continue;
            Partition partition = Find(message);
            if (message.Error == 0) Decode(batch, i, partition, now);
            else partition.Next = Math.Max(partition.Next, message.Offset);
        }
        batch.Clear();
    }

    private void Decode(KafkaBatch batch, int index, Partition partition, long now)
    {
        ref readonly KafkaMessage message = ref batch[index];
        if (message.Offset > partition.Next && partition.Next >= 0) Skipped += message.Offset - partition.Next;
        partition.Next = message.Offset + 1;
        Records++;
        ReadOnlySpan<byte> value = message.ValueSpan;
        Bytes += value.Length;
        RecordStatus status = _reader.TryRead(FormatOf(batch, index, ref value), value, now, _decoded);
        if (status.IsComplete)
        {
            _spool.Append(_decoded.Readings);
            return;
        }
        Malformed++;
        FirstMalformed ??= $"{partition.Topic}[{partition.Number}]@{message.Offset}: {status}";
    }

    private RecordFormat FormatOf(KafkaBatch batch, int index, ref ReadOnlySpan<byte> value)
    {
        bool detected = RecordFormats.TryDetect(value, out RecordFormat format);
        // A JSON record a reading is what there are most of, and no other format begins like one: its headers need not be looked for.
        if (detected && format == RecordFormat.Json) return format;
        if (!(batch.TryGetHeader(index, RecordHeaders.Format, out ReadOnlySpan<byte> name) && RecordFormats.TryParse(name, out RecordFormat named))) named = _options.Format ?? format;
        format = named;
        if (ConfluentPrefix.IsAt(value) && ConfluentPrefix.TrySkip(format, value, out _, out ReadOnlySpan<byte> rest)) value = rest;
        return format;
    }

    // Few partitions, and most records come in runs of one.
    private Partition Find(in KafkaMessage message)
    {
        if (_last is { } last && last.Number == message.Partition && last.Handle == message.TopicHandle) return last;
        string topic = _consumer.TopicOf(message);
        foreach (Partition partition in _partitions)
        {
            if (partition.Number != message.Partition || partition.Topic != topic) continue;
            partition.Handle = message.TopicHandle;
            return _last = partition;
        }
        throw new KafkaException($"a record of {topic}[{message.Partition}], which was not asked for");
    }

    private Partition? _last;

    private sealed class Partition(string topic, int number)
    {
        public string Topic { get; } = topic;

        public int Number { get; } = number;

        public nint Handle { get; set; }

        // The next offset; negative before the first record.
        public long Next { get; set; } = -1;

        public long End { get; set; }
    }
}
