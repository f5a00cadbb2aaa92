using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Modbus;

/// <summary>A Modbus source with a ring of its own behind it, and what came out of the ring.</summary>
internal sealed class ModbusRig : IAsyncDisposable
{
    // Long enough for a machine under load; nothing waits for it unless it is about to fail.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MpscRing<Reading> _ring;
    private readonly List<Reading> _readings = [];

    public ModbusRig(params IReadOnlyList<ModbusDeviceOptions> devices)
        : this(1 << 14, devices)
    {
    }

    public ModbusRig(int ringCapacity, IReadOnlyList<ModbusDeviceOptions> devices)
    {
        _ring = new MpscRing<Reading>(ringCapacity);
        Inlet = new ShardInlet(0, _ring);
        Source = new ModbusSource("test", devices, Catalog, new Intake([Inlet]), Metrics, NullLoggerFactory.Instance);
    }

    public SeriesCatalog Catalog { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public ModbusSource Source { get; }

    public ShardInlet Inlet { get; }

    /// <summary>Everything taken from the ring so far.</summary>
    public IReadOnlyList<Reading> Readings => _readings;

    /// <summary>
    /// A device of registers. Its response timeout is one that no answering device misses on any machine: whoever tests timeouts gives a short one, to the device
    /// that is to be silent.
    /// </summary>
    public static ModbusDeviceOptions Device(
        int port, string name = "d", byte unit = 1, int registers = 10, int intervalMs = 20, int timeoutMs = 30_000, int window = 1, int perRequest = 125) =>
        new()
        {
            Name = name,
            Host = "127.0.0.1",
            Port = port,
            UnitId = unit,
            Tags = [.. Enumerable.Range(0, registers).Select(i => new ModbusTag { Name = $"r{i:D3}", Address = i })],
            Poll = new ModbusPollOptions
            {
                Interval = TimeSpan.FromMilliseconds(intervalMs),
                ResponseTimeout = TimeSpan.FromMilliseconds(timeoutMs),
                ConnectTimeout = TimeSpan.FromSeconds(2),
                LongestBackoff = TimeSpan.FromMilliseconds(300),
            },
            Requests = new ModbusRequestOptions { MaxInFlight = window, MaxRegisters = perRequest },
        };

    public static async Task<ModbusRig> StartAsync(params IReadOnlyList<ModbusDeviceOptions> devices)
    {
        ModbusRig rig = new(devices);
        await rig.Source.StartAsync(CancellationToken.None);
        return rig;
    }

    public long Faults(ModbusFault fault) =>
        Metrics.Counter("hyperingest_modbus_faults_total", "", new MetricLabel("fault", ModbusMetrics.NameOf(fault))).Value;

    public long Count(string metric) => Metrics.Counter(metric, "").Value;

    /// <summary>Takes up so many slots of the ring until the next <see cref="Drain"/>.</summary>
    public void Fill(int slots)
    {
        Assert.True(Inlet.TryClaim(slots, out RingClaim<Reading> claim));
        Inlet.Publish(claim);
    }

    /// <summary>Takes what is published now.</summary>
    public void Drain()
    {
        for (ReadOnlySpan<Reading> slots = _ring.Peek(); !slots.IsEmpty; slots = _ring.Peek())
        {
            _readings.AddRange(slots);
            _ring.Release(slots.Length);
        }
    }

    /// <summary>Drains until the condition holds; fails when it never does.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            Drain();
            if (condition()) return;
            Assert.True(waited.Elapsed < Patience, $"never came: {what}; faults: {PrometheusText.Write(Metrics)}");
            await Task.Delay(2);
        }
    }

    public Task UntilGoodAsync(int readings, string device = "d") =>
        UntilAsync(() => Good(device).Count() >= readings, $"{readings} good readings of {device}");

    public Task UntilFaultAsync(ModbusFault fault, long count = 1) => UntilAsync(() => Faults(fault) >= count, $"{count} x {fault}");

    public IEnumerable<Reading> Of(string device) => _readings.Where(r => Catalog.DeviceOf(r.SeriesId) == device);

    public IEnumerable<Reading> Good(string device) => Of(device).Where(r => StatusCodes.IsGood(r.Status));

    public DeviceStatus Status(string device) => Source.Devices.Single(d => d.Device == device);

    /// <summary>No reading may hold anything but what <see cref="ScriptedDevice"/> serves, and a bad one nothing at all.</summary>
    public void AssertNoWrongValue(params (string Device, int Unit)[] units)
    {
        Drain();
        foreach ((string device, int unit) in units)
        {
            foreach (Reading reading in Of(device))
            {
                int address = int.Parse(Catalog.TagOf(reading.SeriesId)[1..]);
                long expected = StatusCodes.IsGood(reading.Status) ? ScriptedDevice.RegisterValue(unit, address) : 0;
                Assert.Equal(expected, reading.ValueBits);
                Assert.True(StatusCodes.IsGood(reading.Status) || StatusCodes.IsBad(reading.Status));
                Assert.NotEqual(0, reading.GatewayTime);
                Assert.Equal(0, reading.SourceTime);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        Metrics.Dispose();
    }
}
