using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Shaping;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Configuration;
using HyperIngest.Protocols.Kafka;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Running;

/// <summary>The node that a site file describes: one pipeline with the site's sources and sinks.</summary>
/// <remarks>The pipeline is made in <see cref="StartAsync"/>, because opening a journal may take its time: until then the node says that it is starting.</remarks>
internal sealed class PipelineNode(SiteConfiguration site, ILoggerFactory loggers) : INode
{
    private readonly DateTime _created = DateTime.UtcNow;
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Pipeline? _pipeline;
    private ClockWatch? _clock;

    // Written once by StartAsync, when the pipeline is complete; read by the HTTP and progress threads.
    private volatile PipelineView? _view;

    /// <inheritdoc/>
    public MetricRegistry Metrics { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<IReadingSource> Sources => _view?.Sources ?? [];

    /// <inheritdoc/>
    /// <remarks>A shard's thread that broke. What else can befall a running pipeline (a full disk, sinks and devices that are away) is readiness, and mends by itself or by hand.</remarks>
    public Task Failure => _failure.Task;

    /// <inheritdoc/>
    public NodeStatus Status() => _view?.Status() ?? new NodeStatus(
        site.Pipeline.Node, NodeState.Starting, _created, 0, [],
        new JournalStatus(site.Pipeline.Journal.Path, 0, site.Pipeline.Journal.Retention.LimitBytes, 0, 0, true, 0, null), []);

    /// <inheritdoc/>
    public NodeReadiness Readiness() => _view?.Readiness() ?? new NodeReadiness(false, ["starting"]);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ProcessMetrics.Register(Metrics);
        _clock = new ClockWatch(Metrics, loggers.CreateLogger("HyperIngest.Clock"));
        // Recovery and a catalog of a million names are work; the caller's thread has probes to answer.
        _pipeline = await Task.Run(() => Pipeline.Open(site.Pipeline, Metrics, loggers), cancellationToken);
        if (site.ModbusDevices.Count > 0) _pipeline.AddSource(new ModbusSource("modbus", site.ModbusDevices, _pipeline.Catalog, _pipeline.Intake, Metrics, loggers));
        foreach (KafkaSourceOptions source in site.KafkaSources)
        {
            _pipeline.AddSource(new KafkaSource(source, _pipeline.Catalog, _pipeline.Intake, _pipeline.DeadLetters, Metrics, loggers));
        }
        foreach (MqttSourceOptions source in site.MqttSources)
        {
            _pipeline.AddSource(new MqttSource(source, _pipeline.Catalog, _pipeline.Intake, _pipeline.DeadLetters, Metrics, loggers));
        }
        foreach (UaSourceOptions source in OpcUaSources.Open(site)) _pipeline.AddSource(new UaSource(source, _pipeline.Catalog, _pipeline.Intake, Metrics, loggers));
        AddRules(_pipeline);
        foreach (ISink sink in SiteSinks.Create(site, _pipeline.Catalog, Metrics, loggers)) _pipeline.AddSink(sink);
        cancellationToken.ThrowIfCancellationRequested();
        await _pipeline.StartAsync(cancellationToken);
        _view = new PipelineView(site.Pipeline.Node, _pipeline, site.Pipeline.Journal.Retention.LimitBytes);
        _ = _pipeline.Failure.ContinueWith(
            failed => _failure.TrySetException(failed.Exception!.GetBaseException()), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        // What start-up left behind (names, YAML, the JIT's work) goes back to the system once; from here on next to nothing is allocated.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    // The sources have registered every tag that is shaped by now: all of Modbus, and of OPC UA those whose kind the file says.
    private void AddRules(Pipeline pipeline)
    {
        foreach (ModbusDeviceOptions device in site.ModbusDevices)
        {
            foreach (ModbusTag tag in device.Tags) AddRule(pipeline, device.Name, tag.Name, tag.Shaping);
        }
        foreach (UaDeviceOptions device in site.OpcUaSources.SelectMany(s => s.Options.Devices))
        {
            foreach (UaTag tag in device.Tags) AddRule(pipeline, device.Name, tag.Name, tag.Shaping);
        }
    }

    private static void AddRule(Pipeline pipeline, string device, string tag, ShapingRule? rule)
    {
        if (rule is not null && pipeline.Catalog.TryFind(device, tag, out int series)) pipeline.AddRule(series, rule);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(TimeSpan sinkTime)
    {
        // Told to stop before it had started: there is nothing to empty.
        if (_view is null) return;
        _view.State = NodeState.Draining;
        DrainReport report = await _pipeline!.DrainAsync(sinkTime);
        // An end with a loss is none in order, whoever asked for it.
        if (!report.AllJournalled) _failure.TrySetException(new IOException($"{site.Pipeline.Journal.Path}: not everything that was read is in the journal and on the disk; the log says what is not"));
        _view.State = NodeState.Stopped;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _clock?.Dispose();
        if (_pipeline is not null) await _pipeline.DisposeAsync();
        Metrics.Dispose();
    }
}
