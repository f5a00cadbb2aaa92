using HyperIngest.Core.Sharding;

namespace HyperIngest.Host.Query;

/// <summary>One shard's readings as they are stored, in order of arrival.</summary>
internal interface IStoredShard : IDisposable
{
    /// <summary>Reads the next record into <paramref name="batch"/>; false at the end.</summary>
    bool TryRead(ReadingBatch batch);
}
