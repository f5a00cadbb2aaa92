using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.MqttSink;

/// <summary>An MQTT sink with a catalog of a few devices, and chunks for it.</summary>
internal sealed class MqttSinkRig : IDisposable
{
    public const int Devices = 4;

    private readonly BatchPool _pool = new(65_536, 4);
    private long _offset;

    public MqttSinkRig()
    {
        for (int i = 0; i < Devices; i++) Catalog.Register(new SeriesDefinition($"press-{i}", "count", ValueKind.Int64));
    }

    public SeriesCatalog Catalog { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public ScriptedBroker Broker { get; init; } = new();

    public static LaneIdentity Identity { get; } = new("node-a", Guid.NewGuid(), 0);

    public static MqttSinkOptions Options => new()
    {
        Client = new MqttClientOptions { Host = "broker", FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(10) },
        Limits = new MqttSinkLimits { StallTime = TimeSpan.FromSeconds(30), Linger = TimeSpan.Zero },
    };

    public void Dispose() => Metrics.Dispose();

    public Sinks.Mqtt.MqttSink Sink(MqttSinkOptions? options = null, int shards = 1) => new(options ?? Options, Catalog, Metrics, NullLogger.Instance, shards, Broker.ConnectAsync);

    public Task<ISinkLane> LaneAsync(MqttSinkOptions? options = null) => Sink(options).OpenLaneAsync(Identity, default);

    public long Metric(string name) => Metrics.Counter($"hyperingest_mqtt_sink_{name}", "", new MetricLabel("sink", "mqtt"), new MetricLabel("shard", "0")).Value;

    /// <summary>Readings that count up from <paramref name="first"/>, dealt out to the devices in turn.</summary>
    public DeliveryChunk Counting(long first, int count) => Chunk([.. Enumerable.Range(0, count).Select(i => Counted(first + i))]);

    public static Reading Counted(long value, long? gatewayTime = null, uint status = StatusCodes.Good) =>
        new((int)(value % Devices), status, 0, gatewayTime ?? DateTime.UtcNow.Ticks, value);

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

    /// <summary>Delivers again and again, as a lane does, until the sink has it.</summary>
    public static async Task AcceptAsync(ISinkLane lane, DeliveryChunk chunk)
    {
        DeliveryOutcome outcome = default;
        await Eventually.IsTrue(async () => (outcome = await lane.DeliverAsync(chunk, default)).Verdict == DeliveryVerdict.Accepted, $"the delivery is accepted; last: {outcome}");
    }
}
