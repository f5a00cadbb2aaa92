using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Tests.Unit.Polling;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

/// <summary>A device of a source over a ring of its own, a scripted server, and a clock that the test moves.</summary>
internal sealed class UaSourceRig : IDisposable
{
    private readonly MpscRing<Reading>? _ring;
    private readonly List<Reading> _readings = [];
    private CancellationTokenSource _channel = new();

    public UaSourceRig(UaDeviceOptions device, int ringCapacity = 1 << 14, Intake? intake = null, SeriesCatalog? catalog = null, UaGatewayTime gatewayTime = UaGatewayTime.Arrival, string source = "in")
    {
        Catalog = catalog ?? Catalog;
        if (intake is null)
        {
            _ring = new MpscRing<Reading>(ringCapacity);
            intake = new Intake([new ShardInlet(0, _ring)]);
        }
        UaSourceOptions options = new() { Name = source, Devices = [device], GatewayTime = gatewayTime };
        Scheduler = new PollScheduler(Metrics, NullLogger.Instance, Clock);
        UaSourceParts parts = new(options, Catalog, intake, new UaSourceMetrics(Metrics, "in"), Scheduler, NullLogger.Instance, Clock);
        Device = new UaDevice(device, parts) { GiveSessionUp = GivenUp.Add };
    }

    public ManualClock Clock { get; } = new();

    public SeriesCatalog Catalog { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public PollScheduler Scheduler { get; }

    public UaDevice Device { get; }

    public ScriptedUaServer Server { get; set; } = new();

    /// <summary>Why the session was given up, each time.</summary>
    public List<UaException> GivenUp { get; } = [];

    /// <summary>A device with so many tags of doubles, <c>v0</c> and on, at nodes of the same names.</summary>
    public static UaDeviceOptions Options(int tags = 3, UaDeviceMode mode = UaDeviceMode.Subscribe, UaSubscribeOptions? subscribe = null, UaPollOptions? poll = null, params UaTag[] others) => new()
    {
        Name = "press",
        Session = new UaSessionOptions { EndpointUrl = "opc.tcp://scripted:4840" },
        Mode = mode,
        Subscribe = subscribe ?? new(),
        Poll = poll ?? new(),
        Tags = [.. Enumerable.Range(0, tags).Select(i => new UaTag { Name = $"v{i}", Node = $"nsu=urn:press;s=v{i}", Kind = ValueKind.Float64 }), .. others],
    };

    public static async Task<UaSourceRig> OnlineAsync(UaDeviceOptions device, int ringCapacity = 1 << 14)
    {
        UaSourceRig rig = new(device, ringCapacity);
        await rig.ConnectAsync();
        return rig;
    }

    /// <summary>A started pipeline over a journal, for a rig that is to have shards of a node.</summary>
    public static async Task<Core.Pipeline> PipelineAsync(string journal, TimeSpan fsync)
    {
        Core.Pipeline pipeline = Core.Pipeline.Open(
            new PipelineOptions
            {
                Node = "n",
                Shards = 2,
                RingCapacity = 1024,
                Batch = new BatchOptions { MaxReadings = 64, MaxAge = TimeSpan.FromMilliseconds(2) },
                Journal = new JournalOptions { Path = journal, SegmentBytes = 4 << 20, FsyncInterval = fsync },
            },
            new MetricRegistry(),
            NullLoggerFactory.Instance);
        await pipeline.StartAsync(CancellationToken.None);
        return pipeline;
    }

    public Task ConnectAsync(UaActivation activation = UaActivation.New)
    {
        _channel.Dispose();
        _channel = new CancellationTokenSource();
        return Device.OnlineAsync(Server, activation, _channel.Token);
    }

    /// <summary>The channel ends.</summary>
    public void Cut()
    {
        UaException reason = new(UaStatusCodes.BadConnectionClosed, "cut by the test");
        _channel.Cancel();
        Server.Cut(reason);
        Device.Offline(reason);
    }

    /// <summary>Moves the clock, and has the source's thread look.</summary>
    public void Pass(TimeSpan time)
    {
        Clock.Move(time);
        Device.Tick();
    }

    public long Count(string name) => Metrics.Counter($"hyperingest_opcua_{name}_total", "", new MetricLabel("source", "in")).Value;

    /// <summary>Everything that came out of the ring so far.</summary>
    public List<Reading> Readings()
    {
        while (_ring!.Peek() is { IsEmpty: false } seen)
        {
            foreach (ref readonly Reading reading in seen)
            {
                if (!SourceMark.IsIn(reading)) _readings.Add(reading);
            }
            _ring.Release(seen.Length);
        }
        return _readings;
    }

    /// <summary>The values of a tag, in the order they came.</summary>
    public IEnumerable<double> Values(string tag = "v0")
    {
        Assert.True(Catalog.TryFind("press", tag, out int series));
        return Readings().Where(r => r.SeriesId == series).Select(r => r.Float64);
    }

    public void Dispose()
    {
        _channel.Dispose();
        Scheduler.Dispose();
        Metrics.Dispose();
        Device.Request.Dispose();
    }
}
