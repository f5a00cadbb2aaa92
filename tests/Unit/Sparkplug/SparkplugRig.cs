using System.Buffers;
using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.Sparkplug;

/// <summary>A metric of a test's payload.</summary>
internal sealed record TestMetric(string? Name, ulong? Alias, object? Value, SparkplugDataType Type = SparkplugDataType.Unknown)
{
    public ulong? Timestamp { get; init; }

    public bool IsHistorical { get; init; }

    public uint? Quality { get; init; }

    public string? Unit { get; init; }
}

/// <summary>A reading with its names, as tests compare it.</summary>
internal sealed record TestReading(string Device, string Tag, object Value, uint Status, DateTime? Time);

/// <summary>A Sparkplug host, and an edge node "n" of group "g" that says what a test has it say.</summary>
internal sealed class SparkplugRig : ISparkplugCommands, IDisposable
{
    public const ulong Start = 1_795_000_000_000;

    private readonly SeriesCatalog _catalog = new();
    private readonly MetricRegistry _metrics = new();
    private readonly MessageReadings _readings = new();

    public SparkplugRig(SparkplugHostOptions? options = null, int maxNewSeries = 1000)
    {
        Host = new SparkplugHost(options ?? new SparkplugHostOptions { ReorderTimeout = TimeSpan.Zero }, new SeriesRegistrar(_catalog, maxNewSeries, 512), this, _metrics, new MetricLabel("source", "test"));
    }

    public SparkplugHost Host { get; }

    public SeriesCatalog Catalog => _catalog;

    public MessageReadings Last => _readings;

    /// <summary>The clock, UTC ticks.</summary>
    public long Now { get; set; } = DateTime.UnixEpoch.Ticks + ((long)Start * TimeSpan.TicksPerMillisecond);

    /// <summary>The edge nodes that were asked for their births.</summary>
    public List<string> Rebirths { get; } = [];

    /// <summary>Times the host has said that it is there after all.</summary>
    public int SaidOnline { get; private set; }

    public bool IsDuplicate { get; set; }

    public void SayOnline() => SaidOnline++;

    public void RequestRebirth(string group, string node) => Rebirths.Add($"{group}/{node}");

    public TestReading[] NodeBirth(byte seq, ulong bdSeq, params TestMetric[] metrics) =>
        Say("NBIRTH/n", Payload(seq, [new TestMetric("bdSeq", null, (long)bdSeq, SparkplugDataType.Int64), new TestMetric("Node Control/Rebirth", 0, false, SparkplugDataType.Boolean), .. metrics]));

    public TestReading[] NodeDeath(ulong bdSeq) => Say("NDEATH/n", Payload(null, [new TestMetric("bdSeq", null, (long)bdSeq, SparkplugDataType.Int64)]));

    public TestReading[] NodeData(byte seq, params TestMetric[] metrics) => Say("NDATA/n", Payload(seq, metrics));

    public TestReading[] Birth(string device, byte seq, params TestMetric[] metrics) => Say($"DBIRTH/n/{device}", Payload(seq, metrics));

    public TestReading[] Data(string device, byte seq, params TestMetric[] metrics) => Say($"DDATA/n/{device}", Payload(seq, metrics));

    public TestReading[] Death(string device, byte seq) => Say($"DDEATH/n/{device}", Payload(seq, []));

    /// <summary>A node with devices "d" and "e", each with a metric "t" by alias 1 and 2; the next number is 3.</summary>
    public SparkplugRig Born()
    {
        NodeBirth(0, 7, new TestMetric("cpu", 10, 0.5, SparkplugDataType.Double));
        Birth("d", 1, new TestMetric("t", 1, 20.5, SparkplugDataType.Double));
        Birth("e", 2, new TestMetric("t", 2, 30, SparkplugDataType.Int32));
        return this;
    }

    /// <summary>Gives the host a message of the group and has its readings.</summary>
    public TestReading[] Say(string rest, byte[] payload)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string? reason = Decode($"spBv1.0/g/{rest[..slash]}{rest[slash..]}", payload);
        Assert.True(reason is null, reason);
        return Read();
    }

    public string? Decode(string topic, byte[] payload) =>
        Host.Decode(new MqttMessage { Topic = Encoding.UTF8.GetBytes(topic), Payload = payload, Qos = MqttQos.AtLeastOnce, PacketId = 1, IsDuplicate = IsDuplicate }, Now, _readings);

    public long Count(string counter) => _metrics.Counter($"hyperingest_mqtt_sparkplug_{counter}_total", "", new MetricLabel("source", "test")).Value;

    public static byte[] Payload(byte? seq, TestMetric[] metrics, ulong timestamp = Start)
    {
        ArrayBufferWriter<byte> output = new();
        SparkplugPayloadWriter writer = new(output);
        writer.Timestamp(timestamp);
        foreach (TestMetric metric in metrics) Write(ref writer, metric);
        if (seq is { } number) writer.Seq(number);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    public void Dispose() => _metrics.Dispose();

    private static void Write(ref SparkplugPayloadWriter writer, TestMetric metric)
    {
        ArrayBufferWriter<byte> properties = new();
        SparkplugPropertyWriter property = new(properties);
        if (metric.Quality is { } quality) property.Int("Quality"u8, SparkplugDataType.Int32, quality);
        if (metric.Unit is { } unit) property.String("engUnit"u8, Encoding.UTF8.GetBytes(unit));
        SparkplugMetricHeader header = new()
        {
            Name = Encoding.UTF8.GetBytes(metric.Name ?? ""),
            Alias = metric.Alias,
            DataType = metric.Type,
            Timestamp = metric.Timestamp,
            IsHistorical = metric.IsHistorical,
            PropertyBytes = properties.WrittenSpan,
        };
        switch (metric.Value)
        {
            case null: writer.Null(header); break;
            case double value: writer.Double(header, value); break;
            case float value: writer.Float(header, value); break;
            case int value: writer.Int(header, (uint)value); break;
            case uint value: writer.Int(header, value); break;
            case long value: writer.Long(header, (ulong)value); break;
            case ulong value: writer.Long(header, value); break;
            case bool value: writer.Boolean(header, value); break;
            case string value: writer.String(header, Encoding.UTF8.GetBytes(value)); break;
            default: writer.Bytes(header, (byte[])metric.Value); break;
        }
    }

    private TestReading[] Read()
    {
        List<TestReading> read = [];
        for (int group = 0; group < _readings.GroupCount; group++)
        {
            foreach (Reading reading in _readings.Group(group, out string device))
            {
                SeriesDefinition series = _catalog[reading.SeriesId];
                Assert.Equal((device, Now), (series.Device, reading.GatewayTime));
                object value = series.Kind switch
                {
                    ValueKind.Float64 => reading.Float64,
                    ValueKind.Int64 => reading.ValueBits,
                    ValueKind.UInt64 => (ulong)reading.ValueBits,
                    ValueKind.Bool => reading.ValueBits != 0,
                    _ => _catalog.Texts[reading.ValueBits],
                };
                read.Add(new TestReading(device, series.Tag, value, reading.Status, reading.SourceTime == 0 ? null : new DateTime(reading.SourceTime, DateTimeKind.Utc)));
            }
        }
        return [.. read];
    }
}
