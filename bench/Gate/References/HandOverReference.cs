using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>The plainest hand-over between threads: a queue of blocks for each producer, two counters that only one side writes, and a consumer that looks at them in turn.</summary>
internal sealed class HandOverReference : Workload
{
    private const int Blocks = 64;

    // Longs from one counter to the next: 256 bytes, past the two lines that are fetched together.
    private const int Apart = 32;

    private readonly int _producers;
    private readonly Reading[][] _blocks;

    // By producer. Written by the producer, and by the consumer; each with release and read with acquire.
    private readonly long[] _published;
    private readonly long[] _released;
    private readonly ProducerThreads _threads;

    public HandOverReference(int producers)
    {
        _producers = producers;
        _blocks = new Reading[producers][];
        for (int i = 0; i < producers; i++) _blocks[i] = new Reading[Blocks * RingLoad.Claim];
        _published = new long[Apart * (producers + 1)];
        _released = new long[Apart * (producers + 1)];
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
            long before = left;
            for (int p = 0; p < _producers; p++)
            {
                ref long released = ref _released[(p + 1) * Apart];
                if (released == Volatile.Read(ref _published[(p + 1) * Apart])) continue;
                sum += RingLoad.Sum(Block(p, released));
                Volatile.Write(ref released, released + 1);
                left -= RingLoad.Claim;
            }
            if (left == before) wait.SpinOnce(sleep1Threshold: -1);
        }
        _threads.Join();
        RingLoad.Check(sum, iterations * _producers);
    }

    protected override void Close() => _threads.Dispose();

    private void Produce(int producer, int iterations)
    {
        SpinWait wait = default;
        ref long published = ref _published[(producer + 1) * Apart];
        for (int left = iterations * RingLoad.Claims; left > 0;)
        {
            if (published - Volatile.Read(ref _released[(producer + 1) * Apart]) == Blocks)
            {
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            RingLoad.Write(Block(producer, published), 1);
            Volatile.Write(ref published, published + 1);
            left--;
        }
    }

    private Span<Reading> Block(int producer, long number) => _blocks[producer].AsSpan((int)(number % Blocks) * RingLoad.Claim, RingLoad.Claim);
}
