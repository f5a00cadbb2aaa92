using HyperIngest.Core;
using HyperIngest.Core.Sharding;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>What a demo measured, from the end of the warm-up to the begin of the drain.</summary>
internal sealed record Measured
{
    /// <summary>Readings whose response came in the measured time, as they became durable.</summary>
    public required MeasuredWindow Window { get; init; }

    /// <summary>The measured time.</summary>
    public required double Seconds { get; init; }

    /// <summary>Readings the sink took in that time, whenever their response came; 0 without one.</summary>
    public required long Delivered { get; init; }

    /// <summary>By lane: readings whose response came in the measured time, as the sink committed them. Empty without a sink.</summary>
    public required IReadOnlyList<MeasuredWindow> Commits { get; init; }

    /// <summary>What this process took.</summary>
    public required ProcessUse Use { get; init; }

    /// <summary>What the simulator took and answered.</summary>
    public required SimulatorReport Simulator { get; init; }

    /// <summary>How the drain went.</summary>
    public required DrainReport Drain { get; init; }

    /// <summary>Readings in the journal over the whole run.</summary>
    public required long Journalled { get; init; }
}
