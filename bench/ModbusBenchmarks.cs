using BenchmarkDotNet.Attributes;
using HyperIngest.Bench.Gate.Workloads;

namespace HyperIngest.Bench;

/// <summary>64 responses of 60 float32 tags each, framed, held against their request and decoded. A figure is the time for one reading.</summary>
[MemoryDiagnoser]
public class ModbusBenchmarks
{
    private readonly ModbusDecode _decode = new();

    [Benchmark(OperationsPerInvoke = ModbusDecode.Tags * ModbusDecode.Frames)]
    public void FrameAndDecode() => _decode.Run(1);
}
