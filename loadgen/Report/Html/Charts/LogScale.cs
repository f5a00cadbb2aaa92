using System.Globalization;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>Equal ratios take equal space.</summary>
internal sealed class LogScale : Scale
{
    // With more decades than this, only powers of ten are written.
    private const double DecadesOfFineLabels = 2.4;

    private readonly double _bottom;
    private readonly double _decades;

    /// <summary>A scale that has room for <paramref name="smallest"/> to <paramref name="largest"/>.</summary>
    /// <param name="smallest">The smallest value above 0.</param>
    /// <param name="largest">The largest.</param>
    /// <param name="label">How to write a tick.</param>
    public LogScale(double smallest, double largest, Func<double, string> label)
    {
        _bottom = RoundDown(smallest);
        double top = RoundUp(Math.Max(largest, _bottom * 1.5));
        _decades = Math.Log10(top / _bottom);
        List<Tick> ticks = [];
        for (double power = Math.Pow(10, Math.Floor(Math.Log10(_bottom * 1.001))); power <= top * 1.001; power *= 10)
        {
            foreach (int factor in (ReadOnlySpan<int>)[1, 2, 5])
            {
                double value = factor * power;
                if (value < _bottom * 0.999 || value > top * 1.001) continue;
                ticks.Add(new Tick(Place(value), factor == 1 || _decades <= DecadesOfFineLabels ? label(value) : ""));
            }
        }
        Ticks = ticks;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tick> Ticks { get; }

    /// <inheritdoc/>
    public override string Formula => string.Create(CultureInfo.InvariantCulture, $"log {_bottom:R} {_decades:R}");

    /// <inheritdoc/>
    public override double Place(double value) => value > _bottom ? Math.Min(1, Math.Log10(value / _bottom) / _decades) : 0;
}
