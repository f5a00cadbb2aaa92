using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Sparkplug;

namespace HyperIngest.Bench;

/// <summary>
/// DDATA of 100 metrics by alias, each a time and a double, of 100 devices of 10 edge nodes: written, gone through, and made readings of by the host, whose sequence checks see every
/// message in order. A figure is the time for one metric.
/// </summary>
[MemoryDiagnoser]
public class SparkplugBenchmarks
{
    private const int Nodes = 10;
    private const int Devices = 10;
    internal const int Metrics = 100;
    internal const int Messages = Nodes * Devices;
    private const ulong Time = 1_795_000_000_123;

    private readonly byte[][] _topics = new byte[Messages][];
    private readonly byte[][] _payloads = new byte[Messages][];
    // The sequence number that each edge node goes on with.
    private readonly byte[] _next = new byte[Nodes];
    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);
    private readonly MessageReadings _readings = new();
    private SparkplugHost _host = null!;
    private long _now;

    [GlobalSetup]
    public void SetUp()
    {
        SparkplugHostOptions options = new() { ReorderTimeout = TimeSpan.Zero };
        _host = new SparkplugHost(options, new SeriesRegistrar(new SeriesCatalog(), 1_000_000, 512), new NoCommands(), new MetricRegistry(), new MetricLabel("source", "bench"));
        _now = new DateTime(2026, 11, 21, 10, 30, 22, DateTimeKind.Utc).Ticks;
        for (int node = 0; node < Nodes; node++)
        {
            byte[] nodeName = Encoding.ASCII.GetBytes($"edge-{node:D2}");
            Decode(SparkplugTopic.Compose(SparkplugMessageType.NodeBirth, "plant"u8, nodeName), Payload(0, -1, isBirth: true));
            for (int device = 0; device < Devices; device++)
            {
                byte[] deviceName = Encoding.ASCII.GetBytes($"press-{device:D3}");
                int message = (node * Devices) + device;
                Decode(SparkplugTopic.Compose(SparkplugMessageType.DeviceBirth, "plant"u8, nodeName, deviceName), Payload((byte)(device + 1), device, isBirth: true));
                _topics[message] = SparkplugTopic.Compose(SparkplugMessageType.DeviceData, "plant"u8, nodeName, deviceName);
                // A number above 127, so that all of them have two bytes.
                _payloads[message] = Payload(255, device, isBirth: false);
            }
            _next[node] = Devices + 1;
        }
    }

    [Benchmark(OperationsPerInvoke = Messages * Metrics)]
    public long Write()
    {
        long bytes = 0;
        for (int message = 0; message < Messages; message++)
        {
            _output.ResetWrittenCount();
            WritePayload(255, message % Devices, isBirth: false);
            bytes += _output.WrittenCount;
        }
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Messages * Metrics)]
    public double Read()
    {
        double sum = 0;
        foreach (byte[] bytes in _payloads)
        {
            if (!SparkplugPayload.TryParse(bytes, out SparkplugPayload payload)) throw new InvalidOperationException(payload.Reason);
            foreach (ref readonly SparkplugMetric metric in payload.Metrics) sum += metric.Double;
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Messages * Metrics)]
    public long HostDecode()
    {
        long readings = 0;
        for (int message = 0; message < Messages; message++)
        {
            byte[] payload = _payloads[message];
            int seq = _next[message / Devices]++;
            // Two bytes for any number: a varint may be longer than it need be.
            payload[^2] = (byte)(seq | 0x80);
            payload[^1] = (byte)(seq >> 7);
            readings += Decode(_topics[message], payload);
        }
        return readings;
    }

    private int Decode(byte[] topic, byte[] payload)
    {
        string? reason = _host.Decode(new MqttMessage { Topic = topic, Payload = payload, Qos = MqttQos.AtLeastOnce, PacketId = 1 }, _now, _readings);
        return reason is null ? _readings.Count : throw new InvalidOperationException(reason);
    }

    private byte[] Payload(byte seq, int device, bool isBirth)
    {
        _output.ResetWrittenCount();
        WritePayload(seq, device, isBirth);
        return _output.WrittenSpan.ToArray();
    }

    private void WritePayload(byte seq, int device, bool isBirth)
    {
        SparkplugPayloadWriter writer = new(_output);
        writer.Timestamp(Time);
        for (int tag = 0; tag < Metrics && device >= 0; tag++)
        {
            SparkplugMetricHeader header = new()
            {
                Name = isBirth ? Encoding.ASCII.GetBytes($"register.{tag:D3}") : [],
                Alias = (ulong)((device * Metrics) + tag + 1),
                DataType = isBirth ? SparkplugDataType.Double : SparkplugDataType.Unknown,
                Timestamp = Time,
            };
            writer.Double(header, tag * 0.5);
        }
        writer.Seq(seq);
        writer.Flush();
    }

    private sealed class NoCommands : ISparkplugCommands
    {
        public void SayOnline()
        {
        }

        public void RequestRebirth(string group, string node) => throw new InvalidOperationException($"A rebirth of {group}/{node} was requested: the benchmark's messages are not in order.");
    }
}
