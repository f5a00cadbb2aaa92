using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>
/// A ring with both ends on one thread: 64 claims of 64 readings (a Modbus response each) are written and published, then the consumer drains them. What the ring's own
/// instructions cost, without the caches' traffic between cores.
/// </summary>
internal sealed class RingTurns<TRing>(TRing ring) : Workload
    where TRing : struct, IRing<Reading>
{
    private readonly TRing _ring = ring;

    public override int OperationsPerIteration => RingLoad.Readings;

    public override void Run(int iterations)
    {
        for (int turn = 0; turn < iterations; turn++)
        {
            for (int i = 0; i < RingLoad.Claims; i++)
            {
                if (!_ring.TryClaim(RingLoad.Claim, out RingClaim<Reading> claim)) RingLoad.ThrowFull();
                RingLoad.Write(claim.First, turn);
                RingLoad.Write(claim.Second, turn);
                _ring.Publish(claim);
            }
            long sum = 0;
            for (int left = RingLoad.Readings; left > 0;)
            {
                ReadOnlySpan<Reading> seen = _ring.Peek();
                sum += RingLoad.Sum(seen);
                _ring.Release(seen.Length);
                left -= seen.Length;
            }
            RingLoad.Check(sum, turn);
        }
    }
}
