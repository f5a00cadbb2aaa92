using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>A Kafka sink with a catalog of a few devices, chunks for it, and what a consumer then finds in its topics.</summary>
internal sealed class SinkRig : IDisposable
{
    public const int Devices = 8;
    public const string Topic = "telemetry.raw";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BatchPool _pool = new(65_536, 4);
    private long _offset;

    public SinkRig(string brokers)
    {
        Brokers = brokers;
        for (int i = 0; i < Devices; i++) Catalog.Register(new SeriesDefinition($"press-{i}", "count", ValueKind.Int64));
        Texts = Catalog.Register(new SeriesDefinition("press-0", "note", ValueKind.Text));
    }

    public string Brokers { get; }

    public SeriesCatalog Catalog { get; } = new();

    /// <summary>A series of texts, of the first device.</summary>
    public int Texts { get; }

    public MetricRegistry Metrics { get; } = new();

    public LaneIdentity Identity { get; } = new("node-a", Guid.NewGuid(), 0);

    public KafkaSinkOptions Options => new()
    {
        Client = new KafkaClientOptions { Brokers = Brokers },
        Limits = new KafkaSinkLimits { StallTime = TimeSpan.FromSeconds(30), Linger = TimeSpan.Zero },
    };

    public void Dispose() => Metrics.Dispose();

    public KafkaSink Sink(KafkaSinkOptions? options = null) => new(options ?? Options, Catalog, Metrics, NullLogger.Instance);

    /// <summary>What the metric of shard 0 says.</summary>
    public long Metric(string name) => Metrics.Counter(name, "", new MetricLabel("sink", "kafka"), new MetricLabel("shard", "0")).Value;

    /// <summary>Readings that count up from <paramref name="first"/>, dealt out to the devices in turn.</summary>
    public DeliveryChunk Counting(long first, int count) => Chunk([.. Enumerable.Range(0, count).Select(i => Counted(first + i))]);

    public static Reading Counted(long value) => new((int)(value % Devices), StatusCodes.Good, 0, DateTime.UtcNow.Ticks, value);

    /// <summary>A text of so many characters.</summary>
    public Reading Text(int length)
    {
        Assert.True(Catalog.Texts.TryIntern(new string((char)('a' + (Catalog.Texts.Count % 26)), length), out long handle));
        return new Reading(Texts, StatusCodes.Good, 0, DateTime.UtcNow.Ticks, handle);
    }

    public DeliveryChunk Chunk(params ReadOnlySpan<Reading> readings)
    {
        ReadingBatch batch = _pool.Rent();
        readings.CopyTo(batch.Slots);
        batch.Count = readings.Length;
        batch.Offset = _offset;
        batch.NextOffset = _offset += ReadingBatch.HeaderRoomBytes + (readings.Length * Reading.SizeInBytes);
        DeliveryChunk chunk = new();
        chunk.Append(batch);
        batch.Release();
        return chunk;
    }

    /// <summary>Every reading in a topic, each partition from its beginning to its end as a consumer of committed records sees it.</summary>
    public List<Found> Read(string topic = Topic, int partitions = 1)
    {
        Dictionary<string, string> properties = new()
        {
            ["group.id"] = $"reader-{Guid.NewGuid():N}",
            ["enable.partition.eof"] = "true",
            ["isolation.level"] = "read_committed",
            ["fetch.wait.max.ms"] = "10",
        };
        using KafkaConsumer consumer = new("reader", new KafkaClientOptions { Brokers = Brokers }, properties, null, NullLogger.Instance);
        Assert.False(consumer.Assign([.. Enumerable.Range(0, partitions).Select(p => new KafkaPosition(topic, p, KafkaPosition.Beginning))]).IsError);
        using KafkaBatch batch = new(1024);
        RecordReader reader = new(new SeriesCatalog(), new RecordReaderLimits { MaxNameBytes = SeriesCatalog.MaxNameLength });
        DecodedReadings decoded = new();
        List<Found> found = [];
        HashSet<int> ended = [];
        long began = Environment.TickCount64;
        while (ended.Count < partitions)
        {
            Assert.True(Environment.TickCount64 - began < Patience.TotalMilliseconds, $"{topic}: {ended.Count} of {partitions} partitions read; fault: {consumer.Fault}");
            consumer.Consume(batch, TimeSpan.FromMilliseconds(50));
            for (int i = 0; i < batch.Count; i++)
            {
                ref readonly KafkaMessage message = ref batch[i];
                // _PARTITION_EOF: nothing more for now.
                if (message.Error == -191) ended.Add(message.Partition);
                else Assert.Equal(0, message.Error);
                if (message.Error != 0) continue;
                ended.Remove(message.Partition);
                ReadOnlySpan<byte> value = message.ValueSpan;
                string? format = batch.TryGetHeader(i, "hyperingest-format\0"u8, out ReadOnlySpan<byte> header) ? System.Text.Encoding.UTF8.GetString(header) : null;
                int schema = 0;
                RecordFormat written = format == "protobuf" ? RecordFormat.Protobuf : RecordFormat.Json;
                if (ConfluentPrefix.IsAt(value)) Assert.True(ConfluentPrefix.TrySkip(written, value, out schema, out value));
                Assert.True(RecordFormats.TryDetect(value, out RecordFormat detected));
                Assert.Equal(RecordStatus.Complete, reader.TryRead(detected, value, 1, decoded));
                string key = System.Text.Encoding.UTF8.GetString(message.KeySpan);
                Assert.Equal(decoded.Device, key);
                foreach (Reading reading in decoded.Readings) found.Add(new Found(message.Partition, key, reading.ValueBits, format, schema));
            }
        }
        batch.Clear();
        return found;
    }

    /// <summary>Every reading from 0 to <paramref name="count"/>-1 is there once, and each device's in order.</summary>
    public static void AssertOnceAndInOrder(List<Found> found, long count)
    {
        Assert.Equal(count, found.Count);
        Assert.Equal(Enumerable.Range(0, (int)count).Select(i => (long)i), found.Select(f => f.Value).Order());
        foreach (IGrouping<string, Found> device in found.GroupBy(f => f.Device))
        {
            Assert.Single(device.Select(f => f.Partition).Distinct());
            Assert.Equal(device.Select(f => f.Value).Order(), device.Select(f => f.Value));
        }
    }

    /// <summary>A reading found in a topic.</summary>
    internal sealed record Found(int Partition, string Device, long Value, string? Format, int Schema);
}
