using System.Diagnostics;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>Appending batches to the journal, beside <c>dd</c> with the same block size, the same fsync policy and the same folder.</summary>
internal sealed class JournalAppendStage : CeilingStage
{
    private const int BatchReadings = 16_384;
    private const int RecordBytes = ReadingBatch.HeaderRoomBytes + (BatchReadings * Reading.SizeInBytes);

    private readonly BenchFolder _folder;
    private readonly FsyncPolicy _policy;
    private readonly Appender _appender;

    private JournalAppendStage(string name, FsyncPolicy policy, string? parent)
    {
        Name = name;
        _policy = policy;
        _folder = new BenchFolder(parent);
        _appender = new Appender(_folder.In("journal"), policy);
        // Each append is a write and an fsync with the one policy: dd opens its file O_SYNC. With the other neither is.
        Contenders = [_appender, new DiskDump(_folder.In("dd"), RecordBytes, policy == FsyncPolicy.EveryBatch)];
    }

    /// <summary>Without fsync.</summary>
    public static JournalAppendStage Cached(string? parent) => new("journal-append", FsyncPolicy.Never, parent);

    /// <summary>With an fsync after every batch.</summary>
    public static JournalAppendStage Synced(string? parent) => new("journal-append-fsync", FsyncPolicy.EveryBatch, parent);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Unit => "bytes";

    /// <inheritdoc/>
    public override StageClock Clock => StageClock.Wall;

    /// <inheritdoc/>
    public override string Includes =>
        $"one thread appends records of {RecordBytes:N0} bytes ({BatchReadings:N0} readings): checksums, header, write{(_policy == FsyncPolicy.EveryBatch ? ", fsync after each" : " into the operating system's cache, no fsync")}; "
        + "new segments and the deletion of old ones are in it. dd writes zeros in blocks of the same size to a preallocated file in the same folder"
        + $"{(_policy == FsyncPolicy.EveryBatch ? ", oflag=sync" : "")}; its own elapsed time counts, not its start.";

    /// <inheritdoc/>
    public override IReadOnlyList<IContender> Contenders { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StageTarget> Targets { get; } = [];

    /// <inheritdoc/>
    public override TimeSpan ShortestSlice => TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    protected override ValueTask EndAsync()
    {
        _appender.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Appender : IContender, IDisposable
    {
        private const long KeptBytes = 256L << 20;

        private readonly MetricRegistry _metrics = new();
        private readonly ReadingJournal _journal;
        private readonly ReadingBatch _batch;

        public Appender(string folder, FsyncPolicy policy)
        {
            JournalOptions options = new() { Path = folder, Fsync = policy, Retention = new JournalRetention { MaxBytes = KeptBytes } };
            _journal = ReadingJournal.Open(options, 1, BatchReadings, _metrics, NullLogger.Instance);
            _journal.StartSyncing(static (_, _) => { });
            _batch = new BatchPool(BatchReadings, 1).Rent();
            long now = DateTime.UtcNow.Ticks;
            for (int i = 0; i < BatchReadings; i++) _batch.Slots[i] = new Reading(i % 600, 0, 0, now + (i / 600), i);
            _batch.Count = BatchReadings;
        }

        public string Name => "journal";

        public ContenderSample Run(TimeSpan slice)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long began = Stopwatch.GetTimestamp();
            long bytes = 0;
            TimeSpan elapsed;
            do
            {
                AppendOutcome outcome = _journal.Shard(0).Append(_batch);
                if (!outcome.Appended) throw new IOException(outcome.Reason);
                bytes += RecordBytes;
                elapsed = Stopwatch.GetElapsedTime(began);
            }
            while (elapsed < slice);
            return new ContenderSample(bytes, elapsed.TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }

        public void Dispose()
        {
            _journal.Dispose();
            _metrics.Dispose();
        }
    }
}
