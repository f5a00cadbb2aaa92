using System.Globalization;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>From zero, which is on it so that heights compare, in equal steps to a round number.</summary>
internal sealed class LinearScale : Scale
{
    private const int MostSteps = 5;
    private readonly double _top;
    private double _inUnitsOf = 1;

    /// <summary>A scale that has room for <paramref name="largest"/>.</summary>
    /// <param name="largest">The largest value; 0 or less, or no number, makes a scale to 1.</param>
    /// <param name="label">How to write a tick.</param>
    public LinearScale(double largest, Func<double, string> label)
    {
        if (!(double.IsFinite(largest) && largest > 0)) largest = 1;
        double step = RoundUp(largest / MostSteps);
        int steps = (int)Math.Ceiling(largest / step * (1 - 1e-9));
        _top = steps * step;
        Ticks = [.. Enumerable.Range(0, steps + 1).Select(i => new Tick((double)i / steps, i == 0 ? "0" : label(i * step)))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tick> Ticks { get; }

    /// <summary>A scale of bytes: round in one binary unit, which all its ticks are written in.</summary>
    public static LinearScale Bytes(double largest)
    {
        int unit = Quantity.ByteUnit(largest);
        double size = Quantity.BytesOf(unit);
        return new LinearScale(largest / size, inUnit => Quantity.Bytes(inUnit * size, unit)) { _inUnitsOf = size };
    }

    /// <inheritdoc/>
    public override string Formula => string.Create(CultureInfo.InvariantCulture, $"linear {_top * _inUnitsOf}");

    /// <inheritdoc/>
    public override double Place(double value) => Math.Clamp(value / _inUnitsOf / _top, 0, 1);
}
