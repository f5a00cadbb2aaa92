using HyperIngest.Core;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>What the measured time and the drain after it showed; what the verifier finds is added to it.</summary>
internal sealed record LoadMeasured
{
    /// <summary>Begin, UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>Length; shorter than the profile when somebody stopped it.</summary>
    public required double Seconds { get; init; }

    /// <summary>Whether somebody stopped it.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>What was due.</summary>
    public required OfferedReport Offered { get; init; }

    /// <summary>Readings due in the measured time that reached the end of the route, whenever they did.</summary>
    public required long Delivered { get; init; }

    /// <summary>From due to there, of those.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>The samples.</summary>
    public required IReadOnlyList<LoadSample> Samples { get; init; }

    /// <summary>The faults on the time axis.</summary>
    public required IReadOnlyList<FaultMark> Faults { get; init; }

    /// <summary>Pauses for the garbage collector.</summary>
    public required IReadOnlyList<GcPause> Pauses { get; init; }

    /// <summary>What this process took.</summary>
    public required ProcessUse Use { get; init; }

    /// <summary>What the simulator took and answered.</summary>
    public required SimulatorReport Simulator { get; init; }

    /// <summary>How the drain went.</summary>
    public required DrainReport Drain { get; init; }

    /// <summary>Readings in the journal over the whole run.</summary>
    public required long Journalled { get; init; }
}
