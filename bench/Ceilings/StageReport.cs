using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Ceilings;

/// <summary>What one contender reached over the rounds.</summary>
internal sealed class ContenderFigure
{
    /// <summary>The figure of a contender's samples, one a round, at least one.</summary>
    public ContenderFigure(string name, IReadOnlyList<ContenderSample> samples)
    {
        ArgumentOutOfRangeException.ThrowIfZero(samples.Count, nameof(samples));
        Name = name;
        Rates = [.. samples.Select(s => s.Rate)];
        ElapsedMedian = samples.All(s => s.ElapsedSeconds > 0) ? MedianOf(samples.Select(s => s.Units / s.ElapsedSeconds)) : null;
        Units = samples.Sum(s => s.Units);
        AllocatedBytes = samples.Any(s => s.AllocatedBytes < 0) ? ContenderSample.NotMeasured : samples.Sum(s => s.AllocatedBytes);
    }

    /// <summary>The contender.</summary>
    public string Name { get; }

    /// <summary>Units a second, by round.</summary>
    public IReadOnlyList<double> Rates { get; }

    /// <summary>Units in all rounds together.</summary>
    public double Units { get; }

    /// <summary>Managed bytes allocated in all rounds together; -1 where that was not measured.</summary>
    public long AllocatedBytes { get; }

    /// <summary>The middle of the rounds by elapsed time, where that is shown beside the stage's clock; null where not.</summary>
    public double? ElapsedMedian { get; }

    /// <summary>The middle of the rounds.</summary>
    public double Median => MedianOf(Rates);

    /// <summary>The best round.</summary>
    public double Best => Rates.Max();

    /// <summary>The worst round.</summary>
    public double Least => Rates.Min();

    /// <summary>The middle of some values; of an even number the mean of the two in the middle.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>A measured stage.</summary>
internal sealed class StageReport
{
    /// <summary>The report of a stage's figures, the product's first; the targets are judged here.</summary>
    public StageReport(CeilingStage stage, IReadOnlyList<ContenderFigure> figures)
        : this(stage.Name, stage.Unit, stage.Clock, stage.Includes, figures) => Targets = [.. stage.Targets.Select(t => t.Judge(this))];

    /// <summary>A report without targets of a stage of its own.</summary>
    public StageReport(string name, string unit, StageClock clock, string includes, IReadOnlyList<ContenderFigure> figures)
    {
        Name = name;
        Unit = unit;
        Clock = clock;
        Includes = includes;
        Figures = figures;
    }

    /// <summary>The stage.</summary>
    public string Name { get; }

    /// <summary>What a rate counts.</summary>
    public string Unit { get; }

    /// <summary>Which clock the rates are by.</summary>
    public StageClock Clock { get; }

    /// <summary>What the figures include.</summary>
    public string Includes { get; }

    /// <summary>All contenders' figures, the product's first.</summary>
    public IReadOnlyList<ContenderFigure> Figures { get; }

    /// <summary>The product's.</summary>
    public ContenderFigure Product => Figures[0];

    /// <summary>The targets, judged.</summary>
    public IReadOnlyList<PromiseReport> Targets { get; init; } = [];

    /// <summary>The product's rate by that of another contender: the median over the rounds.</summary>
    /// <exception cref="ArgumentException">The stage has no such contender.</exception>
    public double RatioTo(string name)
    {
        ContenderFigure other = Figures.FirstOrDefault(f => f.Name == name) ?? throw new ArgumentException($"Stage {Name} has no contender '{name}'.", nameof(name));
        return ContenderFigure.MedianOf(Product.Rates.Zip(other.Rates, (product, limit) => product / limit));
    }
}
