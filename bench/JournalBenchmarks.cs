using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench;

/// <summary>
/// The journal of one shard with batches of 16,384 readings: appending (into the operating system's cache; what an fsync costs is the disk's), reading back with every checksum looked
/// at, and the shard's whole step, shaping a batch's readings into it and appending it. A figure is the time for one reading.
/// </summary>
[MemoryDiagnoser]
public class JournalBenchmarks
{
    private const int BatchReadings = 16_384;
    private const int Batches = 256;
    private const int Readings = BatchReadings * Batches;

    // Two of the writes of a run, so that the disk does not fill and retention's deletes are part of the figure.
    private const long KeptBytes = 256L << 20;

    private readonly Reading[] _polled = new Reading[BatchReadings];
    private readonly Shaper _shaper = new(new Dictionary<int, ShapingRule>());
    private string _folder = "";
    private ReadingJournal _journal = null!;
    private ReadingJournal _stored = null!;
    private ReadingBatch _batch = null!;
    private ReadingBatch _into = null!;

    [GlobalSetup]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("hyperingest-bench-").FullName;
        BatchPool pool = new(BatchReadings, 4);
        _batch = pool.Rent();
        _into = pool.Rent();
        long now = DateTime.UtcNow.Ticks;
        for (int i = 0; i < BatchReadings; i++) _polled[i] = new Reading(i % 600, 0, 0, now + (i / 600), i);
        _polled.CopyTo(_batch.Slots);
        _batch.Count = BatchReadings;
        JournalOptions options = new() { Path = Path.Combine(_folder, "written"), Fsync = FsyncPolicy.Never, Retention = new JournalRetention { MaxBytes = KeptBytes } };
        _journal = ReadingJournal.Open(options, 1, BatchReadings, new MetricRegistry(), NullLogger.Instance);
        _journal.StartSyncing((_, _) => { });
        _stored = ReadingJournal.Open(options with { Path = Path.Combine(_folder, "stored") }, 1, BatchReadings, new MetricRegistry(), NullLogger.Instance);
        for (int i = 0; i < Batches; i++) Append(_stored);
    }

    [GlobalCleanup]
    public void Close()
    {
        _journal.Dispose();
        _stored.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    public void AppendBatches()
    {
        for (int i = 0; i < Batches; i++) Append(_journal);
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    public void ShapeAndAppendBatches()
    {
        for (int i = 0; i < Batches; i++)
        {
            _batch.Count = _shaper.Shape(_polled, _batch.Slots);
            Append(_journal);
        }
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    public long ReadBatches()
    {
        long read = 0;
        using JournalReader reader = _stored.Shard(0).OpenReader(JournalPosition.Start);
        while (reader.TryRead(_into).Status == ReadStatus.Read) read += _into.Count;
        return read == Readings ? read : throw new InvalidOperationException($"{read} of {Readings} readings were read.");
    }

    private void Append(ReadingJournal journal)
    {
        AppendOutcome outcome = journal.Shard(0).Append(_batch);
        if (!outcome.Appended) throw new IOException(outcome.Reason);
    }
}
