using HyperIngest.Core.Telemetry;

namespace HyperIngest.Protocols.Kafka;

/// <summary>The counters of one Kafka source; see docs/kafka.md for each.</summary>
internal sealed class KafkaSourceMetrics
{
    private readonly MetricRegistry _registry;
    private readonly string _source;

    // The consuming thread's, until the end of a batch.
    private long _records;
    private long _readings;
    private long _bytes;

    public KafkaSourceMetrics(MetricRegistry registry, string source)
    {
        _registry = registry;
        _source = source;
        MetricLabel label = new("source", source);
        Records = registry.Counter("hyperingest_kafka_source_records_total", "Records taken.", label);
        Readings = registry.Counter("hyperingest_kafka_source_readings_total", "Readings in them.", label);
        Bytes = registry.Counter("hyperingest_kafka_source_bytes_total", "Bytes of the records' values.", label);
        Unparseable = registry.Counter("hyperingest_kafka_source_unparseable_total", "Records put into the dead letters because they are no readings.", label);
        TextsRefused = registry.Counter("hyperingest_kafka_source_texts_refused_total", "Readings whose text the text table had no room for; they are there with a bad status.", label);
        PassedOver = registry.Counter("hyperingest_kafka_source_passed_over_total", "Records read again after a kill or a lost partition, whose readings are in the journal already.", label);
        Repeated = registry.Counter("hyperingest_kafka_source_repeated_total", "Records the client library gave twice, or of a partition that is another's; not taken.", label);
        Rebalances = registry.Counter("hyperingest_kafka_source_rebalances_total", "Times partitions came or went.", label);
        PartitionsLost = registry.Counter("hyperingest_kafka_source_partitions_lost_total", "Partitions that were another's before they were given back: what was not committed is read again there.", label);
        Commits = registry.Counter("hyperingest_kafka_source_commits_total", "Commits of offsets that the coordinator confirmed.", label);
        CommitFailures = registry.Counter("hyperingest_kafka_source_commit_failures_total", "Commits of offsets that failed; they are made again.", label);
        LostOffsets = registry.Counter("hyperingest_kafka_source_lost_offsets_total", "Offsets the brokers had deleted before they were read.", label);
        Faults = registry.Counter("hyperingest_kafka_source_faults_total", "Errors the client reported: brokers down, authentication, topics that are not there.", label);
        Consumers = registry.Counter("hyperingest_kafka_source_consumers_made_total", "Consumers made; every one after the first replaced one that was out of order.", label);
        Pauses = registry.Counter("hyperingest_kafka_source_pauses_total", "Times the partitions were paused because a ring had been full for a while.", label);
    }

    public Counter Records { get; }

    public Counter Readings { get; }

    public Counter Bytes { get; }

    public Counter Unparseable { get; }

    public Counter TextsRefused { get; }

    public Counter PassedOver { get; }

    public Counter Repeated { get; }

    public Counter Rebalances { get; }

    public Counter PartitionsLost { get; }

    public Counter Commits { get; }

    public Counter CommitFailures { get; }

    public Counter LostOffsets { get; }

    public Counter Faults { get; }

    public Counter Consumers { get; }

    public Counter Pauses { get; }

    /// <summary>Counts a record that was taken.</summary>
    public void Took(long bytes, int readings, int textsRefused)
    {
        _records++;
        _readings += readings;
        _bytes += bytes;
        if (textsRefused > 0) TextsRefused.Add(textsRefused);
    }

    /// <summary>Enters what <see cref="Took"/> has counted since: once a batch, because adding costs an interlocked instruction.</summary>
    public void Enter()
    {
        Records.Add(_records);
        Readings.Add(_readings);
        Bytes.Add(_bytes);
        _records = _readings = _bytes = 0;
    }

    /// <summary>Shows how far a partition is behind, from now on.</summary>
    public void Show(KafkaPartition partition) => _registry.Gauge(
        "hyperingest_kafka_source_lag_records", "Records at the broker that are not taken, by partition; 0 while it is another member's.", () => partition.Lag,
        new MetricLabel("source", _source), new MetricLabel("topic", partition.Topic), new MetricLabel("partition", $"{partition.Number}"));

    /// <summary>Shows whether the source is paused, and how many partitions it has.</summary>
    public void Show(Func<double> paused, Func<double> partitions)
    {
        MetricLabel label = new("source", _source);
        _registry.Gauge("hyperingest_kafka_source_paused", "1 while the partitions are paused because a ring is full.", paused, label);
        _registry.Gauge("hyperingest_kafka_source_partitions", "Partitions this member has.", partitions, label);
    }
}
