using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>A ring between producer threads and the calling thread as its consumer, claims of 64 readings.</summary>
internal sealed class RingHandOver<TRing> : Workload
    where TRing : struct, IRing<Reading>
{
    private readonly TRing _ring;
    private readonly int _producers;
    private readonly ProducerThreads _threads;

    public RingHandOver(TRing ring, int producers)
    {
        _ring = ring;
        _producers = producers;
        _threads = new ProducerThreads(producers, Produce);
    }

    public override bool IsThreaded => true;

    public override int OperationsPerIteration => RingLoad.Readings * _producers;

    public override void Run(int iterations)
    {
        _threads.Start(iterations);
        long sum = 0;
        SpinWait wait = default;
        for (long left = (long)OperationsPerIteration * iterations; left > 0;)
        {
            ReadOnlySpan<Reading> seen = _ring.Peek();
            if (seen.IsEmpty)
            {
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            sum += RingLoad.Sum(seen);
            _ring.Release(seen.Length);
            left -= seen.Length;
        }
        _threads.Join();
        RingLoad.Check(sum, iterations * _producers);
    }

    protected override void Close() => _threads.Dispose();

    private void Produce(int producer, int iterations)
    {
        SpinWait wait = default;
        for (int left = iterations * RingLoad.Claims; left > 0;)
        {
            if (!_ring.TryClaim(RingLoad.Claim, out RingClaim<Reading> claim))
            {
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            RingLoad.Write(claim.First, 1);
            RingLoad.Write(claim.Second, 1);
            _ring.Publish(claim);
            left--;
        }
    }
}
