namespace HyperIngest.Host.Commands.Chaos;

/// <summary>What <c>hyperingest chaos</c> was asked for.</summary>
internal sealed record ChaosOptions
{
    /// <summary>How long faults are begun; what follows (catching up, draining, verifying) comes on top.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Chooses the faults, their moments and whom they hit: the same seed, the same schedule.</summary>
    public required int Seed { get; init; }

    /// <summary>Names of the sinks, see <see cref="ChaosSinks"/>.</summary>
    public required IReadOnlyList<string> Sinks { get; init; }

    /// <summary>Print nothing but the report, as one JSON object.</summary>
    public bool Json { get; init; }
}
