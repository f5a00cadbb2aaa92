using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Delivery;

/// <summary>A lane with its journal in memory, and the shard's part played by the test. Values count up from 0, so that rows tell loss, repetition and order.</summary>
internal sealed class LaneHarness : IAsyncDisposable
{
    private long _next;

    public LaneHarness(ISink sink, MemoryLaneLog? log = null, DeliveryOptions? options = null, int batchCapacity = 64, LaneIdentity? identity = null)
    {
        Folder = Path.Combine(Path.GetTempPath(), $"hyperingest-lane-{Guid.NewGuid():N}");
        Log = log ?? new MemoryLaneLog();
        Pool = new BatchPool(batchCapacity, 256);
        Catalog = new SeriesCatalog();
        for (int i = 0; i < 4; i++) Catalog.Register(new SeriesDefinition("press-1", $"tag-{i}", ValueKind.Int64));
        options ??= Quick;
        Letters = new DeadLetters(Folder, options.DeadLetters, Catalog, Metrics, NullLogger.Instance);
        Breaker = new CircuitBreaker(options.Breaker);
        Lane = new Lane(
            identity ?? new LaneIdentity("node", Guid.NewGuid(), 0), sink, Log, Breaker,
            new LaneParts { Catalog = Catalog, Pool = Pool, Options = options, DeadLetters = Letters, Metrics = Metrics, Logger = NullLogger.Instance });
    }

    /// <summary>Waits of at most a few milliseconds, and a breaker that hardly ever opens.</summary>
    public static DeliveryOptions Quick => new()
    {
        Retry = new RetryOptions { First = TimeSpan.FromMilliseconds(1), Longest = TimeSpan.FromMilliseconds(4) },
        Breaker = new BreakerOptions { Failures = 1000, OpenFor = TimeSpan.FromMilliseconds(5) },
        MemoryBatches = 8,
    };

    public Lane Lane { get; }

    public MemoryLaneLog Log { get; }

    public BatchPool Pool { get; }

    public SeriesCatalog Catalog { get; }

    public MetricRegistry Metrics { get; } = new();

    public CircuitBreaker Breaker { get; }

    public DeadLetters Letters { get; }

    public string Folder { get; }

    public long Written => _next;

    public JournalPosition End => new(Log.EndOffset, 0);

    public string[] LetterLines => Directory.Exists(Folder)
        ? [.. Directory.GetFiles(Folder, DeadLetters.FilePattern).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)]
        : [];

    /// <summary>What a shard does with a sealed batch; false when the lane will read it from the journal.</summary>
    public bool Write(int readings, bool offer = true)
    {
        ReadingBatch batch = Pool.Rent();
        long now = DateTime.UtcNow.Ticks;
        for (int i = 0; i < readings; i++) batch.Slots[i] = new Reading((int)(_next % 4), StatusCodes.Good, 0, now, _next++);
        batch.Count = readings;
        Log.Append(batch);
        bool taken = offer && Lane.Offer(batch);
        batch.Release();
        return taken;
    }

    public async Task DrainAsync() => Assert.True(await Lane.DrainAsync(End, TimeSpan.FromSeconds(60)), $"not drained: {Lane.Status}");

    public async ValueTask DisposeAsync()
    {
        await Lane.DisposeAsync();
        Letters.Dispose();
        Metrics.Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
