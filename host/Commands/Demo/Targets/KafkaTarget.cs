using HyperIngest.Core;
using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.LoadGen.Report;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Targets;

/// <summary>Kafka: the user's cluster, or librdkafka's test broker in this process. A verifier reads the topic along from the start.</summary>
internal sealed class KafkaTarget(DemoOptions options, string folder, string servedPath, DemoProgress progress) : IDemoTarget
{
    private const double MostConfirmMs = 1000;
    private const double LeastBatchRate = 2_000_000;
    private const double LeastCeilingRatio = 0.9;
    private const double MostAllocatedBytes = 16;

    // With --max the devices wait for the verifier too: the test broker throws out what is not read. Two million JSON records are 60 MB of the 160 it keeps.
    private const long MostAhead = 2_000_000;

    private IntakeHold? _hold;
    private KafkaCluster? _cluster;
    private KafkaFollower? _follower;
    private VerifySummary? _verified;

    /// <inheritdoc/>
    public string Route => $"journal > kafka ({RecordFormats.NameOf(options.Format)}, {_cluster?.Description})";

    // Two lanes, as with PostgreSQL: each has a producer of its own, and while one waits for its last reports the other encodes.
    /// <inheritdoc/>
    public int Shards => 2;

    /// <inheritdoc/>
    public bool HasSink => true;

    /// <inheritdoc/>
    public async Task PrepareAsync(string plantPath, CancellationToken cancellationToken)
    {
        _cluster = await KafkaCluster.OpenAsync(options.Kafka);
        progress.Phase($"kafka: {_cluster.Description}, topic {_cluster.Topic}");
        _follower = await KafkaFollower.StartAsync(plantPath, servedPath, _cluster.Client.Brokers, _cluster.Topic, folder, options.OwnSession, cancellationToken);
    }

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, ILoggerFactory loggers)
    {
        pipeline.AddSink(KafkaDemoSink.Create(options, _cluster!, pipeline, loggers));
        if (options.Max) _hold = IntakeHold.Of(pipeline, () => _follower!.Read, MostAhead);
    }

    /// <inheritdoc/>
    public async Task<VerifySummary> VerifyAsync(string plantPath, string served, CancellationToken cancellationToken) =>
        _verified = await _follower!.FinishAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<Ceiling?> MeasureCeilingAsync(CancellationToken cancellationToken)
    {
        progress.Phase("ceiling: the same records by a bare Confluent.Kafka Produce loop, nothing else at work");
        string topic = _cluster!.Topic + "-ceiling";
        await _cluster.CreateTopicAsync(topic);
        RecordSample sample = RecordSample.Of(Path.Combine(folder, "journal"));
        IReadOnlyList<CeilingRecord> records = sample.Records(options.Format, KafkaCluster.Partitions);
        double readingsPerRecord = sample.Readings / (double)records.Count;
        (double rate, long count) = await new ConfluentCeiling(_cluster.Client.Brokers, topic, KafkaDemoSink.Properties, producers: Shards).MeasureAsync(records, cancellationToken);
        return new Ceiling("a bare Confluent.Kafka Produce loop", rate * readingsPerRecord, (long)(count * readingsPerRecord));
    }

    /// <inheritdoc/>
    public KafkaReport? Kafka() => new(
        _cluster!.Description, RecordFormats.NameOf(options.Format), _verified?.Kafka?.Records ?? 0, RecordSample.Of(Path.Combine(folder, "journal")).BytesPerReading());

    /// <inheritdoc/>
    public IEnumerable<PromiseReport> Promises(DemoOptions asked, LoadReport report)
    {
        if (!asked.Max) yield return PromiseReport.AtMost("confirmed p99 ms", MostConfirmMs, report.LatencyMs.P99);
        else if (asked.Format != RecordFormat.Json) yield return PromiseReport.AtLeast("readings/s confirmed", LeastBatchRate, report.ReadingsPerS);
        yield return PromiseReport.AtMost("allocated bytes a reading", MostAllocatedBytes, report.AllocatedBytesPerReading);
        if (report.CeilingRatio is { } ratio && asked.Max) yield return PromiseReport.AtLeast("of a bare Produce loop", LeastCeilingRatio, ratio);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_hold is not null) await _hold.DisposeAsync();
        if (_follower is not null) await _follower.DisposeAsync();
        _cluster?.Dispose();
    }
}
