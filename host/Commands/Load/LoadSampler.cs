using HyperIngest.Core;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Load.Feeds;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>What a sampler looks at.</summary>
internal sealed record SampledParts
{
    /// <summary>The product.</summary>
    public required Pipeline Pipeline { get; init; }

    /// <summary>How readings get into it.</summary>
    public required ILoadFeed Feed { get; init; }

    /// <summary>Readings as they reached the end of the route: the journal's, or one for each lane.</summary>
    public required IReadOnlyList<MeasuredWindow> Windows { get; init; }

    /// <summary>What was due.</summary>
    public required RateCurve Curve { get; init; }

    /// <summary>What comes and goes between samples.</summary>
    public required ShortLooks Looks { get; init; }
}

/// <summary>
/// Takes one sample after another. The latency of a step is the difference of two histograms taken at its ends, which are kept in turn: nothing that arrives between two looks is
/// missed or counted twice, and no percentile is made of percentiles.
/// </summary>
internal sealed class LoadSampler
{
    /// <summary>Latencies of a run are kept to the microsecond, which is the histogram's unit.</summary>
    public const int LatencyDecimals = 3;

    private readonly SampledParts _parts;
    private readonly LatencyHistogram _step = new();
    private LatencyHistogram _before = new();
    private LatencyHistogram _now = new();
    private double _at;
    private long _begun;
    private long _delivered;
    private long _faults;
    private double _cpu;
    private double _simulatorCpu;
    private double _paused;

    /// <summary>Begins at second 0, which is now.</summary>
    public LoadSampler(SampledParts parts, SimulatorStats simulator)
    {
        _parts = parts;
        _simulatorCpu = simulator.CpuSeconds;
        _faults = parts.Feed.FaultCount;
        _cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        _paused = GC.GetTotalPauseDuration().TotalMilliseconds;
    }

    /// <summary>The sample of the step that ends now, <paramref name="at"/> seconds after the begin.</summary>
    public LoadSample Take(double at, SimulatorStats simulator)
    {
        double seconds = at - _at;
        _now.Reset();
        foreach (MeasuredWindow window in _parts.Windows) _now.Add(window.Latency);
        _step.SetToDifference(_now, _before);
        (_before, _now) = (_now, _before);
        double cpu = Environment.CpuUsage.TotalTime.TotalSeconds, paused = GC.GetTotalPauseDuration().TotalMilliseconds;
        long begun = _parts.Feed.OfferedSoFar(simulator), delivered = _parts.Windows.Sum(w => w.Readings), faults = _parts.Feed.FaultCount;
        LoadSample sample = new()
        {
            At = Math.Round(at, 3),
            ScheduledPerS = Math.Round((_parts.Curve.ReadingsUpTo(at) - _parts.Curve.ReadingsUpTo(_at)) / seconds, 1),
            OfferedPerS = Math.Round((begun - _begun) / seconds, 1),
            DeliveredPerS = Math.Round((delivered - _delivered) / seconds, 1),
            LatencyMs = _step.Total == 0 ? null : LatencyReport.Of(_step, LatencyDecimals),
            CpuCores = Math.Round((cpu - _cpu) / seconds, 3),
            SimulatorCpuCores = Math.Round((simulator.CpuSeconds - _simulatorCpu) / seconds, 3),
            RssMb = Math.Round(Environment.WorkingSet / (1024.0 * 1024.0), 1),
            GcPauseMs = Math.Round(paused - _paused, 3),
            RingFill = Math.Round(_parts.Looks.TakeRingFill(), 4),
            JournalBytes = _parts.Pipeline.Journal.Bytes,
            LaneReadings = _parts.Pipeline.Lanes.Sum(l => l.Status.LagReadings),
            Faults = faults - _faults,
        };
        (_at, _begun, _delivered, _faults, _cpu, _simulatorCpu, _paused) = (at, begun, delivered, faults, cpu, simulator.CpuSeconds, paused);
        return sample;
    }
}
