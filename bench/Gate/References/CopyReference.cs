using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>What any queue of readings must do at least: write each into an array and read it back, in the turns of the ring workloads.</summary>
internal sealed class CopyReference : Workload
{
    private readonly Reading[] _slots = GC.AllocateArray<Reading>(RingLoad.Readings * 2, pinned: true);

    public override int OperationsPerIteration => RingLoad.Readings;

    public override void Run(int iterations)
    {
        for (int turn = 0; turn < iterations; turn++)
        {
            Span<Reading> half = _slots.AsSpan((turn & 1) * RingLoad.Readings, RingLoad.Readings);
            for (int i = 0; i < RingLoad.Claims; i++) RingLoad.Write(half.Slice(i * RingLoad.Claim, RingLoad.Claim), turn);
            RingLoad.Check(RingLoad.Sum(half), turn);
        }
    }
}
