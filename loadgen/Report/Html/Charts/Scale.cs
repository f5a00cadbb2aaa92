namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>A mark of an axis.</summary>
/// <param name="Place">Where on the axis, 0 to 1.</param>
/// <param name="Label">What stands there; empty for a fine line without words.</param>
/// <param name="IsFirst">Whether its label stands there also where room is scarce.</param>
internal readonly record struct Tick(double Place, string Label, bool IsFirst = true);

/// <summary>What an axis measures in, its ticks, and where a value lies on it.</summary>
internal abstract class Scale
{
    /// <summary>The ticks, ascending.</summary>
    public abstract IReadOnlyList<Tick> Ticks { get; }

    /// <summary>For the page's script, to make values of places: the kind and its numbers, such as <c>log 1 4.5</c>.</summary>
    public abstract string Formula { get; }

    /// <summary>Where <paramref name="value"/> lies, 0 to 1; what is beyond an end lies at it.</summary>
    public abstract double Place(double value);

    /// <summary>The least of 1, 2 or 5 times a power of ten that is <paramref name="value"/> or more; for more than 0.</summary>
    protected static double RoundUp(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        // 1 + 1e-9: a power of ten may be a bit off what the value was made of.
        foreach (double factor in (ReadOnlySpan<double>)[1, 2, 5])
        {
            if (factor * power * (1 + 1e-9) >= value) return factor * power;
        }
        return 10 * power;
    }

    /// <summary>The most of 1, 2 or 5 times a power of ten that is <paramref name="value"/> or less; for more than 0.</summary>
    protected static double RoundDown(double value) => 1 / RoundUp(1 / value);
}
