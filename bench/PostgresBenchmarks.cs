using BenchmarkDotNet.Attributes;
using HyperIngest.Bench.Gate.Workloads;

namespace HyperIngest.Bench;

/// <summary>Rows of a binary COPY, 42 bytes each. A figure is the time for one reading.</summary>
[MemoryDiagnoser]
public class PostgresBenchmarks
{
    private readonly PostgresEncode _encode = new();

    [Benchmark(OperationsPerInvoke = PostgresEncode.Rows)]
    public void EncodeRows() => _encode.Run(1);
}
