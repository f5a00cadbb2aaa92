using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Bench;

/// <summary>
/// One producer thread and the benchmark's thread as consumer, claims of 64 readings (a Modbus response) and of 1; System.Threading.Channels
/// beside them. A figure is the time for one reading, both ends included.
/// </summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private const int Readings = 4_000_000;
    private const int Capacity = 1 << 16;

    [Params(1, 64)]
    public int Claim { get; set; }

    [Benchmark(OperationsPerInvoke = Readings)]
    public long Spsc() => Move(new SpscRing<Reading>(Capacity));

    [Benchmark(OperationsPerInvoke = Readings)]
    public long Mpsc() => Move(new MpscRing<Reading>(Capacity));

    [Benchmark(Baseline = true, OperationsPerInvoke = Readings)]
    public long Channel()
    {
        Channel<Reading> channel = System.Threading.Channels.Channel.CreateBounded<Reading>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        Thread producer = new(() =>
        {
            SpinWait spin = default;
            for (int i = 0; i < Readings;)
            {
                if (channel.Writer.TryWrite(new Reading(i, 0, 0, 0, i))) i++;
                else spin.SpinOnce(sleep1Threshold: -1);
            }
        });
        producer.Start();
        long sum = 0;
        SpinWait wait = default;
        for (int i = 0; i < Readings;)
        {
            if (channel.Reader.TryRead(out Reading reading))
            {
                sum += reading.ValueBits;
                i++;
            }
            else
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }
        producer.Join();
        return sum;
    }

    private long Move(IRing<Reading> ring)
    {
        int claimed = Claim;
        Thread producer = new(() =>
        {
            SpinWait spin = default;
            for (int i = 0; i < Readings;)
            {
                if (!ring.TryClaim(claimed, out RingClaim<Reading> claim))
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                    continue;
                }
                for (int k = 0; k < claimed; k++) claim[k] = new Reading(i, 0, 0, 0, i++);
                ring.Publish(claim);
            }
        });
        producer.Start();
        long sum = 0;
        SpinWait wait = default;
        for (int left = Readings; left > 0;)
        {
            ReadOnlySpan<Reading> seen = ring.Peek();
            if (seen.IsEmpty)
            {
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            foreach (ref readonly Reading reading in seen) sum += reading.ValueBits;
            ring.Release(seen.Length);
            left -= seen.Length;
        }
        producer.Join();
        return sum;
    }
}
