using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Ceilings;

/// <summary>A run of <c>ceilings</c>: what <c>--json</c> prints last.</summary>
/// <param name="Machine">What it ran on.</param>
/// <param name="Stages">The stages that were measured here.</param>
/// <param name="Sinks">The sinks whose demo was run.</param>
internal sealed record CeilingsReport(MachineInfo Machine, IReadOnlyList<StageFigures> Stages, IReadOnlyList<SinkCeiling> Sinks)
{
    /// <summary>True when no target was missed.</summary>
    public bool AllKept => Stages.SelectMany(s => s.Targets).Concat(Sinks.SelectMany(s => s.Targets)).All(t => t.Kept);

    /// <summary>The report as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CeilingsJson.OneLine.CeilingsReport);
}

/// <summary>A stage in the JSON.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Unit">What a rate counts.</param>
/// <param name="ACore">Rates are by the processor time of the thread, or the processes, at work; by elapsed time otherwise.</param>
/// <param name="Includes">What the figures include.</param>
/// <param name="Figures">The product first.</param>
/// <param name="Targets">What must be reached.</param>
internal sealed record StageFigures(string Name, string Unit, bool ACore, string Includes, IReadOnlyList<FigureLine> Figures, IReadOnlyList<PromiseReport> Targets)
{
    /// <summary>The figures of a measured stage.</summary>
    public static StageFigures Of(StageReport stage) => new(
        stage.Name, stage.Unit, stage.Clock != StageClock.Wall, stage.Includes,
        [.. stage.Figures.Select(f => new FigureLine(f.Name, f.Rates.Count, Math.Round(f.Median), Math.Round(f.Best), Math.Round(f.Least), f.AllocatedBytes, Math.Round(stage.RatioTo(f.Name), 4)) { ElapsedMedianPerS = f.ElapsedMedian is { } rate ? Math.Round(rate) : null })],
        stage.Targets);
}

/// <summary>A contender in the JSON.</summary>
/// <param name="Name">The contender.</param>
/// <param name="Rounds">Rounds measured.</param>
/// <param name="MedianPerS">Units a second, the middle of the rounds.</param>
/// <param name="BestPerS">The best round.</param>
/// <param name="LeastPerS">The worst round.</param>
/// <param name="AllocatedBytes">Managed bytes allocated in all rounds; -1 where that was not measured.</param>
/// <param name="ProductIsTimes">The product's rate by this one: the middle of the rounds' ratios.</param>
internal sealed record FigureLine(string Name, int Rounds, double MedianPerS, double BestPerS, double LeastPerS, long AllocatedBytes, double ProductIsTimes)
{
    /// <summary>Units a second of elapsed time, the middle of the rounds, where the rates above are by the processor time of processes; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ElapsedMedianPerS { get; init; }
}

/// <summary>The report's JSON: names in snake case, one line.</summary>
[JsonSerializable(typeof(CeilingsReport))]
internal sealed partial class CeilingsJson : JsonSerializerContext
{
    /// <summary>With the options above; nothing here is put into a web page.</summary>
    public static CeilingsJson OneLine { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
