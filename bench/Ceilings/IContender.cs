namespace HyperIngest.Bench.Ceilings;

/// <summary>One side of a stage's comparison: the product, its limit, or something else that does the same.</summary>
internal interface IContender
{
    /// <summary>What it is, such as <c>memcpy, one thread</c>.</summary>
    string Name { get; }

    /// <summary>Works for about <paramref name="slice"/> and says how much it did. Called again and again, in turn with the stage's other contenders.</summary>
    ContenderSample Run(TimeSpan slice);
}

/// <summary>What a contender did in one slice.</summary>
/// <param name="Units">Units of the stage, such as readings.</param>
/// <param name="Seconds">Of the stage's clock.</param>
/// <param name="AllocatedBytes">Managed bytes allocated by the threads that did it; -1 where that was not measured.</param>
internal readonly record struct ContenderSample(double Units, double Seconds, long AllocatedBytes = ContenderSample.NotMeasured)
{
    /// <summary>Elapsed seconds, where they are worth showing beside those of the stage's clock; 0 where not.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>No figure of allocated bytes.</summary>
    public const long NotMeasured = -1;

    /// <summary>Units a second.</summary>
    public double Rate => Units / Seconds;
}
