using HyperIngest.Core.Sharding;
using HyperIngest.Tests.Unit.Journal;

namespace HyperIngest.Tests.Unit.Sharding;

public sealed class DurableSequenceTests
{
    [Fact]
    public void A_sequence_is_durable_when_a_sync_has_passed_its_record_and_not_before()
    {
        DurableSequence durable = new();
        durable.Sealed(100, 10);
        durable.Sealed(200, 25);
        durable.Durable(99);
        Assert.Equal(0, durable.Value);
        durable.Durable(100);
        Assert.Equal(10, durable.Value);
        durable.Durable(500);
        Assert.Equal(25, durable.Value);
        // Everything shaped away: the journal has not grown.
        durable.Sealed(200, 90);
        durable.Durable(500);
        Assert.Equal(90, durable.Value);
    }

    [Fact]
    public void More_seals_than_there_is_room_for_are_told_late_and_none_is_lost()
    {
        DurableSequence durable = new();
        for (int i = 1; i <= 5000; i++) durable.Sealed(i * 100, i);
        durable.Durable(50 * 100);
        Assert.Equal(50, durable.Value);
        durable.Durable(5000 * 100);
        Assert.InRange(durable.Value, 1000, 4999);
        durable.HandOver();
        durable.Durable(4999 * 100);
        Assert.InRange(durable.Value, 1000, 4999);
        durable.Durable(5000 * 100);
        Assert.Equal(5000, durable.Value);
    }

    [Fact]
    public void What_there_was_no_room_for_is_told_when_the_shard_has_ended()
    {
        DurableSequence durable = new();
        for (int i = 1; i <= 5000; i++) durable.Sealed(i * 100, i);
        durable.End();
        durable.Durable(4999 * 100);
        Assert.InRange(durable.Value, 1000, 4999);
        durable.Durable(5000 * 100);
        Assert.Equal(5000, durable.Value);
    }

    // Record i ends at 100 i and stands for sequence 7 i: what is told may never stand for more than what was said to be durable.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Two_settlers_never_get_ahead_of_what_is_durable_and_reach_the_end(int seed)
    {
        const int seals = 200_000;
        DurableSequence durable = new();
        long appended = 0, synced = 0;
        bool ended = false;
        int begun = 0;
        async Task Settle(int settlerSeed)
        {
            await Task.Yield();
            Interlocked.Increment(ref begun);
            Random random = new(settlerSeed);
            long seen = 0;
            while (!Volatile.Read(ref ended))
            {
                long upTo = Volatile.Read(ref appended);
                // Somewhere between what was durable before and what has been appended.
                upTo -= random.Next(0, 200);
                long before;
                while ((before = Volatile.Read(ref synced)) < upTo) Interlocked.CompareExchange(ref synced, upTo, before);
                durable.Durable(Math.Max(0, upTo) * 100);
                long value = durable.Value;
                Assert.InRange(value, seen, Volatile.Read(ref synced) * 7);
                seen = value;
                if (random.Next(50) == 0) Thread.Yield();
            }
        }
        Task settlers = Task.WhenAll(Settle(seed), Settle(seed + 100));
        Waiting.Until(() => Volatile.Read(ref begun) == 2, "both settlers are at work");
        for (long i = 1; i <= seals; i++)
        {
            Volatile.Write(ref appended, i);
            durable.Sealed(i * 100, i * 7);
            if (i % 256 == 0) Thread.Yield();
        }
        durable.End();
        Volatile.Write(ref ended, true);
        await settlers.WaitAsync(TimeSpan.FromSeconds(60));
        durable.Durable(seals * 100L);
        Assert.Equal(seals * 7L, durable.Value);
    }
}
