using System.Globalization;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>Says what a load run is doing: the demo's phases, and in the measured time a line of rates, rewritten in place on a terminal.</summary>
internal sealed class LoadProgress(TextWriter output, bool terminal)
{
    // Where lines stay, every fifth sample is enough.
    private const int PlainEvery = 5;

    private int _samples;

    /// <summary>What the parts shared with the demo say.</summary>
    public DemoProgress Phases { get; } = new(output, terminal);

    /// <summary>The next phase begins.</summary>
    public void Phase(string what)
    {
        if (terminal && _samples > 0) output.Write("\r\e[K");
        _samples = 0;
        Phases.Phase(what);
    }

    /// <summary>One more sample of the measured time.</summary>
    public void Sample(LoadSample sample)
    {
        if (++_samples % (terminal ? 1 : PlainEvery) != 0) return;
        string late = sample.LatencyMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"p99 {ms.P99:N1} ms") : "nothing arrived";
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{sample.At:N0} s: {sample.ScheduledPerS:N0}/s due, {sample.OfferedPerS:N0}/s offered, {sample.DeliveredPerS:N0}/s delivered, {late}, ring {100 * sample.RingFill:N0} %, {sample.Faults:N0} faults, {sample.CpuCores:N2} cores, {sample.RssMb:N0} MiB");
        if (terminal) output.Write($"\r{line}\e[K");
        else output.WriteLine(line);
    }
}
