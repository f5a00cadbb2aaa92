using System.Diagnostics;
using System.Globalization;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>Says what the run is doing: a line a phase and a fault, and on a terminal a line of what the node shows, rewritten in place. From any thread.</summary>
internal sealed class ChaosProgress(TextWriter output, bool terminal, bool quiet)
{
    private readonly Lock _writing = new();
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>A line that stays.</summary>
    public void Line(string text)
    {
        if (quiet) return;
        lock (_writing)
        {
            if (terminal) output.Write("\r\e[K");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(_started).TotalSeconds,6:0.0} s] {text}"));
        }
    }

    /// <summary>A line that the next one takes the place of.</summary>
    public void Now(string text)
    {
        if (quiet || !terminal) return;
        // A line that wraps cannot be taken back.
        int width = Math.Max(20, Console.WindowWidth - 1);
        lock (_writing) output.Write($"\r{(text.Length > width ? text[..width] : text)}\e[K");
    }
}
