using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Demo.Feeds;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>
/// One demo from start to verdict: a simulated plant in a child process, this process as the product, and then another child process that reads the sink back. What is
/// measured here (memory, processor time, allocation) is the product's alone.
/// </summary>
internal sealed class DemoRun(DemoOptions options, string folder, DemoProgress progress, ILoggerFactory loggers)
{
    // The simulated servers all sample on the full second: 600,000 values come within some 50 ms. With the usual 262,144 places half of them would wait, decoded, for 50 ms more.
    private const int RingOfSynchronousServers = 1 << 20;

    // With --max the devices would answer faster than PostgreSQL takes rows: the pollers wait once a lane is 16 MiB behind. That is one full commit under way and one ready, so
    // that the lane is never idle, and few enough batches for the lane's memory, so that it never has to read the journal back.
    internal const long MaxLagBytes = 16L << 20;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    private string JournalPath => Path.Combine(folder, "journal");

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidOperationException">A part did not start; the message says which and what to do.</exception>
    public async Task<(LoadReport Report, IReadOnlyList<string> Examples)> RunAsync(CancellationToken cancellationToken)
    {
        string plantPath = Path.Combine(folder, "plant.yaml"), servedPath = Path.Combine(folder, "served.bin");
        await using IDemoFeed feed = await FeedAsync(cancellationToken);
        PlantFile.Write(feed.Plant, plantPath);
        progress.Phase($"simulator: {options.Devices:N0} devices with {options.Tags:N0} tags each, in a process of their own");
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(OwnProgram.With(feed.SimulatorEnvironment, "sim", plantPath, "--control"), cancellationToken);
        await using IDemoTarget target = TargetOf(servedPath);
        await target.PrepareAsync(plantPath, cancellationToken);

        Measured measured = await MeasureAsync(new Plant(feed.Plant), simulator, feed, target, cancellationToken);
        await simulator.StopAsync(servedPath, CancellationToken.None);
        if (measured.Drain is { AllJournalled: false } or { AllDelivered: false }) progress.Phase("the drain did not finish in time; what is missing counts as lost");

        progress.Phase("verify: reading everything back, in a process of its own");
        VerifySummary verified = await target.VerifyAsync(plantPath, servedPath, CancellationToken.None);
        Ceiling? ceiling = !options.Ceiling ? null : target.HasSink ? await target.MeasureCeilingAsync(cancellationToken) : await feed.MeasureCeilingAsync(plantPath, cancellationToken);
        if (ceiling is not null) progress.Phase($"ceiling: {ceiling.PerSecond:N0} readings/s over {ceiling.Count:N0}");
        return (DemoReport.Of(options, $"{feed.Route} > {target.Route}", measured, verified, target, ceiling), verified.Examples);
    }

    private IDemoTarget TargetOf(string servedPath) => options.Sink switch
    {
        DemoSink.Postgres => new PostgresTarget(options, folder, progress),
        DemoSink.Kafka => new KafkaTarget(options, folder, servedPath, progress),
        _ => new JournalTarget(JournalPath),
    };

    private async Task<IDemoFeed> FeedAsync(CancellationToken cancellationToken) => options switch
    {
        { Route: DemoRoute.KafkaPostgres } => new KafkaFeed(options, folder, await KafkaCluster.OpenAsync(options.Kafka), loggers),
        { Source: DemoSource.Mqtt } => new MqttFeed(options, await MqttBroker.OpenAsync(options.Broker, options.OwnSession, cancellationToken), loggers),
        { Source: DemoSource.OpcUa } => new UaFeed(options, folder, loggers),
        _ => new DirectFeed(options, loggers),
    };

    private async Task<Measured> MeasureAsync(
        Plant plant, SimulatorProcess simulator, IDemoFeed feed, IDemoTarget target, CancellationToken cancellationToken)
    {
        using MetricRegistry metrics = new();
        using ProcessMeter meter = new();
        await using Pipeline pipeline = Pipeline.Open(PipelineOptions(target), metrics, loggers);
        feed.AddTo(pipeline, plant, simulator.Ready);
        target.AddTo(pipeline, loggers);
        await pipeline.StartAsync(cancellationToken);
        await feed.StartAsync(simulator, cancellationToken);
        PipelineView view = new("demo", pipeline, long.MaxValue);

        progress.Phase($"warm-up: {options.WarmUpSeconds} s");
        await progress.WatchAsync(view, TimeSpan.FromSeconds(options.WarmUpSeconds), cancellationToken);
        // Without pauses there is always some lag; twice round the plant, every series is known.
        Func<bool> settled = options.Max ? () => IntakeHold.Delivered(pipeline) >= (pipeline.Lanes.Any() ? 2L * options.Devices * options.Tags : 0) : () => SinkSettling.KeepsUp(view);
        await SinkSettling.WaitAsync(pipeline, view, settled, progress, cancellationToken);
        // What start-up left behind (600,000 names, the JIT's work) goes back to the system once; from here on next to nothing is allocated.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        progress.Phase($"measure: {options.Seconds} s");
        SimulatorStats before = await simulator.StatsAsync(cancellationToken);
        Lane[] lanes = [.. pipeline.Lanes];
        long deliveredBefore = lanes.Sum(l => l.Status.Delivered);
        DateTime from = DateTime.UtcNow;
        MeasuredWindow window = new(from.Ticks, from.AddSeconds(options.Seconds).Ticks);
        pipeline.Measure(window);
        MeasuredWindow[] commits = [.. lanes.Select(_ => new MeasuredWindow(window.FromTicks, window.ToTicks))];
        for (int i = 0; i < lanes.Length; i++) lanes[i].Measure(commits[i]);
        meter.Begin();
        await progress.WatchAsync(view, TimeSpan.FromSeconds(options.Seconds), cancellationToken);
        meter.End();
        long delivered = lanes.Sum(l => l.Status.Delivered) - deliveredBefore;
        SimulatorStats after = await simulator.StatsAsync(cancellationToken);

        progress.Phase("drain");
        bool ended = await feed.EndAsync(DrainLimit);
        DrainReport drain = await pipeline.DrainAsync(DrainLimit, cancellationToken);
        drain = drain with { AllJournalled = drain.AllJournalled && ended };
        cancellationToken.ThrowIfCancellationRequested();
        return new Measured
        {
            Window = window,
            Seconds = meter.Seconds,
            Delivered = delivered,
            Commits = commits,
            Use = meter.Use,
            Simulator = SimulatorReport.Between(before, after, meter.Seconds),
            Drain = drain,
            Journalled = pipeline.Shards.Sum(s => s.Readings),
        };
    }

    private PipelineOptions PipelineOptions(IDemoTarget target) => new()
    {
        Node = "demo",
        // Everything is verified at the end: nothing may be retired before.
        Journal = new JournalOptions { Path = JournalPath, Retention = new JournalRetention { MaxBytes = long.MaxValue, LimitBytes = long.MaxValue } },
        Delivery = new DeliveryOptions { HoldIntakeAtLagBytes = options.Max && target.HasSink ? MaxLagBytes : 0 },
        Shards = target.Shards,
        RingCapacity = options is { Source: DemoSource.OpcUa, Read: UaDeviceMode.Subscribe } ? RingOfSynchronousServers : OptionDefaults.Pipeline.RingCapacity,
    };
}
