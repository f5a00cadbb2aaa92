namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>A benchmark's method as the gate's work: what people measure with BenchmarkDotNet and what CI holds to its baseline are the same code. The method itself throws when its work comes out wrong.</summary>
/// <param name="operations">Operations of a call.</param>
/// <param name="call">The method.</param>
/// <param name="owner">What is to be disposed of afterwards; null for nothing.</param>
internal sealed class BenchmarkMethod(int operations, Action call, IDisposable? owner = null) : Workload
{
    public override int OperationsPerIteration => operations;

    /// <summary>PUBLISH packets framed and read, their topics validated.</summary>
    public static BenchmarkMethod MqttDecode()
    {
        MqttCodecBenchmarks codec = new();
        return new BenchmarkMethod(MqttCodecBenchmarks.Packets, () => codec.Decode());
    }

    /// <summary>A JSON message a reading: its topic found, its payload parsed.</summary>
    public static BenchmarkMethod MqttJson()
    {
        MqttPayloadBenchmarks payloads = new();
        payloads.SetUpJsonValue();
        return new BenchmarkMethod(MqttPayloadBenchmarks.Topics, () => payloads.JsonValue());
    }

    /// <summary>Sparkplug messages of 100 metrics made into readings, sequence numbers checked.</summary>
    public static BenchmarkMethod Sparkplug()
    {
        SparkplugBenchmarks host = new();
        host.SetUp();
        return new BenchmarkMethod(SparkplugBenchmarks.Messages * SparkplugBenchmarks.Metrics, () => host.HostDecode());
    }

    /// <summary>OPC UA notifications from their messages into a shard's ring, each with its acknowledgement.</summary>
    public static BenchmarkMethod OpcUaNotification()
    {
        OpcUaSourceBenchmarks source = new();
        return new BenchmarkMethod(OpcUaSourceBenchmarks.Values, () => source.NotificationIntoRing(), source);
    }

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++) call();
    }

    protected override void Close() => owner?.Dispose();
}
