using System.Collections.Concurrent;
using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Bench;

/// <summary>
/// 1, 2 or 4 producer threads and the benchmark's thread as consumer, claims of 64 readings (a Modbus response) and of 1; System.Threading.Channels and
/// BlockingCollection, which take readings one by one, beside them. A figure is the time for one reading, both ends included.
/// </summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    // A multiple of 4 producers x 64 readings.
    private const int Readings = 1 << 21;
    private const int Capacity = 1 << 16;

    public static IEnumerable<object[]> Claims => [[1], [64]];

    public static IEnumerable<object[]> ProducersAndClaims => [[1, 1], [1, 64], [2, 1], [2, 64], [4, 1], [4, 64]];

    public static IEnumerable<object[]> ProducerCounts => [[1], [2], [4]];

    [Benchmark(OperationsPerInvoke = Readings)]
    [ArgumentsSource(nameof(Claims))]
    public long Spsc(int claim) => Move(new SpscRing<Reading>(Capacity), 1, claim);

    [Benchmark(OperationsPerInvoke = Readings)]
    [ArgumentsSource(nameof(ProducersAndClaims))]
    public long Mpsc(int producers, int claim) => Move(new MpscRing<Reading>(Capacity), producers, claim);

    [Benchmark(OperationsPerInvoke = Readings)]
    [ArgumentsSource(nameof(ProducerCounts))]
    public long Channel(int producers)
    {
        Channel<Reading> channel = System.Threading.Channels.Channel.CreateBounded<Reading>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = producers == 1 });
        Thread[] threads = Start(producers, count =>
        {
            SpinWait spin = default;
            for (int i = 0; i < count;)
            {
                if (channel.Writer.TryWrite(new Reading(i, 0, 0, 0, i))) i++;
                else spin.SpinOnce(sleep1Threshold: -1);
            }
        });
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
        foreach (Thread thread in threads) thread.Join();
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    [ArgumentsSource(nameof(ProducerCounts))]
    public long BlockingCollection(int producers)
    {
        using BlockingCollection<Reading> collection = new(Capacity);
        Thread[] threads = Start(producers, count =>
        {
            for (int i = 0; i < count; i++) collection.Add(new Reading(i, 0, 0, 0, i));
        });
        long sum = 0;
        for (int i = 0; i < Readings; i++) sum += collection.Take().ValueBits;
        foreach (Thread thread in threads) thread.Join();
        return sum;
    }

    private static long Move(IRing<Reading> ring, int producers, int claimed)
    {
        Thread[] threads = Start(producers, count =>
        {
            SpinWait spin = default;
            for (int i = 0; i < count;)
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
        foreach (Thread thread in threads) thread.Join();
        return sum;
    }

    private static Thread[] Start(int producers, Action<int> produce)
    {
        Thread[] threads = new Thread[producers];
        for (int i = 0; i < producers; i++)
        {
            threads[i] = new Thread(() => produce(Readings / producers));
            threads[i].Start();
        }
        return threads;
    }
}
