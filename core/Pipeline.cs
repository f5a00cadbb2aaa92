using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Shaping;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core;

/// <summary>
/// The whole route in one object: intake, shards, journal, lanes. Open it, build sources over its <see cref="Intake"/> and <see cref="Catalog"/>, add
/// them and the sinks, start, and drain to end.
/// </summary>
public sealed class Pipeline : IAsyncDisposable
{
    // However short the drain was asked to be: emptying a ring into a working journal takes milliseconds, and what is in the ring exists nowhere else.
    private static readonly TimeSpan ShortestShardDrain = TimeSpan.FromSeconds(2);

    private readonly PipelineOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly ReadingJournal _journal;
    private readonly BatchPool _pool;
    private readonly Shard[] _shards;
    private readonly ShardInlet[] _inlets;
    private readonly DurabilityMeter[] _meters;
    private readonly DeadLetters _deadLetters;
    private readonly List<IReadingSource> _sources = [];
    private readonly List<ISink> _sinks = [];
    private readonly List<ShardLaneLog> _laneLogs = [];
    private readonly Dictionary<int, ShapingRule> _rules = [];

    // By shard: the lanes its thread offers batches to. Filled before the shards start.
    private readonly List<Lane>[] _lanes;
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<bool>? _held;
    private bool _started;
    private bool _draining;

    private Pipeline(PipelineOptions options, ReadingJournal journal, MetricRegistry metrics, ILoggerFactory loggers)
    {
        _options = options;
        _loggers = loggers;
        _logger = loggers.CreateLogger("HyperIngest.Pipeline");
        _journal = journal;
        Metrics = metrics;
        // Idle batches kept: what the lanes may hold in memory, and for each shard the one being filled and one being written.
        _pool = new BatchPool(journal.LargestBatch, options.Shards * (options.Delivery.MemoryBatches + 2));
        _shards = new Shard[options.Shards];
        _inlets = new ShardInlet[options.Shards];
        _meters = new DurabilityMeter[options.Shards];
        _lanes = new List<Lane>[options.Shards];
        Durability = metrics.Histogram("hyperingest_durable_seconds", "From a device's response to the fsync that made it durable.");
        ILogger shardLogger = loggers.CreateLogger("HyperIngest.Shard");
        for (int i = 0; i < _shards.Length; i++)
        {
            int shard = i;
            MpscRing<Reading> ring = new(options.RingCapacity);
            _lanes[i] = [];
            _meters[i] = new DurabilityMeter(Durability);
            _shards[i] = new Shard(i, ring, _pool, journal.Shard(i), options.Batch, batch => OnAppended(shard, batch), failed => _failure.TrySetException(failed), shardLogger);
            _inlets[i] = new ShardInlet(_shards[i], () => IsHeld(shard));
        }
        Intake = new Intake(_inlets);
        _deadLetters = new DeadLetters(
            options.Delivery.DeadLetters.Path ?? Path.Combine(options.Journal.Path, "dead-letters"), options.Delivery.DeadLetters, journal.Catalog, metrics,
            loggers.CreateLogger("HyperIngest.DeadLetters"));
        RegisterMetrics();
    }

    /// <summary>Where sources put readings.</summary>
    public Intake Intake { get; }

    /// <summary>The series, persisted beside the journal.</summary>
    public SeriesCatalog Catalog => _journal.Catalog;

    /// <summary>The journal.</summary>
    public ReadingJournal Journal => _journal;

    /// <summary>Where sources put records they cannot read.</summary>
    public DeadLetters DeadLetters => _deadLetters;

    /// <summary>The metrics of all parts.</summary>
    public MetricRegistry Metrics { get; }

    /// <summary>From a device's response to durable, of every reading since the start.</summary>
    public LatencyHistogram Durability { get; }

    /// <summary>Faults when a shard can no longer work, with the exception that says why.</summary>
    public Task Failure => _failure.Task;

    /// <summary>The shards, in order.</summary>
    public IReadOnlyList<Shard> Shards => _shards;

    /// <summary>The sources.</summary>
    public IReadOnlyList<IReadingSource> Sources => _sources;

    /// <summary>All lanes, by shard and then by sink.</summary>
    public IEnumerable<Lane> Lanes => _lanes.SelectMany(l => l);

    /// <summary>Opens the journal (recovering it where needed) and builds the shards; nothing runs yet.</summary>
    /// <exception cref="IOException">The journal's folder cannot be used, or another process has it.</exception>
    /// <exception cref="InvalidDataException">The folder holds a journal of another layout.</exception>
    public static Pipeline Open(PipelineOptions options, MetricRegistry metrics, ILoggerFactory loggers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Shards, 1);
        ReadingJournal journal = ReadingJournal.Open(options.Journal, options.Shards, Math.Min(options.Batch.MaxReadings, options.Batch.MaxBytes / Reading.SizeInBytes), metrics, loggers.CreateLogger("HyperIngest.Journal"));
        return new Pipeline(options, journal, metrics, loggers);
    }

    /// <summary>Adds a source built over this pipeline's intake and catalog; before <see cref="StartAsync"/>.</summary>
    public void AddSource(IReadingSource source)
    {
        ThrowIfStarted();
        _sources.Add(source);
    }

    /// <summary>Adds a sink, with a lane for every shard; before <see cref="StartAsync"/>.</summary>
    public void AddSink(ISink sink)
    {
        ThrowIfStarted();
        // A lane holds what it delivers, besides what waits in its queue; with small batches that is many of them.
        int sealedAt = Math.Min(_options.Batch.MaxReadings, _options.Batch.MaxBytes / Reading.SizeInBytes);
        _pool.KeepMore(_shards.Length * ((sink.MaxReadingsPerDelivery / sealedAt) + 2));
        _sinks.Add(sink);
    }

    /// <summary>Shapes a series; before <see cref="StartAsync"/>.</summary>
    public void AddRule(int seriesId, ShapingRule rule)
    {
        ThrowIfStarted();
        _rules[seriesId] = rule;
    }

    /// <summary>Starts the lanes, then the shards, then the sources, so that everything stands before the first reading.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ThrowIfStarted();
        _started = true;
        LaneParts parts = new()
        {
            Catalog = Catalog,
            Pool = _pool,
            Options = _options.Delivery,
            DeadLetters = _deadLetters,
            Metrics = Metrics,
            Logger = _loggers.CreateLogger("HyperIngest.Delivery"),
        };
        foreach (ISink sink in _sinks)
        {
            CircuitBreaker breaker = new(_options.Delivery.Breaker);
            for (int shard = 0; shard < _shards.Length; shard++)
            {
                LaneIdentity identity = new(_options.Node, _journal.Id, shard);
                ShardLaneLog log = new(_journal, shard);
                _laneLogs.Add(log);
                Lane lane = new(identity, sink, log, breaker, parts);
                // Before the lane knows its cursor it may need anything: retention waits for it.
                _journal.Shard(shard).SetCursor(sink.Name, JournalPosition.Start);
                _lanes[shard].Add(lane);
                lane.Start();
            }
        }
        _journal.StartSyncing(OnDurable);
        for (int i = 0; i < _shards.Length; i++)
        {
            Shaper? shaper = _rules.Count > 0 ? new Shaper(_rules) : null;
            if (shaper is not null) Observe(shaper, i);
            _shards[i].Start(shaper);
        }
        foreach (IReadingSource source in _sources) await source.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends in order: sources stop and publish what devices have answered, the shards empty their rings into the journal, the journal is
    /// synced, the sinks get what is left of <paramref name="limit"/> to catch up. What they have not taken stays in the journal for the next start.
    /// </summary>
    /// <param name="limit">For all of it.</param>
    /// <param name="cutShort">Ends the sinks' part of it at once.</param>
    public async Task<DrainReport> DrainAsync(TimeSpan limit, CancellationToken cutShort = default)
    {
        _draining = true;
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        TimeSpan Left() => TimeSpan.FromTicks(Math.Max(0, (limit - System.Diagnostics.Stopwatch.GetElapsedTime(started)).Ticks));

        using CancellationTokenSource stopping = new(Left());
        await Task.WhenAll(_sources.Select(s => s.StopAsync(stopping.Token))).ConfigureAwait(false);

        bool journalled = true;
        foreach (Shard shard in _shards) journalled &= await Task.Run(() => shard.Drain(AtLeast(Left(), ShortestShardDrain))).ConfigureAwait(false);
        journalled &= TrySync();

        Task<bool[]> delivering = Task.WhenAll(_lanes.SelectMany(
            (lanes, shard) => lanes.Select(lane => lane.DrainAsync(new JournalPosition(_journal.Shard(shard).ReadingsEnd, 0), Left()))));
        await Task.WhenAny(delivering, Task.Delay(Timeout.Infinite, cutShort)).ConfigureAwait(false);
        bool delivered = delivering.IsCompletedSuccessfully && delivering.Result.All(d => d);
        DrainReport report = new(journalled, delivered, System.Diagnostics.Stopwatch.GetElapsedTime(started));
        PipelineLog.Drained(_logger, report.Took.TotalSeconds, report.AllJournalled, report.AllDelivered);
        return report;
    }

    /// <summary>Lets pollers wait while <paramref name="held"/> says so, besides what the lanes' lag asks for; before <see cref="StartAsync"/>. Asked once a poll, by any source's thread.</summary>
    public void HoldIntakeWhile(Func<bool> held)
    {
        ThrowIfStarted();
        _held = held;
    }

    /// <summary>Records every reading whose response comes in <paramref name="window"/>, as it becomes durable; null ends that.</summary>
    public void Measure(MeasuredWindow? window)
    {
        foreach (DurabilityMeter meter in _meters) meter.Measure(window);
    }

    /// <summary>Whether readings are being taken in, and if not, why.</summary>
    public IReadOnlyList<string> NotReadyReasons()
    {
        List<string> reasons = [];
        if (!_started) reasons.Add("starting");
        if (_draining) reasons.Add("draining");
        foreach (Shard shard in _shards)
        {
            if (shard.Refusal is { } refusal) reasons.Add($"shard {shard.Number}: intake is stopped: {refusal}");
        }
        return reasons;
    }

    /// <summary>Stops everything that still runs and closes the journal; call <see cref="DrainAsync"/> first to end in order.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IReadingSource source in _sources) await source.DisposeAsync().ConfigureAwait(false);
        if (_started && !_draining)
        {
            foreach (Shard shard in _shards) await Task.Run(() => shard.Drain(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        }
        foreach (Lane lane in Lanes) await lane.DisposeAsync().ConfigureAwait(false);
        foreach (ShardLaneLog log in _laneLogs) log.Dispose();
        foreach (ISink sink in _sinks) await sink.DisposeAsync().ConfigureAwait(false);
        _deadLetters.Dispose();
        _journal.Dispose();
    }

    // A disk whose fsync fails has lost something: that is said, and the sinks still get what can be read.
    private bool TrySync()
    {
        try
        {
            for (int i = 0; i < _meters.Length; i++) OnDurable(i, _journal.Shard(i).Sync());
            return true;
        }
        catch (IOException failed)
        {
            PipelineLog.SyncFailed(_logger, _journal.Path, failed);
            return false;
        }
    }

    private static TimeSpan AtLeast(TimeSpan time, TimeSpan least) => time > least ? time : least;

    // Shard's thread.
    private void OnAppended(int shard, ReadingBatch batch)
    {
        _meters[shard].Appended(batch);
        foreach (Lane lane in _lanes[shard]) lane.Offer(batch);
    }

    // The journal's sync thread, or the drain beside it.
    private void OnDurable(int shard, long offset)
    {
        _meters[shard].Durable(offset);
        _shards[shard].Durable(offset);
    }

    // Any source's thread, once a poll: whether a lane is so far behind that its shard should take no new polls.
    private bool IsHeld(int shard)
    {
        if (_held is { } held && held()) return true;
        long limit = _options.Delivery.HoldIntakeAtLagBytes;
        if (limit == 0) return false;
        ShardJournal log = _journal.Shard(shard);
        foreach (Lane lane in _lanes[shard])
        {
            if (log.BytesFrom(lane.Cursor.Offset) > limit) return true;
        }
        return false;
    }

    private void RegisterMetrics()
    {
        foreach (Shard shard in _shards)
        {
            MetricLabel label = new("shard", $"{shard.Number}");
            Metrics.Gauge("hyperingest_ring_used_readings", "Readings in the shard's ring.", () => shard.RingUsed, label);
            Metrics.Gauge("hyperingest_ring_capacity_readings", "Slots of the shard's ring.", () => shard.RingCapacity, label);
            Metrics.Gauge("hyperingest_shard_intake_stopped", "1 while the shard's journal takes no batches.", () => shard.Refusal is null ? 0 : 1, label);
            Metrics.Gauge("hyperingest_shard_abandoned_readings", "Readings that were in memory at the end and that the journal would not take: lost.", () => shard.Abandoned, label);
            DurabilityMeter meter = _meters[shard.Number];
            Metrics.Gauge("hyperingest_durable_unmeasured_readings", "Readings whose latency was not measured: too many fsyncs behind.", () => meter.Unmeasured, label);
        }
        Metrics.Gauge("hyperingest_batches_made", "Batch buffers ever made; it stands still in a steady state.", () => _pool.Made);
        Metrics.Gauge("hyperingest_batches_rented", "Batch buffers in use.", () => _pool.Rented);
        Metrics.Gauge("hyperingest_series", "Series in the catalog.", () => Catalog.Count);
    }

    private void Observe(Shaper shaper, int shard)
    {
        MetricLabel label = new("shard", $"{shard}");
        Metrics.Gauge("hyperingest_shaping_held_back_readings", "Readings held back by a deadband since the start.", () => shaper.HeldBack, label);
        Metrics.Gauge("hyperingest_shaping_out_of_range_readings", "Readings found outside their range since the start.", () => shaper.OutsideRange, label);
    }

    private void ThrowIfStarted()
    {
        if (_started) throw new InvalidOperationException("The pipeline has been started; sources, sinks and rules are added before.");
    }
}

/// <summary>How a drain went.</summary>
/// <param name="AllJournalled">Every reading that a source published is in the journal, synced.</param>
/// <param name="AllDelivered">Every sink has taken everything.</param>
/// <param name="Took">How long it took.</param>
public readonly record struct DrainReport(bool AllJournalled, bool AllDelivered, TimeSpan Took);

internal static partial class PipelineLog
{
    [LoggerMessage(EventId = 111, Level = LogLevel.Critical, Message = "{Path}: the last sync failed; what came after the one before may be lost.")]
    public static partial void SyncFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "Drained in {Seconds:0.00} s; all journalled: {AllJournalled}, all delivered: {AllDelivered}.")]
    public static partial void Drained(ILogger logger, double seconds, bool allJournalled, bool allDelivered);
}
