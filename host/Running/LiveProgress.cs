using System.Diagnostics;
using System.Globalization;
using HyperIngest.Host.Logging;
using Spectre.Console;

namespace HyperIngest.Host.Running;

/// <summary>Progress as a table that is drawn anew once a second, for terminals. Log lines go above it.</summary>
internal sealed class LiveProgress(IAnsiConsole console, TimeSpan every) : IProgressDisplay, ILogTarget
{
    private readonly Lock _drawing = new();

    /// <inheritdoc/>
    public void WriteLine(string line)
    {
        lock (_drawing) console.WriteLine(line);
    }

    /// <inheritdoc/>
    public async Task ShowAsync(INodeView node, CancellationToken stop)
    {
        ProgressRates rates = new();
        await console.Live(Draw(node, rates)).AutoClear(false).StartAsync(async live =>
        {
            using PeriodicTimer timer = new(every);
            try
            {
                while (await timer.WaitForNextTickAsync(stop))
                {
                    Table table = Draw(node, rates);
                    lock (_drawing) live.UpdateTarget(table);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Asked to end; the last table stays on the screen.
            }
        });
    }

    /// <summary>The table for the node as it is now.</summary>
    internal static Table Draw(INodeView node, ProgressRates rates)
    {
        NodeStatus status = node.Status();
        rates.Take(status, Stopwatch.GetTimestamp());
        NodeReadiness readiness = node.Readiness();
        CultureInfo format = CultureInfo.InvariantCulture;
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("", "rate", "total", "state");
        table.Title = new TableTitle(Markup.Escape($"{status.Node}, up {DateTime.UtcNow - status.StartedUtc:d\\.hh\\:mm\\:ss}"));
        long faults = PlainProgress.Faults(node);
        Row("in", rates.Of(s => s.Readings), status.Readings, readiness.Ready ? "ready" : string.Join("; ", readiness.Reasons), readiness.Ready);
        Row("journal", rates.Of(s => s.Journal.DurableReadings), status.Journal.DurableReadings,
            $"{ByteCount(status.Journal.Bytes)} of {ByteCount(status.Journal.LimitBytes)}" + (status.Journal.AcceptsReadings ? "" : ", full"), status.Journal.AcceptsReadings);
        foreach (ShardStatus shard in status.Shards)
        {
            double filled = 100.0 * shard.RingDepth / shard.RingCapacity;
            Row($"shard {shard.Shard}", rates.Of(s => s.Shards[shard.Shard].Readings), shard.Readings, string.Create(format, $"ring {filled:F0}% of {shard.RingCapacity:N0}"), filled < 80);
        }
        foreach (LaneStatusLine lane in status.Lanes)
        {
            string state = string.Create(format, $"{lane.State}, lag {lane.LagSeconds:F1} s");
            if (lane.DeadLetters > 0) state += string.Create(format, $", {lane.DeadLetters:N0} dead letters");
            if (!lane.Healthy && lane.LastError is { } error) state += ": " + error;
            Row($"{lane.Sink} {lane.Shard}", rates.Of(s => s.Lanes.Where(l => l.Sink == lane.Sink && l.Shard == lane.Shard).Sum(l => l.Delivered)), lane.Delivered, state, lane.Healthy);
        }
        int devices = node.Sources.Sum(s => s.Devices.Count);
        int connected = node.Sources.Sum(s => s.Devices.Count(d => d.Connected));
        Row("devices", null, devices, string.Create(format, $"{connected:N0} connected, {faults:N0} faults"), connected == devices);
        return table;

        void Row(string name, double? rate, long total, string state, bool good) => table.AddRow(
            new Text(name),
            new Text(rate is null ? "" : rate.Value.ToString("N0", format) + "/s").RightJustified(),
            new Text(total.ToString("N0", format)).RightJustified(),
            new Text(state, good ? new Style(Color.Green) : new Style(Color.Yellow)));
    }

    private static string ByteCount(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 10):F0} KiB"),
    };
}
