using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>Stored batches read back from the operating system's memory, every checksum looked at.</summary>
internal sealed class JournalRead : Workload
{
    /// <summary>Readings of a batch.</summary>
    public const int BatchReadings = 4096;

    /// <summary>Batches of an iteration.</summary>
    public const int Batches = 8;

    private readonly BenchFolder _folder = BenchFolder.InMemory();
    private readonly ReadingJournal _journal;
    private readonly ReadingBatch _into = new BatchPool(BatchReadings, 1).Rent();

    public JournalRead()
    {
        JournalOptions options = new() { Path = _folder.Path, Fsync = FsyncPolicy.Never, SegmentBytes = 16L << 20 };
        _journal = ReadingJournal.Open(options, 1, BatchReadings, new MetricRegistry(), NullLogger.Instance);
        ReadingBatch batch = SampleBatch.Of(BatchReadings);
        for (int i = 0; i < Batches; i++) SampleBatch.Append(_journal, batch);
    }

    public override int OperationsPerIteration => BatchReadings * Batches;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            long read = 0;
            using JournalReader reader = _journal.Shard(0).OpenReader(JournalPosition.Start);
            while (reader.TryRead(_into).Status == ReadStatus.Read) read += _into.Count;
            if (read != OperationsPerIteration) throw new InvalidOperationException($"{read} of {OperationsPerIteration} readings were read.");
        }
    }

    protected override void Close()
    {
        _journal.Dispose();
        _folder.Dispose();
    }
}
