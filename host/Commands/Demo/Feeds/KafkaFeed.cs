using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>
/// Two nodes in one process: an edge node polls the devices and writes Kafka, and the measured pipeline reads Kafka. Memory and processor time are of both, and of the test broker
/// where there is no other.
/// </summary>
internal sealed class KafkaFeed(DemoOptions options, string folder, KafkaCluster cluster, ILoggerFactory loggers) : IDemoFeed
{
    // How often the end of the way is looked for.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // With --max the edge's pollers wait for its lanes, as in every demo, and for the end of the way: four commits of the table's lanes on their way are enough to keep those at work.
    private const long MostAhead = 1L << 20;

    private readonly MetricRegistry _metrics = new();
    private Pipeline? _edge;
    private Pipeline? _ingest;

    private IntakeHold? _hold;

    /// <inheritdoc/>
    public string Route => $"modbus > journal > kafka ({RouteFormat}, {cluster.Description}) > kafka";

    /// <inheritdoc/>
    public PlantOptions Plant { get; } = DemoPlant.Create(options.Devices, options.Tags);

    private string RouteFormat => Core.Records.RecordFormats.NameOf(options.Format);

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, Plant plant, SimulatorReady simulator)
    {
        _ingest = pipeline;
        pipeline.AddSource(new KafkaSource(
            new KafkaSourceOptions { Name = "kafka", Client = cluster.Client, Group = cluster.Topic, Topics = [cluster.Topic] },
            pipeline.Catalog, pipeline.Intake, pipeline.DeadLetters, pipeline.Metrics, loggers));
        _edge = Pipeline.Open(
            new PipelineOptions
            {
                Node = "demo-edge",
                Journal = new JournalOptions { Path = Path.Combine(folder, "edge") },
                Delivery = new DeliveryOptions { HoldIntakeAtLagBytes = options.Max ? DemoRun.MaxLagBytes : 0 },
                Shards = 1,
            },
            _metrics,
            loggers);
        _edge.AddSource(DemoPoller.Create(options, plant, simulator, _edge, loggers));
        _edge.AddSink(KafkaDemoSink.Create(options, cluster, _edge, loggers));
        if (options.Max) _hold = IntakeHold.Of(_edge, () => IntakeHold.Delivered(pipeline), MostAhead);
    }

    /// <inheritdoc/>
    public Task StartAsync(SimulatorProcess simulator, CancellationToken cancellationToken) => _edge!.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> EndAsync(TimeSpan limit)
    {
        DateTime until = DateTime.UtcNow + limit;
        DrainReport edge = await _edge!.DrainAsync(limit);
        long written = _edge.Shards.Sum(s => s.Readings);
        while (_ingest!.Shards.Sum(s => s.Readings) < written)
        {
            if (DateTime.UtcNow >= until) return false;
            await Task.Delay(Look);
        }
        return edge is { AllJournalled: true, AllDelivered: true };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_hold is not null) await _hold.DisposeAsync();
        if (_edge is not null) await _edge.DisposeAsync();
        _metrics.Dispose();
        cluster.Dispose();
    }
}
