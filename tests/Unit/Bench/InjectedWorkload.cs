using HyperIngest.Bench;
using HyperIngest.Bench.Gate;

namespace HyperIngest.Tests.Unit.Bench;

/// <summary>A gated workload as it would be after a bad change: it takes longer by a share of its own time, or allocates an object an iteration.</summary>
internal sealed class InjectedWorkload(Workload inner, double slowdown = 0, int objects = 0) : Workload
{
    private object? _last;

    public override int OperationsPerIteration => inner.OperationsPerIteration;

    public override bool IsThreaded => inner.IsThreaded;

    public override int MaxIterations => inner.MaxIterations;

    public override void Reset() => inner.Reset();

    public override void Run(int iterations)
    {
        long start = MeasuringClock.ThreadNanoseconds();
        inner.Run(iterations);
        for (int i = 0; i < iterations * objects; i++) Volatile.Write(ref _last, new object());
        long took = MeasuringClock.ThreadNanoseconds() - start;
        long end = start + (long)(took * (1 + slowdown));
        while (slowdown > 0 && MeasuringClock.ThreadNanoseconds() < end)
        {
        }
    }

    protected override void Close() => inner.Dispose();
}
