namespace HyperIngest.Core.Shaping;

/// <summary>What happens to a value outside its range.</summary>
public enum OutOfRange : byte
{
    /// <summary>The value stays and its status becomes UncertainEngineeringUnitsExceeded.</summary>
    Mark,

    /// <summary>The value becomes the nearer limit and its status GoodClamped.</summary>
    Clamp,
}

/// <summary>How the readings of one Float64 series are shaped, in this order: scale, offset, range, deadband.</summary>
public sealed record ShapingRule
{
    /// <summary>Factor; default 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Added after the factor; default 0.</summary>
    public double Offset { get; init; }

    /// <summary>Lower limit; null for none.</summary>
    public double? Min { get; init; }

    /// <summary>Upper limit; null for none.</summary>
    public double? Max { get; init; }

    /// <summary>What happens outside the limits; default the value is marked.</summary>
    public OutOfRange OutOfRange { get; init; }

    /// <summary>
    /// A reading whose value lies within this distance of the last one let through, with the same status, is held back (and counted); 0 lets all through.
    /// </summary>
    public double Deadband { get; init; }

    /// <summary>A reading is let through, deadband or not, when the last one is older than this; zero for never. Default 60 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);
}
