using System.Globalization;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>Shares of a whole from 0 to all but one of many, every further nine as wide as the one before: what an HDR plot has below.</summary>
internal sealed class PercentileScale : Scale
{
    // 99.9999999 %: no run has more readings than that tells apart.
    private const double MostNines = 9;

    private readonly double _nines;

    /// <summary>A scale for a distribution of <paramref name="count"/> values.</summary>
    public PercentileScale(long count)
    {
        _nines = Math.Clamp(Math.Log10(Math.Max(count, 1)), 2, MostNines);
        List<Tick> ticks = [new Tick(0, ""), new Tick(Place(0.5), "50\u00A0%", IsFirst: false)];
        for (int nines = 1; nines <= _nines; nines++)
        {
            // In decimal, where a row of nines is exact.
            decimal percent = 100 - (decimal)Math.Pow(10, 2 - nines);
            ticks.Add(new Tick(nines / _nines, percent.ToString("0.#######", CultureInfo.InvariantCulture) + "\u00A0%", nines is 1 or 3 or 5));
        }
        Ticks = ticks;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tick> Ticks { get; }

    /// <inheritdoc/>
    public override string Formula => string.Create(CultureInfo.InvariantCulture, $"nines {_nines:R}");

    /// <inheritdoc/>
    public override double Place(double share) => share >= 1 ? 1 : Math.Clamp(-Math.Log10(1 - share) / _nines, 0, 1);
}
