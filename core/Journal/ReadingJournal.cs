using System.Buffers.Binary;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Journal;

/// <summary>
/// The journal of a node: a folder with one log a shard (<c>shard-00</c>, ...), the series catalog (<c>series.catalog</c>) that says what the readings are of, the sinks' cursors and
/// <c>journal.json</c>. One process at a time may append; others may read.
/// </summary>
public sealed class ReadingJournal : IDisposable
{
    private const string LockName = "lock";
    private const string CatalogName = "series.catalog";

    // At least this many readings in the scratch batch of recovery, so that an empty meta file cannot make it useless.
    private const int LeastBatch = 64;

    private readonly FileStream? _lock;
    private readonly ShardJournal[] _shards;
    private readonly JournalMetrics _metrics;
    private CatalogFile _catalogFile;
    private readonly ILogger _logger;
    private JournalSyncer? _syncer;
    private bool _disposed;

    // Written by whoever sees an fsync fail, the sync thread or a shard; read by shards.
    private string? _failure;

    // Set by shards, taken by the sync thread.
    private bool _retentionRequested;

    // Written by the retention pass; read by shards.
    private string? _full;

    // Bytes that may still be appended before the limit is met. Set by retention, taken from by shards (interlocked); what is appended while it is set is off by that much.
    private long _room;

    private ReadingJournal(JournalOptions options, JournalMeta meta, CatalogFile catalog, FileStream? lockFile, MetricRegistry metrics, ILogger logger)
    {
        Options = options;
        Id = meta.Id;
        Stamp = BinaryPrimitives.ReadUInt32LittleEndian(meta.Id.ToByteArray());
        LargestBatch = Math.Max(meta.LargestBatch, LeastBatch);
        _lock = lockFile;
        _logger = logger;
        _metrics = new JournalMetrics(metrics);
        _shards = new ShardJournal[meta.Shards];
        _catalogFile = catalog;
    }

    /// <summary>The folder.</summary>
    public string Path => Options.Path;

    /// <summary>The journal's id: a new folder has a new one, so that a sink's old cursor is not taken for it.</summary>
    public Guid Id { get; }

    /// <summary>The series.</summary>
    public SeriesCatalog Catalog => _catalogFile.Catalog;

    /// <summary>How many shards it has.</summary>
    public int ShardCount => _shards.Length;

    /// <summary>Most readings in a record: a batch to read into needs room for them.</summary>
    public int LargestBatch { get; }

    /// <summary>Torn tails that were cut when it was opened.</summary>
    public IReadOnlyList<RecoveryCut> Cuts { get; private set; } = [];

    /// <summary>Bytes of all segments as they are stored.</summary>
    public long Bytes => _shards.Sum(s => s.Bytes);

    /// <summary>Readings that went at the size limit before every sink had them.</summary>
    public long DroppedReadings => _metrics.DroppedReadings.Sum(c => c.Value);

    internal JournalOptions Options { get; }

    internal uint Stamp { get; }

    /// <summary>Opens the folder for appending, making it when it is new; a torn tail is cut and reported.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="shards">Shards; an existing journal keeps its number.</param>
    /// <param name="batchReadings">Most readings in a batch that will be appended.</param>
    /// <param name="metrics">Takes the journal's metrics.</param>
    /// <param name="logger">Is told of cuts, gaps and drops.</param>
    /// <exception cref="IOException">The folder cannot be used, or another process has it.</exception>
    /// <exception cref="InvalidDataException">It holds a journal of another layout, or its catalog is damaged.</exception>
    public static ReadingJournal Open(JournalOptions options, int shards, int batchReadings, MetricRegistry metrics, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchReadings, JournalRecord.MaxReadings);
        Directory.CreateDirectory(options.Path);
        FileStream lockFile = TakeLock(options.Path);
        CatalogFile? catalog = null;
        try
        {
            JournalMeta meta = JournalMeta.OpenOrCreate(options.Path, shards, batchReadings);
            string catalogPath = System.IO.Path.Combine(options.Path, CatalogName);
            catalog = CatalogFile.Open(catalogPath, logger);
            ReadingJournal journal = new(options, meta, catalog, lockFile, metrics, logger);
            ReadingBatch scratch = new BatchPool(journal.LargestBatch, 1).Rent();
            List<RecoveryCut> cuts = [];
            for (int i = 0; i < shards; i++)
            {
                ShardJournal shard = ShardJournal.Open(journal, journal.FolderOf(i), i, scratch, cuts.Add);
                journal._shards[i] = shard;
                if (shard.CatalogBytesNeeded > catalog.DurableBytes) CatalogFile.ThrowDamaged(catalogPath, catalog.DurableBytes);
            }
            foreach (RecoveryCut cut in cuts)
            {
                journal._metrics.CutBytes.Add(cut.Bytes);
                JournalLog.Cut(logger, cut.File, cut.FromOffset, cut.ToOffset, cut.Bytes / Reading.SizeInBytes, JournalRecord.TimeOf(cut.LastGoodTime));
            }
            journal.Cuts = cuts;
            journal.SetRoom();
            journal._metrics.Observe(journal);
            return journal;
        }
        catch
        {
            catalog?.Dispose();
            lockFile.Dispose();
            throw;
        }
    }

    /// <summary>Opens a journal to read only, as it stands now, whether or not a process is appending to it.</summary>
    /// <exception cref="InvalidDataException">The folder is no journal, or its catalog is damaged.</exception>
    public static ReadingJournal OpenRead(string path)
    {
        JournalMeta meta = JournalMeta.Read(path);
        ReadingJournal journal = new(
            new JournalOptions { Path = path }, meta, CatalogFile.None, null, new MetricRegistry(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        for (int i = 0; i < meta.Shards; i++) journal._shards[i] = ShardJournal.OpenRead(journal, journal.FolderOf(i), i);
        // After the segments: whatever stands in them, its series were in the catalog before.
        journal._catalogFile = CatalogFile.OpenRead(System.IO.Path.Combine(path, CatalogName));
        return journal;
    }

    /// <summary>Whether a process has the journal open for appending.</summary>
    public static bool IsInUse(string path)
    {
        if (!File.Exists(System.IO.Path.Combine(path, LockName))) return false;
        try
        {
            using FileStream taken = TakeLock(path);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The log of a shard.</summary>
    public ShardJournal Shard(int shard) => _shards[shard];

    /// <summary>The cursor file of a sink that keeps no cursor itself.</summary>
    public CursorFile OpenCursor(string sink, int shard) => CursorFile.Open(Path, sink, shard);

    /// <summary>
    /// Starts the thread that syncs all shards as the policy says and applies retention once a second. After each sync it calls <paramref name="onDurable"/> with the shard
    /// and its durable offset.
    /// </summary>
    public void StartSyncing(Action<int, long> onDurable)
    {
        if (_syncer is not null) throw new InvalidOperationException($"{Path}: the sync thread was started before.");
        _syncer = new JournalSyncer(this, onDurable, _metrics, _logger);
    }

    /// <summary>Ends the sync thread, syncs once more, marks a clean end and gives the folder back.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _syncer?.Dispose();
        try
        {
            if (_lock is not null) CloseShards();
        }
        finally
        {
            _catalogFile.Dispose();
            _lock?.Dispose();
        }
    }

    // A clean end is marked only when all of it is on the disk; without the mark the next start looks for the end itself.
    private void CloseShards()
    {
        foreach (ShardJournal shard in _shards)
        {
            try
            {
                shard.Dispose();
            }
            catch (IOException failed)
            {
                JournalLog.SyncFailed(_logger, Path, failed);
            }
        }
        foreach (ShardJournal shard in _shards)
        {
            try
            {
                if (Failure is null) shard.MarkClean();
            }
            catch (IOException failed)
            {
                JournalLog.MarkFailed(_logger, FolderOf(shard.Shard), failed);
            }
        }
    }

    /// <summary>Why no record can be taken now; null when one can.</summary>
    internal string? Refusal => Volatile.Read(ref _failure) ?? Volatile.Read(ref _full);

    /// <summary>Why nothing will be taken any more; null while the disk is sound.</summary>
    internal string? Failure => Volatile.Read(ref _failure);

    internal bool IsDisposed => _disposed;

    internal long CatalogBytes => _catalogFile.DurableBytes;

    /// <summary>A shard has begun a segment, or met the limit: retention is to look at the sync thread's next turn and not at its next second.</summary>
    internal void RequestRetention() => Volatile.Write(ref _retentionRequested, true);

    /// <summary>Sync thread: whether that has happened since it was asked last.</summary>
    internal bool TakeRetentionRequest() => Interlocked.Exchange(ref _retentionRequested, false);

    internal void PersistCatalog() => _catalogFile.Flush();

    internal void CountRefusal() => _metrics.Refusals.Add();

    internal void CountAppended(int readings, int bytes)
    {
        _metrics.AppendedReadings.Add(readings);
        _metrics.AppendedBytes.Add(bytes);
        if (Interlocked.Add(ref _room, -bytes) < 0) RequestRetention();
    }

    /// <summary>Retention has looked: so much may be appended before it is to look again.</summary>
    internal void SetRoom() => Volatile.Write(ref _room, Options.Retention.LimitBytes - Bytes);

    internal void CountGap(int shard, LostRange lost)
    {
        _metrics.Gaps.Add();
        JournalLog.Gap(_logger, FolderOf(shard), lost.FromOffset, lost.ToOffset, JournalRecord.TimeOf(lost.AfterTime), JournalRecord.TimeOf(lost.BeforeTime));
    }

    /// <summary>An fsync failed. What it covered may be gone from the cache, so that a later one succeeding proves nothing: nothing more is taken.</summary>
    internal void Fail(string reason)
    {
        _metrics.SyncFailures.Add();
        Volatile.Write(ref _failure, reason);
    }

    internal void SetFull(string? reason) => Volatile.Write(ref _full, reason);

    private string FolderOf(int shard) => System.IO.Path.Combine(Options.Path, $"shard-{shard:D2}");

    private static FileStream TakeLock(string folder)
    {
        string path = System.IO.Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (File.Exists(path))
        {
            throw new IOException($"{folder} is in use by another process (its file '{LockName}' is held): stop that one, or give this one a folder of its own.", taken);
        }
    }
}

internal static partial class JournalLog
{
    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message = "{File}: a torn tail was cut, offsets {From} to {To}, at most {Readings} readings, all after {LastGood:O}")]
    public static partial void Cut(ILogger logger, string file, long from, long to, long readings, DateTime lastGood);

    [LoggerMessage(EventId = 121, Level = LogLevel.Error, Message = "{Folder}: records are missing or damaged, offsets {From} to {To}, gateway times {After:O} to {Before:O}")]
    public static partial void Gap(ILogger logger, string folder, long from, long to, DateTime after, DateTime before);

    [LoggerMessage(EventId = 122, Level = LogLevel.Critical, Message = "{Path}: fsync failed; the journal takes nothing more until a restart")]
    public static partial void SyncFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(EventId = 123, Level = LogLevel.Error, Message = "{File}: {Readings} {Class} readings from {From:O} to {To:O} were dropped: the journal is at its limit of {Limit} bytes and a sink had not taken them")]
    public static partial void Dropped(ILogger logger, string file, long readings, string @class, DateTime from, DateTime to, long limit);

    [LoggerMessage(EventId = 124, Level = LogLevel.Error, Message = "{Reason}; intake is stopped until then")]
    public static partial void Full(ILogger logger, string reason);

    [LoggerMessage(EventId = 125, Level = LogLevel.Error, Message = "{Path}: retention failed and is tried again")]
    public static partial void RetentionFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(EventId = 126, Level = LogLevel.Warning, Message = "{File}: a torn block of {Bytes} bytes at its end was cut")]
    public static partial void CatalogCut(ILogger logger, string file, long bytes);

    [LoggerMessage(EventId = 127, Level = LogLevel.Warning, Message = "{File}: a loss could not be written down; that is tried again")]
    public static partial void LossNotTold(ILogger logger, string file, Exception exception);

    [LoggerMessage(EventId = 128, Level = LogLevel.Warning, Message = "{Folder}: the clean end could not be marked; the next start looks for it")]
    public static partial void MarkFailed(ILogger logger, string folder, Exception exception);
}
