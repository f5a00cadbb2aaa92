using System.Diagnostics;
using HyperIngest.Host.Running;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Says what the demo is doing: a line a phase, and while it runs a line of rates, rewritten in place on a terminal.</summary>
internal sealed class DemoProgress(TextWriter output, bool terminal)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>The next phase begins.</summary>
    public void Phase(string what) => output.WriteLine($"[{Stopwatch.GetElapsedTime(_started).TotalSeconds,6:0.0} s] {what}");

    /// <summary>Waits for <paramref name="time"/>, showing rates.</summary>
    public async Task WatchAsync(INodeView node, TimeSpan time, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        TimeSpan step = TimeSpan.FromSeconds(terminal ? 1 : 5);
        ProgressRates rates = new();
        rates.Take(node.Status(), begun);
        while (time - Stopwatch.GetElapsedTime(begun) is { Ticks: > 0 } left)
        {
            await Task.Delay(left < step ? left : step, cancellationToken);
            // A look at the end of the time would only print a short, odd interval.
            if (left < step) break;
            NodeStatus status = node.Status();
            rates.Take(status, Stopwatch.GetTimestamp());
            string line = PlainProgress.Line(status, rates, PlainProgress.Faults(node));
            if (terminal) await output.WriteAsync($"\r{line}\e[K");
            else await output.WriteLineAsync(line);
        }
        if (terminal) await output.WriteAsync("\r\e[K");
    }
}
