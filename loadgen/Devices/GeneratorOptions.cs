namespace HyperIngest.LoadGen.Devices;

/// <summary>What a simulated tag does over time.</summary>
public enum GeneratorKind
{
    /// <summary>The verifiable sequence (<see cref="VerifiableSequence"/>): every answer gives the next value. Not for bool and ASCII.</summary>
    Sequence,

    /// <summary>Always <see cref="GeneratorOptions.Value"/>.</summary>
    Constant,

    /// <summary>A sine between min and max.</summary>
    Sine,

    /// <summary>A triangle between min and max.</summary>
    Triangle,

    /// <summary>Max for half the period, min for the other.</summary>
    Square,

    /// <summary>Another level between min and max every period.</summary>
    Step,

    /// <summary>Counts up by 1 every period from min, and starts over after max.</summary>
    Counter,

    /// <summary>Wanders between min and max; the period is the slowest of its movements.</summary>
    RandomWalk,

    /// <summary>Another value between min and max every millisecond.</summary>
    Noise,

    /// <summary>Holds what a client last wrote; at first <see cref="GeneratorOptions.Value"/>.</summary>
    Memory,

    /// <summary>Plays <see cref="GeneratorOptions.Recording"/> over and over.</summary>
    Csv,

    /// <summary>The quality of the tag's <see cref="PlantTagOptions.Quality"/> as a number: 0 good, 1 uncertain, 2 bad; the number itself can always be read.</summary>
    Quality,
}

/// <summary>What a recording shows between two rows.</summary>
public enum RecordingInterpolation
{
    /// <summary>The row before.</summary>
    Hold,

    /// <summary>The straight line from row to row.</summary>
    Linear,
}

/// <summary>A generator and its numbers. All but <see cref="GeneratorKind.Sequence"/> and <see cref="GeneratorKind.Memory"/> are functions of time and seed alone.</summary>
public sealed record GeneratorOptions
{
    /// <summary>What the tag does; default the verifiable sequence.</summary>
    public GeneratorKind Kind { get; init; }

    /// <summary>For constants and memory: the value, in the tag's raw units; default 0.</summary>
    public double Value { get; init; }

    /// <summary>Lowest value, in the tag's raw units; default 0.</summary>
    public double Min { get; init; }

    /// <summary>Highest value, in the tag's raw units; default 100.</summary>
    public double Max { get; init; } = 100;

    /// <summary>Length of a period, 1 ms and up; default 60 s. Each series starts at a place of its own in it.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For recordings: what is played. All tags that have it show the same at the same time.</summary>
    public Recording? Recording { get; init; }

    /// <summary>For recordings: between two rows; default the row before.</summary>
    public RecordingInterpolation Interpolation { get; init; }
}
