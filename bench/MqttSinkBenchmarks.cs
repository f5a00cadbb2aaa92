using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Mqtt.Sparkplug;
using HyperIngest.Sinks.Mqtt.Uns;

namespace HyperIngest.Bench;

/// <summary>What a reading costs until its message can be handed to the connection: 600 devices of 100 tags, one poll. A figure is the time for one reading.</summary>
[MemoryDiagnoser]
public class MqttSinkBenchmarks
{
    private const int Devices = 600;
    private const int Tags = 100;
    private const int Readings = Devices * Tags;

    private readonly SeriesCatalog _catalog = new();
    private readonly Reading[] _readings = new Reading[Readings];
    private UnsEncoder _json = null!;
    private UnsEncoder _compact = null!;
    private UnsEncoder _plain = null!;
    private EdgePayloads _edge = null!;

    [GlobalSetup]
    public void SetUp()
    {
        long now = DateTime.UtcNow.Ticks;
        for (int i = 0; i < Readings; i++)
        {
            int series = _catalog.Register(new SeriesDefinition($"hall-1/press-{i / Tags:D3}", $"register.{i % Tags:D3}", ValueKind.Float64, "bar"));
            // The devices answer one after the other.
            _readings[i] = new Reading(series, StatusCodes.Good, 0, now + (i / Tags * 10_000L), BitConverter.DoubleToInt64Bits((i * 7919 % 16_777_216) / 100.0));
        }
        _json = Encoder(MqttPayload.Json);
        _compact = Encoder(MqttPayload.Compact);
        _plain = Encoder(MqttPayload.Plain);
        _edge = new EdgePayloads(_catalog, new LastValues());
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    public long Json() => Encode(_json);

    [Benchmark(OperationsPerInvoke = Readings)]
    public long Compact() => Encode(_compact);

    [Benchmark(OperationsPerInvoke = Readings)]
    public long Plain() => Encode(_plain);

    /// <summary>DDATA of 100 metrics, a device each.</summary>
    [Benchmark(OperationsPerInvoke = Readings)]
    public long SparkplugData()
    {
        long bytes = 0;
        DateTime now = DateTime.UtcNow;
        for (int device = 0; device < Devices; device++)
        {
            _edge.DeviceData(_readings.AsSpan(device * Tags, Tags), (byte)device, now, 0, 64 << 10);
            bytes += _edge.Payload.Length;
        }
        return bytes;
    }

    private UnsEncoder Encoder(MqttPayload payload)
    {
        MqttUnsOptions options = new() { Payload = payload };
        return new UnsEncoder(_catalog, new SeriesTopics(_catalog, TopicTemplate.Parse(options.Topic, options.Slash, out _)!, "node"), options);
    }

    private long Encode(UnsEncoder encoder)
    {
        long bytes = 0;
        foreach (ref readonly Reading reading in _readings.AsSpan())
        {
            if (!encoder.TryEncode(reading, out MqttOutgoing message)) throw new InvalidOperationException("A reading was refused.");
            bytes += message.Topic.Length + message.Payload.Length;
        }
        return bytes;
    }
}
