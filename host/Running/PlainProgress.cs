using System.Diagnostics;
using System.Globalization;
using HyperIngest.Core;

namespace HyperIngest.Host.Running;

/// <summary>Progress as lines without colours or cursor movement, for pipes, files and journald.</summary>
internal sealed class PlainProgress(TextWriter output, TimeSpan every) : IProgressDisplay
{
    /// <inheritdoc/>
    public async Task ShowAsync(INodeView node, CancellationToken stop)
    {
        ProgressRates rates = new();
        rates.Take(node.Status(), Stopwatch.GetTimestamp());
        using PeriodicTimer timer = new(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                NodeStatus status = node.Status();
                rates.Take(status, Stopwatch.GetTimestamp());
                await output.WriteLineAsync(Line(status, rates, Faults(node)));
                await output.FlushAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to end.
        }
    }

    /// <summary>One line: rate in, rate durable, deepest ring, faults, and each sink with its rate and lag.</summary>
    internal static string Line(NodeStatus status, ProgressRates rates, long faults)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        double ring = status.Shards.Count == 0 ? 0 : status.Shards.Max(s => 100.0 * s.RingDepth / s.RingCapacity);
        string line = string.Create(format,
            $"{DateTime.UtcNow:HH:mm:ss} in {rates.Of(s => s.Readings):N0}/s, durable {rates.Of(s => s.Journal.DurableReadings):N0}/s, ring {ring:F0}%, faults {faults:N0}");
        foreach (IGrouping<string, LaneStatusLine> sink in status.Lanes.GroupBy(l => l.Sink))
        {
            string states = string.Join('+', sink.Select(l => l.State).Distinct());
            line += string.Create(format, $"; {sink.Key} {rates.Of(s => s.Lanes.Where(l => l.Sink == sink.Key).Sum(l => l.Delivered)):N0}/s {states}, lag {sink.Max(l => l.LagSeconds):F1} s");
        }
        return line;
    }

    /// <summary>Faults over all devices.</summary>
    internal static long Faults(INodeView node)
    {
        long faults = 0;
        foreach (IReadingSource source in node.Sources)
        {
            foreach (DeviceStatus device in source.Devices) faults += device.Faults;
        }
        return faults;
    }
}
