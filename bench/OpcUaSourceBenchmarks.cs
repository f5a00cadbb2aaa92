using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench;

/// <summary>A notification of 1,000 doubles from its message into a shard's ring, and what must be durable before it is acknowledged. A figure is the time for one value.</summary>
[MemoryDiagnoser]
public class OpcUaSourceBenchmarks : IDisposable
{
    internal const int Values = 1000;
    private const long Noon = 639_078_336_000_000_000;

    private readonly UaBuffer _message = new();
    private readonly MetricRegistry _metrics = new();
    private readonly MpscRing<Reading> _ring = new(1 << 14);
    private readonly PollScheduler _scheduler;
    private readonly UaDevice _device;
    private readonly UaSubscription _subscription = new(0, 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    public OpcUaSourceBenchmarks()
    {
        UaDeviceOptions device = new()
        {
            Name = "press",
            Session = new UaSessionOptions { EndpointUrl = "opc.tcp://press:4840" },
            Tags = [.. Enumerable.Range(0, Values).Select(i => new UaTag { Name = $"v{i}", Node = $"ns=2;s=v{i}", Kind = ValueKind.Float64 })],
        };
        _scheduler = new PollScheduler(_metrics, NullLogger.Instance);
        UaSourceParts parts = new(
            new UaSourceOptions { Name = "in", Devices = [device] }, new SeriesCatalog(), new Intake([new ShardInlet(0, _ring)]), new UaSourceMetrics(_metrics, "in"), _scheduler, NullLogger.Instance, TimeProvider.System);
        _device = new UaDevice(device, parts);
        UaWriter writer = new(_message);
        PublishResponseWriter response = new(writer, new UaResponseHeader(Noon, 1, 0), 1, [1], moreNotifications: false);
        NotificationWriter message = new(writer, 1, Noon);
        for (int i = 0; i < Values; i++) message.Item((uint)i, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(i), 0, Noon, 0);
        message.End();
        response.End([0]);
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public long NotificationIntoRing()
    {
        lock (_device.Gate)
        {
            PublishResponseReader response = new(UaMessages.OpenResponse(_message.Written, UaEncodingIds.PublishResponse, "Publish"));
            NotificationReader notification = response.Notification;
            UaReadingBlock block = _device.Outlet.Rent();
            block.Subscription = _subscription;
            _device.Decoder.Take(ref notification, Noon, block);
            _device.Outlet.Put(block);
            _device.Outlet.Acknowledgements.TryTake(long.MaxValue, out _, out _);
        }
        // The shard's side: what it does with the readings is not measured here.
        long last = 0;
        int taken = 0;
        while (_ring.Peek() is { IsEmpty: false } readings)
        {
            taken += readings.Length;
            last = readings[^1].ValueBits;
            _ring.Release(readings.Length);
        }
        if (taken != Values || BitConverter.Int64BitsToDouble(last) != Values - 1) throw new InvalidOperationException($"{taken} of {Values} readings came out of the ring.");
        return last;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _scheduler.Dispose();
        _metrics.Dispose();
        _message.Dispose();
        _device.Request.Dispose();
        GC.SuppressFinalize(this);
    }
}
