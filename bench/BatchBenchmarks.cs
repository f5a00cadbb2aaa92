using BenchmarkDotNet.Attributes;
using HyperIngest.Bench.Gate.Workloads;

namespace HyperIngest.Bench;

/// <summary>A batch of 4,096 readings rented, filled from what the ring shows, handed on and returned. A figure is the time for one reading.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    private readonly BatchFill _fill = new();

    [Benchmark(OperationsPerInvoke = BatchFill.Readings)]
    public void RentFillAndReturn() => _fill.Run(1);
}
