using System.Globalization;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Ceilings;

/// <summary>Something a stage must reach.</summary>
internal abstract record StageTarget
{
    /// <summary>Holds it against what was measured.</summary>
    public abstract PromiseReport Judge(StageReport report);
}

/// <summary>
/// The product's rate is at least <paramref name="Millions"/> million units a second in its best round: whatever else the machine does can only take away from a round, never add to it.
/// </summary>
internal sealed record LeastRate(double Millions) : StageTarget
{
    /// <inheritdoc/>
    public override PromiseReport Judge(StageReport report) =>
        PromiseReport.AtLeast($"{report.Name}: M {report.Unit}/s{(report.Clock == StageClock.Wall ? "" : " a core")}, best round", Millions, Math.Round(report.Product.Best / 1e6, 2));
}

/// <summary>The product's rate is at least <paramref name="Factor"/> times that of the contender <paramref name="Other"/>: the median of the rounds' ratios, in each of which both ran.</summary>
internal sealed record LeastRatio(double Factor, string Other) : StageTarget
{
    /// <inheritdoc/>
    public override PromiseReport Judge(StageReport report) =>
        PromiseReport.AtLeast($"{report.Name}: times {Other}", Factor, Math.Round(report.RatioTo(Other), 3));
}

/// <summary>The product allocates at most <paramref name="BytesAUnit"/> managed bytes a unit over all measured rounds; with 0 not one.</summary>
internal sealed record AllocatedAtMost(double BytesAUnit) : StageTarget
{
    /// <inheritdoc/>
    public override PromiseReport Judge(StageReport report)
    {
        ContenderFigure product = report.Product;
        double each = product.AllocatedBytes / product.Units;
        // Not measured is not nothing: it is no kept promise.
        return PromiseReport.AtMost($"{report.Name}: bytes allocated in {product.Units / 1e6:N0} M {report.Unit}", BytesAUnit * product.Units, product.AllocatedBytes) with
        {
            Target = BytesAUnit == 0 ? "<= 0" : string.Create(CultureInfo.InvariantCulture, $"<= {BytesAUnit} each"),
            Kept = product.AllocatedBytes >= 0 && each <= BytesAUnit,
        };
    }
}
