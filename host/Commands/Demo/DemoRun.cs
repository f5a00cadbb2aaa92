using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>
/// One demo from start to verdict: a simulated plant in a child process, this process as the product, and then another child process that reads the sink back. What is
/// measured here (memory, processor time, allocation) is the product's alone.
/// </summary>
internal sealed class DemoRun(DemoOptions options, string folder, DemoProgress progress, ILoggerFactory loggers)
{
    // With --max the devices would answer faster than PostgreSQL takes rows: the pollers wait once a lane is 16 MiB behind. That is one full commit under way and one ready, so
    // that the lane is never idle, and few enough batches for the lane's memory, so that it never has to read the journal back.
    private const long MaxLagBytes = 16L << 20;

    // Requests a device's poll needs; all on their way at once, as devices that allow it are asked.
    private const int MaxInFlight = 16;

    // The lag is known to a second: below two, a sink keeps up.
    private const double MostSettledLagSeconds = 2;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    private string JournalPath => Path.Combine(folder, "journal");

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidOperationException">A part did not start; the message says which and what to do.</exception>
    public async Task<(LoadReport Report, IReadOnlyList<string> Examples)> RunAsync(CancellationToken cancellationToken)
    {
        string plantPath = Path.Combine(folder, "plant.yaml"), servedPath = Path.Combine(folder, "served.bin");
        PlantOptions plantOptions = DemoPlant.Create(options.Devices, options.Tags);
        PlantFile.Write(plantOptions, plantPath);
        progress.Phase($"simulator: {options.Devices:N0} devices with {options.Tags:N0} tags each, in a process of their own");
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(OwnProgram.With("sim", plantPath, "--control"), cancellationToken);
        await using PrivatePostgres? server = await StartPostgresAsync(cancellationToken);
        string? connection = options.Sink == DemoSink.Postgres ? options.Postgres ?? server!.ConnectionString : null;

        if (connection is not null) await DemoDatabase.PrepareAsync(connection, cancellationToken);

        Measured measured = await MeasureAsync(new Plant(plantOptions), simulator.Ready.Host, simulator.Ready.BasePort, simulator, connection, cancellationToken);
        await simulator.StopAsync(servedPath, CancellationToken.None);
        if (measured.Drain is { AllJournalled: false } or { AllDelivered: false }) progress.Phase("the drain did not finish in time; what is missing counts as lost");

        progress.Phase($"verify: reading {(connection is null ? "the journal" : "the table")} back, in a process of its own");
        VerifySummary verified = await VerifyChild.RunAsync(plantPath, servedPath, JournalPath, connection, CancellationToken.None);
        (double RowsPerSecond, long Rows)? ceiling = null;
        if (options.Ceiling)
        {
            progress.Phase("ceiling: the same rows by psql \\copy, nothing else at work");
            ceiling = await new CopyCeiling(connection!, folder, server?.Binaries).MeasureAsync(cancellationToken);
            progress.Phase($"ceiling: {ceiling.Value.RowsPerSecond:N0} rows/s over {ceiling.Value.Rows:N0} rows");
        }
        return (DemoReport.Of(options, measured, verified, ceiling), verified.Examples);
    }

    private async Task<PrivatePostgres?> StartPostgresAsync(CancellationToken cancellationToken)
    {
        if (options.Sink != DemoSink.Postgres || options.Postgres is not null) return null;
        progress.Phase("postgres: a private server in a temporary folder (fsync and synchronous_commit on)");
        return await PrivatePostgres.StartAsync(cancellationToken: cancellationToken);
    }

    private async Task<Measured> MeasureAsync(
        Plant plant, string host, int basePort, SimulatorProcess simulator, string? connection, CancellationToken cancellationToken)
    {
        using MetricRegistry metrics = new();
        using ProcessMeter meter = new();
        await using Pipeline pipeline = Pipeline.Open(PipelineOptions(), metrics, loggers);
        pipeline.AddSource(new ModbusSource(
            "plant",
            plant.ClientOptions(
                host,
                basePort,
                new ModbusPollOptions { Interval = options.Max ? TimeSpan.Zero : options.Interval },
                new ModbusRequestOptions { MaxInFlight = MaxInFlight }),
            pipeline.Catalog,
            pipeline.Intake,
            metrics,
            loggers));
        if (connection is not null)
        {
            pipeline.AddSink(new PostgresSink(new PostgresOptions { ConnectionString = connection, Schema = DemoDatabase.Schema }, pipeline.Catalog, loggers.CreateLogger("HyperIngest.Postgres")));
        }
        await pipeline.StartAsync(cancellationToken);
        PipelineView view = new("demo", pipeline, long.MaxValue);

        progress.Phase($"warm-up: {options.WarmUpSeconds} s");
        await progress.WatchAsync(view, TimeSpan.FromSeconds(options.WarmUpSeconds), cancellationToken);
        await SettleAsync(pipeline, view, cancellationToken);
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
        DrainReport drain = await pipeline.DrainAsync(DrainLimit, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return new Measured
        {
            Window = window,
            Seconds = meter.Seconds,
            Delivered = delivered,
            Commits = commits,
            AllocatedBytes = meter.AllocatedBytes,
            Gc = meter.Gc,
            CpuCores = meter.CpuCores,
            PeakRssMb = meter.PeakRssMb,
            SimulatorBefore = before,
            SimulatorAfter = after,
            Drain = drain,
            Journalled = pipeline.Shards.Sum(s => s.Readings),
        };
    }

    // A sink new to the plant first takes over its 600,000 series, while the journal takes the readings: the measured time begins when it has caught up.
    private async Task SettleAsync(Pipeline pipeline, PipelineView view, CancellationToken cancellationToken)
    {
        bool Settled() => view.Status().Lanes.All(l => l.Delivered > 0 && (options.Max || l.LagSeconds < MostSettledLagSeconds));
        for (int second = 0; !Settled(); second++)
        {
            if (second == 0) progress.Phase("settle: the sink takes over the series and catches up");
            if (second >= SettleLimit.TotalSeconds)
            {
                progress.Phase($"the sink has not caught up in {SettleLimit.TotalSeconds:0} s: {string.Join("; ", pipeline.Lanes.Select(l => $"lane {l.Status.Shard} {l.Status.State}, {l.Status.LagReadings:N0} readings behind {l.Status.Reason}"))}");
                return;
            }
            await progress.WatchAsync(view, TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private PipelineOptions PipelineOptions() => new()
    {
        Node = "demo",
        // Everything is verified at the end: nothing may be retired before.
        Journal = new JournalOptions { Path = JournalPath, Retention = new JournalRetention { MaxBytes = long.MaxValue, LimitBytes = long.MaxValue } },
        Delivery = new DeliveryOptions { HoldIntakeAtLagBytes = options.Max && options.Sink != DemoSink.None ? MaxLagBytes : 0 },
        // One shard's thread takes 20 million readings a second into the journal; two lanes keep both of PostgreSQL's backends at work.
        Shards = options.Sink == DemoSink.None ? 1 : 2,
    };
}
