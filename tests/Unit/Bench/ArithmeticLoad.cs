using HyperIngest.Bench.Gate;

namespace HyperIngest.Tests.Unit.Bench;

/// <summary>Work that takes the same time every time: a chain of multiplications.</summary>
internal sealed class ArithmeticLoad : Workload
{
    private const int Steps = 1000;
    private ulong _state = 1;

    public override int OperationsPerIteration => Steps;

    public override void Run(int iterations)
    {
        ulong state = _state;
        for (long i = (long)iterations * Steps; i > 0; i--) state = (state * 6_364_136_223_846_793_005) + 1_442_695_040_888_963_407;
        if (state == _state) throw new InvalidOperationException("A generator of full period stood still.");
        _state = state;
    }
}
