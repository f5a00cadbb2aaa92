using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.OpcUa;

/// <summary>A node with an OPC UA source of one device and a journal of its own.</summary>
internal sealed class UaSourceUnderTest : IAsyncDisposable
{
    private readonly Core.Pipeline _pipeline;

    private UaSourceUnderTest(Core.Pipeline pipeline, UaSource source)
    {
        _pipeline = pipeline;
        Source = source;
    }

    public UaSource Source { get; }

    public DeviceStatus Device => Source.Devices[0];

    public static UaDeviceOptions Options(string url, int tags, UaDeviceMode mode = UaDeviceMode.Subscribe) => new()
    {
        Name = "press",
        Mode = mode,
        Session = new UaSessionOptions { EndpointUrl = url, FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromMilliseconds(500), RequestTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(30) },
        Subscribe = new UaSubscribeOptions { Publishing = TimeSpan.FromMilliseconds(50), Sampling = TimeSpan.FromMilliseconds(50), Queue = 1000 },
        Poll = new UaPollOptions { Interval = TimeSpan.FromMilliseconds(50) },
        RetryBadNodes = TimeSpan.FromMilliseconds(200),
        Tags = [.. Enumerable.Range(0, tags).Select(i => new UaTag { Name = $"v{i}", Node = $"nsu=urn:press;s=v{i}" })],
    };

    public static async Task<UaSourceUnderTest> StartAsync(UaDeviceOptions device, string folder)
    {
        Core.Pipeline pipeline = Core.Pipeline.Open(
            new PipelineOptions
            {
                Node = "n",
                Shards = 2,
                RingCapacity = 1 << 16,
                Batch = new BatchOptions { MaxReadings = 1000, MaxAge = TimeSpan.FromMilliseconds(2) },
                Journal = new JournalOptions { Path = folder, SegmentBytes = 64 << 20, FsyncInterval = TimeSpan.FromMilliseconds(10) },
            },
            new MetricRegistry(),
            NullLoggerFactory.Instance);
        UaSource source = new(new UaSourceOptions { Name = "in", Devices = [device] }, pipeline.Catalog, pipeline.Intake, pipeline.Metrics, NullLoggerFactory.Instance);
        pipeline.AddSource(source);
        await pipeline.StartAsync(CancellationToken.None);
        UaSourceUnderTest node = new(pipeline, source);
        await Eventually.IsTrue(() => node.Device.Connected, "the device is set up");
        return node;
    }

    public long Count(string name) => _pipeline.Metrics.Counter($"hyperingest_opcua_{name}_total", "", new MetricLabel("source", "in")).Value;

    /// <summary>Waits for so many readings beyond those there are.</summary>
    public Task MoreAsync(long readings)
    {
        long before = Device.Readings;
        return Eventually.IsTrue(() => Device.Readings >= before + readings, $"{readings} more readings");
    }

    /// <summary>Stops in order.</summary>
    public async Task StopAsync()
    {
        DrainReport report = await _pipeline.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.True(report.AllJournalled);
        await _pipeline.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await _pipeline.DisposeAsync();

    /// <summary>The good readings of a journal by tag, in their order.</summary>
    public static Dictionary<string, List<Reading>> Stored(string folder)
    {
        using ReadingJournal journal = ReadingJournal.OpenRead(folder);
        Dictionary<string, List<Reading>> stored = [];
        BatchPool pool = new(journal.LargestBatch, 2);
        for (int shard = 0; shard < journal.ShardCount; shard++)
        {
            using JournalReader reader = journal.Shard(shard).OpenReader(default);
            ReadingBatch batch = pool.Rent();
            while (reader.TryRead(batch) is { Status: not ReadStatus.AtEnd })
            {
                foreach (ref readonly Reading reading in batch.Readings)
                {
                    if (!StatusCodes.IsGood(reading.Status)) continue;
                    string tag = journal.Catalog[reading.SeriesId].Tag;
                    if (!stored.TryGetValue(tag, out List<Reading>? values)) stored.Add(tag, values = []);
                    values.Add(reading);
                }
            }
            batch.Release();
        }
        return stored;
    }
}
