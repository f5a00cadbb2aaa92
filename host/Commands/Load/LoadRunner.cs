using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Chaos;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.Host.Commands.Load.Feeds;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Load;

/// <summary>
/// One load run from start to verdict. As in a demo the plant and the verifier are processes of their own and this process is the product; they are in sessions of their own besides, so
/// that Ctrl-C ends the measured time and not the run.
/// </summary>
internal sealed class LoadRunner(LoadPlan plan, MqttBroker? broker, string folder, LoadProgress progress, ILoggerFactory loggers)
{
    private string JournalPath => Path.Combine(folder, "journal");

    /// <summary>Runs it.</summary>
    /// <exception cref="OperationCanceledException">Stopped before the measured time began.</exception>
    /// <exception cref="InvalidOperationException">A part did not start; the message says which and what to do.</exception>
    public async Task<LoadResult> RunAsync(CancellationToken stop)
    {
        string plantPath = plan.PlantFileIn(folder), servedPath = Path.Combine(folder, "served.bin");
        GeneratorCeiling? ceiling = await CheckGeneratorAsync(plantPath, stop);
        progress.Phase($"simulator: {plan.Plant.Devices.Count:N0} devices with {plan.Plant.TagCount:N0} tags, in a process of their own");
        await using SimulatorProcess simulator = await StartSimulatorAsync(plantPath, stop);
        await using IDemoTarget target = TargetOf(servedPath);
        await target.PrepareAsync(plantPath, stop);

        ILoadFeed feed = plan.Profile.Source switch
        {
            LoadSource.Mqtt => new MqttLoadFeed(plan, broker!, simulator, progress, loggers),
            LoadSource.OpcUa => new UaLoadFeed(plan, loggers),
            _ => new ModbusLoadFeed(plan, loggers),
        };
        LoadMeasured measured = await MeasureAsync(simulator, feed, target, stop);
        await simulator.StopAsync(servedPath, CancellationToken.None);
        if (measured.Drain is { AllJournalled: false } or { AllDelivered: false }) progress.Phase("the drain did not finish in time; what is missing counts as lost");
        progress.Phase("verify: reading everything back, in a process of its own");
        VerifySummary verified = await target.VerifyAsync(plantPath, servedPath, CancellationToken.None);
        return new LoadResult(LoadRunOf.Measured(plan, $"{feed.Route} > {target.Route}", measured, verified, ceiling, target.Kafka()), verified.Examples, measured.Interrupted);
    }

    /// <summary>The plant's simulator, out of reach of the terminal's Ctrl-C.</summary>
    public static Task<SimulatorProcess> StartSimulatorAsync(string plantPath, CancellationToken stop) =>
        SimulatorProcess.StartAsync(OwnSession.Of(OwnProgram.With("sim", plantPath, "--control")), stop);

    // A simulator of its own: what it answers here is in no journal, and would count as lost.
    private async Task<GeneratorCeiling?> CheckGeneratorAsync(string plantPath, CancellationToken stop)
    {
        TimeSpan time = plan.Profile.GeneratorCheck;
        if (time == TimeSpan.Zero) return null;
        if (broker is not null) return await PublisherCheck.MeasureAsync(plan, broker, plantPath, time, progress, stop);
        progress.Phase("generator: the plant's simulator by itself, answers not decoded");
        await using SimulatorProcess simulator = await StartSimulatorAsync(plantPath, stop);
        return plan.Profile.Source == LoadSource.OpcUa
            ? await UaGeneratorCheck.MeasureAsync(plan.Plant, simulator.Ready, time, stop)
            : await GeneratorCheck.MeasureAsync(plan.Plant, simulator.Ready, time, stop);
    }

    private IDemoTarget TargetOf(string servedPath) => plan.Profile.Sink switch
    {
        LoadSink.Postgres => new PostgresTarget(plan.Target, folder, progress.Phases),
        LoadSink.Kafka => new KafkaTarget(plan.Target, folder, servedPath, progress.Phases),
        _ => new JournalTarget(JournalPath),
    };

    private async Task<LoadMeasured> MeasureAsync(SimulatorProcess simulator, ILoadFeed feed, IDemoTarget target, CancellationToken stop)
    {
        using MetricRegistry metrics = new();
        await using Pipeline pipeline = Pipeline.Open(PipelineOptions(target), metrics, loggers);
        feed.AddTo(pipeline, simulator.Ready);
        target.AddTo(pipeline, loggers);
        LoadMeasurement measurement = new(plan, simulator, pipeline, feed, progress);
        await pipeline.StartAsync(stop);
        await feed.StartAsync(stop);
        PipelineView view = new("load", pipeline, long.MaxValue);

        progress.Phase($"warm-up: {plan.Profile.WarmUp.TotalSeconds:0.###} s");
        await progress.Phases.WatchAsync(view, plan.Profile.WarmUp, stop);
        await SinkSettling.WaitAsync(pipeline, view, () => SinkSettling.KeepsUp(view), progress.Phases, stop);
        // What start-up left behind goes back to the system once; from here on next to nothing is allocated.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return await measurement.RunAsync(stop);
    }

    private PipelineOptions PipelineOptions(IDemoTarget target) => new()
    {
        Node = "load",
        // Everything is verified at the end: nothing may be retired before.
        Journal = new JournalOptions { Path = JournalPath, Retention = new JournalRetention { MaxBytes = long.MaxValue, LimitBytes = long.MaxValue } },
        Shards = target.Shards,
    };
}
