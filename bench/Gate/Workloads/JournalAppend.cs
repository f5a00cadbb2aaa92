using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>Batches appended to a shard's journal and not synced: the record's header, its checksum and the write into the operating system's memory.</summary>
internal sealed class JournalAppend : Workload
{
    /// <summary>Readings of a batch.</summary>
    public const int Readings = 4096;

    // A journal is begun anew when less than a sample's worth (3 MiB) is left of this, so that no sample meets the end of a segment.
    private const long SegmentBytes = 16L << 20;
    private const long RenewBytes = 12L << 20;

    private readonly BenchFolder _folder = BenchFolder.InMemory();
    private readonly ReadingBatch _batch = SampleBatch.Of(Readings);
    private ReadingJournal _journal;
    private int _opened;

    public JournalAppend() => _journal = Open();

    public override int OperationsPerIteration => Readings;

    public override int MaxIterations => 24;

    public override void Reset()
    {
        if (_journal.Bytes < RenewBytes) return;
        string path = _journal.Path;
        _journal.Dispose();
        Directory.Delete(path, recursive: true);
        _journal = Open();
    }

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++) SampleBatch.Append(_journal, _batch);
    }

    protected override void Close()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    // The first append makes the segment, which is not what is measured.
    private ReadingJournal Open()
    {
        JournalOptions options = new() { Path = Path.Combine(_folder.Path, $"{_opened++}"), Fsync = FsyncPolicy.Never, SegmentBytes = SegmentBytes };
        ReadingJournal journal = ReadingJournal.Open(options, 1, Readings, new MetricRegistry(), NullLogger.Instance);
        SampleBatch.Append(journal, _batch);
        return journal;
    }
}
