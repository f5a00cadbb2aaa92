using System.Text.Json;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.Scale;

/// <summary>One node in a process of its own, so that its memory is not another size's: polls its devices into a journal and says what that took.</summary>
internal static class ScaleNode
{
    /// <summary>The argument that makes this program the node: devices, layout, tags, interval and measured time in seconds, and folder follow.</summary>
    public const string Role = "--as-node";

    /// <summary>Runs as the node and prints a <see cref="ScalePoint"/> as one line.</summary>
    public static async Task RunAsync(int devices, ScaleLayout layout, int tags, TimeSpan interval, TimeSpan time, string folder)
    {
        await using ScaleSimulators simulators = await ScaleSimulators.StartAsync(devices, layout, tags).ConfigureAwait(false);
        using MetricRegistry metrics = new();
        using ProcessMeter meter = new();
        await using Pipeline pipeline = Pipeline.Open(
            new PipelineOptions { Node = "scale", Shards = 2, Journal = new JournalOptions { Path = folder } }, metrics, NullLoggerFactory.Instance);
        double empty = Environment.WorkingSet / (1024.0 * 1024.0);
        int sockets = 0;
        foreach ((SimulatorProcess process, Plant plant) in simulators.All)
        {
            IReadOnlyList<ModbusDeviceOptions> options = plant.ClientOptions(
                process.Ready.Host, process.Ready.BasePort, new ModbusPollOptions { Interval = interval }, new ModbusRequestOptions { MaxInFlight = 4 });
            pipeline.AddSource(new ModbusSource($"plant-{sockets}", options, pipeline.Catalog, pipeline.Intake, metrics, NullLoggerFactory.Instance));
            sockets += plant.PortCount;
        }
        await pipeline.StartAsync(CancellationToken.None).ConfigureAwait(false);
        // The first polls come with the connections, within one interval; half of another lets what they left behind settle.
        await Task.Delay(interval * 1.5).ConfigureAwait(false);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        DateTime from = DateTime.UtcNow;
        MeasuredWindow window = new(from.Ticks, from.Add(time).Ticks);
        pipeline.Measure(window);
        long before = pipeline.Shards.Sum(s => s.Readings);
        meter.Begin();
        await Task.Delay(time).ConfigureAwait(false);
        meter.End();
        long polls = (pipeline.Shards.Sum(s => s.Readings) - before) / tags;
        LatencyHistogram lateness = metrics.Histogram("hyperingest_poll_lateness_seconds", "");
        ScalePoint point = new()
        {
            Devices = devices,
            Sockets = sockets,
            Seconds = meter.Seconds,
            Polls = polls,
            Due = (long)(devices * (meter.Seconds / interval.TotalSeconds)),
            Skipped = metrics.Counter("hyperingest_polls_skipped_total", "").Value,
            LatenessP99Ms = lateness.Percentile(0.99).TotalMilliseconds,
            LatenessMaxMs = lateness.Max.TotalMilliseconds,
            DurableP99Ms = window.Latency.Percentile(0.99).TotalMilliseconds,
            CpuCores = meter.Use.CpuCores,
            EmptyMb = empty,
            PeakMb = meter.Use.PeakRssMb,
            AllocatedBytesPerPoll = meter.Use.AllocatedBytes / (double)Math.Max(1, polls),
        };
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(point)).ConfigureAwait(false);
    }
}
