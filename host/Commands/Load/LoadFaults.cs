using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>The faults of a run: set in force before the measured time begins, each with its own schedule from there, looked at with every sample, and cleared at the end.</summary>
internal sealed class LoadFaults(SimulatorProcess simulator, IReadOnlyList<FaultSpec> faults)
{
    // A fault that comes back every second of a soak is one mark from its first begin to its last end.
    private const int MostMarksPerFault = 100;

    private readonly List<string> _ids = [];

    // By sample: seconds, and hits of each fault up to then.
    private readonly List<(double At, long[] Hits)> _seen = [];

    /// <summary>Hands them to the simulator; <paramref name="lead"/> is how far off the begin of the measured time is.</summary>
    public async Task BeginAsync(TimeSpan lead, CancellationToken cancellationToken)
    {
        _seen.Add((0, new long[faults.Count]));
        foreach (FaultSpec fault in faults) _ids.Add(await simulator.InjectAsync(fault with { At = fault.At + lead }, cancellationToken));
    }

    /// <summary>Takes the hits so far.</summary>
    public async Task LookAsync(double at, CancellationToken cancellationToken)
    {
        if (faults.Count == 0) return;
        IReadOnlyList<FaultStatus> states = await simulator.FaultsAsync(cancellationToken);
        _seen.Add((at, [.. _ids.Select(id => states.FirstOrDefault(s => s.Id == id)?.Hits ?? 0)]));
    }

    /// <summary>Devices behave from here on.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (string id in _ids) await simulator.ClearAsync(id, cancellationToken);
        _ids.Clear();
    }

    /// <summary>The faults on a time axis that ends at <paramref name="seconds"/>: a mark each time one was in force.</summary>
    public IReadOnlyList<FaultMark> Marks(double seconds) => [.. faults.SelectMany((fault, i) => MarksOf(fault, i, seconds))];

    private IEnumerable<FaultMark> MarksOf(FaultSpec fault, int index, double seconds)
    {
        double at = fault.At.TotalSeconds, time = fault.For?.TotalSeconds ?? seconds;
        double repeat = fault.Repeat?.TotalSeconds ?? double.PositiveInfinity;
        if ((seconds - at) / repeat > MostMarksPerFault)
        {
            yield return MarkOf(fault, index, at, seconds, seconds);
            yield break;
        }
        for (int k = 0; k == 0 || at + (k * repeat) < seconds; k++)
        {
            double from = k == 0 ? at : at + (k * repeat);
            if (from >= seconds) yield break;
            // Up to the next begin: samples are a second apart, and a request is hit when its answer is made.
            yield return MarkOf(fault, index, from, Math.Min(from + time, seconds), Math.Min(from + repeat, seconds));
        }
    }

    private FaultMark MarkOf(FaultSpec fault, int index, double from, double to, double next) =>
        new(fault, Math.Round(from, 3), Math.Round(to, 3), HitsUpTo(next, index) - (from <= fault.At.TotalSeconds ? 0 : HitsUpTo(from, index)));

    private long HitsUpTo(double second, int index) => _seen.LastOrDefault(s => s.At <= second + 1e-6, _seen[0]).Hits[index];
}
