namespace HyperIngest.Bench.Gate;

/// <summary>What was measured of one workload.</summary>
/// <param name="Nanoseconds">Median time of an operation; for people to read.</param>
/// <param name="Ratio">Time as a multiple of the reference's.</param>
/// <param name="Bound">Share over the baseline that would be called slower.</param>
/// <param name="BytesAnOperation">Bytes allocated an operation.</param>
/// <param name="Attempts">Measurements it took, 1 or more.</param>
public sealed record GateFigures(double Nanoseconds, double Ratio, double Bound, double BytesAnOperation, int Attempts);

/// <summary>A row of the gate's table.</summary>
/// <param name="Name">The workload.</param>
/// <param name="Stage">Its stage; empty when only the baseline knows the row.</param>
/// <param name="Figures">What was measured; null when it was not.</param>
/// <param name="BaselineRatio">The ratio it was held against; null when there is none.</param>
/// <param name="BaselineBytes">The bytes it was held against; null when there are none.</param>
/// <param name="Faults">Why it fails; empty when it passes.</param>
public sealed record GateRow(string Name, string Stage, GateFigures? Figures, double? BaselineRatio, double? BaselineBytes, IReadOnlyList<string> Faults)
{
    /// <summary>Whether there is nothing wrong with it.</summary>
    public bool Passed => Faults.Count == 0;
}

/// <summary>The outcome of a run.</summary>
/// <param name="Rows">The workloads' rows in their order, then those that only the baseline has.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="IsForeign">Whether the baseline has no figures of this kind of processor.</param>
public sealed record GateResult(IReadOnlyList<GateRow> Rows, string Machine, bool IsForeign)
{
    /// <summary>Whether every row passed. A run of nothing has not.</summary>
    public bool Passed => Rows.Count > 0 && Rows.All(r => r.Passed);
}
