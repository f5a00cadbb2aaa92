namespace HyperIngest.Bench.Ceilings;

/// <summary>What <c>ceilings</c> was asked for.</summary>
internal sealed record CeilingsOptions
{
    /// <summary>Shortest and longest time for a stage, in seconds.</summary>
    public const double LeastSeconds = 0.1, MostSeconds = 600;

    /// <summary>Stages to run, in the order of <see cref="StageCatalog"/>; empty for all that need no server.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Seconds measured a stage, over all of its contenders; default 8. For the sinks the seconds of the demo, at least 1.</summary>
    public double Seconds { get; init; } = 8;

    /// <summary>Run the sinks' demos too.</summary>
    public bool All { get; init; }

    /// <summary>End with one JSON object on a line of its own.</summary>
    public bool Json { get; init; }

    /// <summary>Folder for what stages write; null for the system's temporary folder.</summary>
    public string? Folder { get; init; }
}
