using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>Copies readings from one array to another in blocks: bound by memory.</summary>
internal sealed class BlockCopyReference : Workload
{
    private const int Readings = 4096;
    private const int Block = 256;

    private readonly Reading[] _from = new Reading[Readings];
    private readonly Reading[] _to = GC.AllocateArray<Reading>(Readings, pinned: true);

    public override int OperationsPerIteration => Readings;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            for (int at = 0; at < Readings; at += Block) _from.AsSpan(at, Block).CopyTo(_to.AsSpan(at, Block));
        }
    }
}
