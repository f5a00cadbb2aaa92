using HyperIngest.Core.Rings;

namespace HyperIngest.Tests.Unit.Rings;

public sealed class SpscRingTests : RingContract
{
    protected override IRing<long> Create(int capacity) => new SpscRing<long>(capacity);
}
