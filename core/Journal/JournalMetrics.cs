using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Journal;

/// <summary>The journal's metrics.</summary>
internal sealed class JournalMetrics(MetricRegistry registry)
{
    public Counter AppendedReadings { get; } = registry.Counter("hyperingest_journal_readings_total", "Readings appended.");

    public Counter AppendedBytes { get; } = registry.Counter("hyperingest_journal_appended_bytes_total", "Bytes appended, record headers included.");

    public Counter Refusals { get; } = registry.Counter("hyperingest_journal_refusals_total", "Appends the disk refused; they are tried again.");

    public Counter SyncFailures { get; } = registry.Counter("hyperingest_journal_sync_failures_total", "Fsyncs that failed; after the first the journal takes nothing more until a restart.");

    public Counter CutBytes { get; } = registry.Counter("hyperingest_journal_cut_bytes_total", "Bytes of torn tails cut at the start.");

    public Counter Gaps { get; } = registry.Counter("hyperingest_journal_gaps_total", "Places where a reader found records damaged or missing.");

    public Counter DroppedReadings { get; } = registry.Counter("hyperingest_journal_dropped_readings_total", "Readings dropped at the size limit before every sink had them.");

    public Counter DeletedSegments { get; } = registry.Counter("hyperingest_journal_deleted_segments_total", "Segments deleted by retention.");

    public LatencyHistogram SyncDuration { get; } = registry.Histogram("hyperingest_journal_sync_seconds", "How long an fsync of all shards took.");

    public void Observe(ReadingJournal journal)
    {
        registry.Gauge("hyperingest_journal_bytes", "Bytes of all segments.", () => journal.Bytes);
        registry.Gauge("hyperingest_journal_limit_bytes", "The hard limit.", () => journal.Options.Retention.LimitBytes);
        for (int i = 0; i < journal.ShardCount; i++)
        {
            ShardJournal shard = journal.Shard(i);
            registry.Gauge("hyperingest_journal_unsynced_bytes", "Bytes appended and not yet durable.", () => shard.EndOffset - shard.DurableOffset, new MetricLabel("shard", $"{i}"));
        }
    }
}
