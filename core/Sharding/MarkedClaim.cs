using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Core.Sharding;

/// <summary>Slots of a shard's ring for readings that are journalled with their <see cref="SourceMark"/>, or not at all. It must be published, once, by the thread that claimed it.</summary>
public readonly ref struct MarkedClaim
{
    internal MarkedClaim(RingClaim<Reading> whole)
    {
        Whole = whole;
        Readings = whole.First.Length > 1
            ? new RingClaim<Reading>(whole.Sequence + 1, whole.First[1..], whole.Second)
            : new RingClaim<Reading>(whole.Sequence + 1, whole.Second, []);
    }

    /// <summary>The slots for the readings, as many as were asked for; to be filled and not to be published by themselves.</summary>
    public RingClaim<Reading> Readings { get; }

    /// <summary>Once <see cref="ShardInlet.DurableSequence"/> is here or further, mark and readings are durable: acknowledge upstream then.</summary>
    public long End => Whole.Sequence + Whole.Count;

    /// <summary>The mark's slot and those of the readings.</summary>
    internal RingClaim<Reading> Whole { get; }
}
