using BenchmarkDotNet.Attributes;
using HyperIngest.Bench.Gate.Workloads;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;

namespace HyperIngest.Bench;

/// <summary>Readings of 600 series through the shaper: with scale, range and deadband, half of them held back, and without any rule. A figure is the time for one reading.</summary>
[MemoryDiagnoser]
public class ShapingBenchmarks
{
    private readonly ShapeScaled _scaled = new();
    private readonly Shaper _none = new(new Dictionary<int, ShapingRule>());
    private readonly Reading[] _readings = [.. Enumerable.Range(0, ShapeScaled.Series).Select(i => new Reading(i, 0, 0, 1, i))];
    private readonly Reading[] _shaped = new Reading[ShapeScaled.Series];

    [Benchmark(OperationsPerInvoke = ShapeScaled.Series * 2)]
    public void ScaleAndDeadband() => _scaled.Run(1);

    [Benchmark(OperationsPerInvoke = ShapeScaled.Series)]
    public int NoRule() => _none.Shape(_readings, _shaped);
}
