using HyperIngest.Core.Rings;

namespace HyperIngest.Tests.Unit.Rings;

public sealed class MpscRingTests : RingContract
{
    protected override IRing<long> Create(int capacity) => new MpscRing<long>(capacity);

    [Fact]
    public void Younger_claim_published_first_waits_for_the_elder()
    {
        MpscRing<long> ring = new(8);
        ring.TryClaim(2, out RingClaim<long> elder);
        ring.TryClaim(2, out RingClaim<long> younger);
        younger.Fill([3, 4]);
        ring.Publish(younger);
        Assert.True(ring.Peek().IsEmpty);
        elder.Fill([1, 2]);
        ring.Publish(elder);
        Assert.Equal([1, 2, 3, 4], ring.Peek().ToArray());
    }

    [Fact]
    public void Words_of_an_earlier_lap_are_not_taken_for_publications()
    {
        MpscRing<long> ring = new(4);
        for (int lap = 0; lap < 3; lap++)
        {
            for (int i = 0; i < 4; i++)
            {
                ring.TryClaim(1, out RingClaim<long> one);
                ring.Publish(one);
            }
            ring.Release(ring.Peek().Length);
        }
        ring.TryClaim(2, out _);
        ring.TryClaim(1, out RingClaim<long> later);
        ring.Publish(later);
        Assert.True(ring.Peek().IsEmpty);
    }
}
