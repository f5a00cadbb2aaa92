using System.Globalization;

namespace HyperIngest.LoadGen.Profiles;

/// <summary>One stage of a profile: a rate over a stretch of time, in readings a second.</summary>
/// <param name="For">How long.</param>
public abstract record LoadShape(TimeSpan For)
{
    /// <summary>The stage in a few words, such as <c>ramp 0 to 600,000/s</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Its rates.</summary>
    public abstract IReadOnlyList<RatePiece> Pieces { get; }

    /// <summary>The same shape with other rates and another length.</summary>
    /// <param name="rates">Factor of all rates, above 0.</param>
    /// <param name="seconds">Factor of all times, above 0.</param>
    public abstract LoadShape Scaled(double rates, double seconds);

    /// <summary>A rate as people read it.</summary>
    private protected static string Rate(double rate) => rate.ToString("#,0.##", CultureInfo.InvariantCulture);
}

/// <summary>One rate.</summary>
/// <param name="At">The rate.</param>
/// <param name="For">How long.</param>
public sealed record SteadyLoad(double At, TimeSpan For) : LoadShape(For)
{
    /// <inheritdoc/>
    public override string Name => $"steady {Rate(At)}/s";

    /// <inheritdoc/>
    public override IReadOnlyList<RatePiece> Pieces => [new RatePiece(At, At, For.TotalSeconds)];

    /// <inheritdoc/>
    public override LoadShape Scaled(double rates, double seconds) => new SteadyLoad(At * rates, For * seconds);
}

/// <summary>Evenly from one rate to another.</summary>
/// <param name="From">At the begin.</param>
/// <param name="To">At the end.</param>
/// <param name="For">How long.</param>
public sealed record RampLoad(double From, double To, TimeSpan For) : LoadShape(For)
{
    /// <inheritdoc/>
    public override string Name => $"ramp {Rate(From)} to {Rate(To)}/s";

    /// <inheritdoc/>
    public override IReadOnlyList<RatePiece> Pieces => [new RatePiece(From, To, For.TotalSeconds)];

    /// <inheritdoc/>
    public override LoadShape Scaled(double rates, double seconds) => new RampLoad(From * rates, To * rates, For * seconds);
}

/// <summary>From one rate to another in steps of equal height and length, both rates being steps themselves.</summary>
/// <param name="From">The first step.</param>
/// <param name="To">The last.</param>
/// <param name="Steps">How many, 2 and up.</param>
/// <param name="For">How long all of them take.</param>
public sealed record StepLoad(double From, double To, int Steps, TimeSpan For) : LoadShape(For)
{
    /// <inheritdoc/>
    public override string Name => $"{Steps} steps {Rate(From)} to {Rate(To)}/s";

    /// <inheritdoc/>
    public override IReadOnlyList<RatePiece> Pieces =>
    [
        .. Enumerable.Range(0, Steps).Select(i => From + ((To - From) * i / (Steps - 1))).Select(rate => new RatePiece(rate, rate, For.TotalSeconds / Steps)),
    ];

    /// <inheritdoc/>
    public override LoadShape Scaled(double rates, double seconds) => new StepLoad(From * rates, To * rates, Steps, For * seconds);
}

/// <summary>A rate that jumps up and falls back.</summary>
/// <param name="Base">Before and after.</param>
/// <param name="Peak">Meanwhile.</param>
/// <param name="After">From the stage's begin to the jump.</param>
/// <param name="Lasts">How long the peak lasts.</param>
/// <param name="For">How long the stage is.</param>
public sealed record SpikeLoad(double Base, double Peak, TimeSpan After, TimeSpan Lasts, TimeSpan For) : LoadShape(For)
{
    /// <inheritdoc/>
    public override string Name => $"spike {Rate(Base)} to {Rate(Peak)}/s";

    /// <inheritdoc/>
    public override IReadOnlyList<RatePiece> Pieces =>
    [
        .. ((RatePiece[])
        [
            new RatePiece(Base, Base, After.TotalSeconds),
            new RatePiece(Peak, Peak, Lasts.TotalSeconds),
            new RatePiece(Base, Base, (For - After - Lasts).TotalSeconds),
        ]).Where(p => p.Seconds > 0),
    ];

    /// <inheritdoc/>
    public override LoadShape Scaled(double rates, double seconds) => new SpikeLoad(Base * rates, Peak * rates, After * seconds, Lasts * seconds, For * seconds);
}

/// <summary>One rate for hours, to see what grows.</summary>
/// <param name="At">The rate.</param>
/// <param name="For">How long.</param>
public sealed record SoakLoad(double At, TimeSpan For) : LoadShape(For)
{
    /// <inheritdoc/>
    public override string Name => $"soak {Rate(At)}/s";

    /// <inheritdoc/>
    public override IReadOnlyList<RatePiece> Pieces => [new RatePiece(At, At, For.TotalSeconds)];

    /// <inheritdoc/>
    public override LoadShape Scaled(double rates, double seconds) => new SoakLoad(At * rates, For * seconds);
}
