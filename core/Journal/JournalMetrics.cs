using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Journal;

/// <summary>The journal's metrics.</summary>
internal sealed class JournalMetrics(MetricRegistry registry)
{
    /// <summary>What may be dropped, lowest first.</summary>
    public static readonly Classification[] DroppedClasses = [Classification.Log, Classification.Event, Classification.Telemetry];

    public Counter AppendedReadings { get; } = registry.Counter("hyperingest_journal_readings_total", "Readings appended.");

    public Counter AppendedBytes { get; } = registry.Counter("hyperingest_journal_appended_bytes_total", "Bytes appended, record headers included.");

    public Counter Refusals { get; } = registry.Counter("hyperingest_journal_refusals_total", "Appends the disk refused; they are tried again.");

    public Counter SyncFailures { get; } = registry.Counter("hyperingest_journal_sync_failures_total", "Fsyncs that failed; after the first the journal takes nothing more until a restart.");

    public Counter CutBytes { get; } = registry.Counter("hyperingest_journal_cut_bytes_total", "Bytes of torn tails cut at the start.");

    public Counter Gaps { get; } = registry.Counter("hyperingest_journal_gaps_total", "Places where a reader found records damaged or missing.");

    /// <summary>By <see cref="Classification"/>; alarms are never dropped and have none.</summary>
    public Counter[] DroppedReadings { get; } =
    [
        .. DroppedClasses.Select(of => registry.Counter(
            "hyperingest_journal_dropped_readings_total", "Readings dropped at the size limit before every sink had them.", new MetricLabel("class", ClassificationNames.NameOf(of)))),
    ];

    public Counter ThinnedSegments { get; } = registry.Counter("hyperingest_journal_thinned_segments_total", "Segments written anew at the size limit, without their lowest classes.");

    public Counter DeletedSegments { get; } = registry.Counter("hyperingest_journal_deleted_segments_total", "Segments deleted by retention.");

    public LatencyHistogram SyncDuration { get; } = registry.Histogram("hyperingest_journal_sync_seconds", "How long an fsync of all shards took.");

    public void Observe(ReadingJournal journal)
    {
        registry.Gauge("hyperingest_journal_bytes", "Bytes of all segments as they are stored.", () => journal.Bytes);
        registry.Gauge("hyperingest_journal_limit_bytes", "The hard limit.", () => journal.Options.Retention.LimitBytes);
        for (int i = 0; i < journal.ShardCount; i++)
        {
            ShardJournal shard = journal.Shard(i);
            registry.Gauge("hyperingest_journal_unsynced_bytes", "Bytes appended and not yet durable.", () => shard.EndOffset - shard.DurableOffset, new MetricLabel("shard", $"{i}"));
        }
    }
}
