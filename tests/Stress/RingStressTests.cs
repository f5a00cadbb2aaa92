using HyperIngest.Core.Rings;

namespace HyperIngest.Tests.Stress;

/// <summary>Seeded runs with real threads: every value arrives once, whole and in its producer's order.</summary>
public sealed class RingStressTests
{
    // Two longs that must agree: a torn or early-seen slot shows as a mismatch.
    private readonly record struct Stamped(long Producer, long Number, long Check)
    {
        public static Stamped Of(long producer, long number) => new(producer, number, (producer * 0x9E3779B97F4A7C) ^ number);

        public bool Whole => Check == ((Producer * 0x9E3779B97F4A7C) ^ Number);
    }

    [Theory]
    [InlineData(1, 2, 11)]
    [InlineData(2, 64, 12)]
    [InlineData(4, 1024, 13)]
    [InlineData(3, 16, 14)]
    public void Mpsc_ring_delivers_every_value_once_in_each_producers_order(int producers, int capacity, int seed) =>
        Run(new MpscRing<Stamped>(capacity), producers, 400_000 / producers, seed);

    [Theory]
    [InlineData(2, 21)]
    [InlineData(64, 22)]
    [InlineData(4096, 23)]
    public void Spsc_ring_delivers_every_value_once_in_order(int capacity, int seed) =>
        Run(new SpscRing<Stamped>(capacity), 1, 400_000, seed);

    private static void Run(IRing<Stamped> ring, int producers, int perProducer, int seed)
    {
        Thread[] threads = new Thread[producers];
        for (int p = 0; p < producers; p++)
        {
            int producer = p;
            threads[p] = new Thread(() => Produce(ring, producer, perProducer, new Random(seed + producer)));
            threads[p].Start();
        }

        long[] next = new long[producers];
        long left = (long)producers * perProducer;
        Random random = new(seed);
        SpinWait spin = default;
        while (left > 0)
        {
            ReadOnlySpan<Stamped> seen = ring.Peek();
            if (seen.IsEmpty)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            int take = random.Next(1, seen.Length + 1);
            for (int i = 0; i < take; i++)
            {
                Stamped value = seen[i];
                Assert.True(value.Whole, $"torn slot: {value}");
                Assert.Equal(next[value.Producer]++, value.Number);
            }
            ring.Release(take);
            left -= take;
        }
        foreach (Thread thread in threads) thread.Join();
        Assert.True(ring.Peek().IsEmpty);
        Assert.Equal(0, ring.Used);
    }

    private static void Produce(IRing<Stamped> ring, int producer, int count, Random random)
    {
        long number = 0;
        SpinWait spin = default;
        while (number < count)
        {
            int size = (int)Math.Min(random.Next(1, Math.Min(ring.Capacity, 100) + 1), count - number);
            if (!ring.TryClaim(size, out RingClaim<Stamped> claim))
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            for (int i = 0; i < size; i++) claim[i] = Stamped.Of(producer, number++);
            ring.Publish(claim);
        }
    }
}
