using HyperIngest.Core.Rings;

namespace HyperIngest.Tests.Unit.Rings;

/// <summary>What every ring promises, seen by one thread.</summary>
public abstract class RingContract
{
    protected abstract IRing<long> Create(int capacity);

    private static void Put(IRing<long> ring, params ReadOnlySpan<long> values)
    {
        Assert.True(ring.TryClaim(values.Length, out RingClaim<long> claim));
        claim.Fill(values);
        ring.Publish(claim);
    }

    private static List<long> TakeAll(IRing<long> ring)
    {
        List<long> taken = [];
        while (ring.Peek() is { IsEmpty: false } seen)
        {
            taken.AddRange(seen);
            ring.Release(seen.Length);
        }
        return taken;
    }

    [Fact]
    public void Empty_ring_shows_nothing()
    {
        IRing<long> ring = Create(8);
        Assert.True(ring.Peek().IsEmpty);
        Assert.Equal(0, ring.Used);
    }

    [Fact]
    public void Claimed_but_unpublished_slots_are_not_seen()
    {
        IRing<long> ring = Create(8);
        Assert.True(ring.TryClaim(3, out RingClaim<long> claim));
        Assert.True(ring.Peek().IsEmpty);
        claim.Fill([1, 2, 3]);
        ring.Publish(claim);
        Assert.Equal([1, 2, 3], TakeAll(ring));
    }

    [Fact]
    public void Order_is_kept_over_many_laps_of_claims_of_every_size()
    {
        IRing<long> ring = Create(16);
        Random random = new(7);
        long next = 0, expected = 0;
        long[] values = new long[16];
        for (int round = 0; round < 10_000; round++)
        {
            int size = random.Next(1, 17);
            if (ring.TryClaim(size, out RingClaim<long> claim))
            {
                for (int i = 0; i < size; i++) values[i] = next++;
                claim.Fill(values.AsSpan(0, size));
                ring.Publish(claim);
            }
            else
            {
                Assert.True(ring.Used + size > ring.Capacity);
            }
            ReadOnlySpan<long> seen = ring.Peek();
            int take = random.Next(seen.Length + 1);
            for (int i = 0; i < take; i++) Assert.Equal(expected++, seen[i]);
            ring.Release(take);
        }
        foreach (long value in TakeAll(ring)) Assert.Equal(expected++, value);
        Assert.Equal(next, expected);
    }

    [Fact]
    public void Full_ring_refuses_and_claims_nothing()
    {
        IRing<long> ring = Create(4);
        Put(ring, 1, 2, 3);
        Assert.False(ring.TryClaim(2, out _));
        Put(ring, 4);
        Assert.False(ring.TryClaim(1, out _));
        Assert.Equal(4, ring.Used);
        Assert.Equal([1, 2, 3, 4], TakeAll(ring));
        Put(ring, 5, 6, 7, 8);
        Assert.Equal([5, 6, 7, 8], TakeAll(ring));
    }

    [Fact]
    public void Claim_of_the_whole_capacity_works_from_any_start()
    {
        IRing<long> ring = Create(8);
        for (int start = 0; start < 8; start++)
        {
            Put(ring, 0, 1, 2, 3, 4, 5, 6, 7);
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], TakeAll(ring));
            Put(ring, 99);
            Assert.Equal([99], TakeAll(ring));
        }
    }

    [Fact]
    public void Claim_over_the_end_lies_in_two_spans_and_indexes_as_one()
    {
        IRing<long> ring = Create(8);
        Put(ring, 1, 2, 3, 4, 5, 6);
        TakeAll(ring);
        Assert.True(ring.TryClaim(5, out RingClaim<long> claim));
        Assert.Equal(2, claim.First.Length);
        Assert.Equal(3, claim.Second.Length);
        for (int i = 0; i < 5; i++) claim[i] = 10 + i;
        ring.Publish(claim);
        Assert.Equal([10, 11, 12, 13, 14], TakeAll(ring));
    }

    [Fact]
    public void Partly_released_slots_stay_to_be_seen_again()
    {
        IRing<long> ring = Create(8);
        Put(ring, 1, 2, 3);
        ring.Peek();
        ring.Release(1);
        Assert.Equal([2, 3], ring.Peek().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(9)]
    [InlineData(int.MinValue)]
    public void Claim_that_can_never_fit_is_misuse(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(8).TryClaim(count, out _));

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Release_of_what_was_not_seen_is_misuse(int count)
    {
        IRing<long> ring = Create(8);
        Put(ring, 1, 2);
        ring.Peek();
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Release(count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-8)]
    public void Capacity_is_a_power_of_two(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(capacity));

    [Fact]
    public void Fill_wants_exactly_the_claimed_count()
    {
        IRing<long> ring = Create(8);
        Assert.Throws<ArgumentException>(() =>
        {
            ring.TryClaim(3, out RingClaim<long> claim);
            claim.Fill([1, 2]);
        });
    }

    [Fact]
    public void Nothing_is_allocated_by_claim_publish_peek_and_release()
    {
        IRing<long> ring = Create(1024);
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                ring.TryClaim(64, out RingClaim<long> claim);
                claim[5] = i;
                ring.Publish(claim);
                ring.Release(ring.Peek().Length);
            }
            if (warm == 1) Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
