namespace HyperIngest.LoadGen.Kafka;

/// <summary>An offset that a group committed.</summary>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string? Metadata);

/// <summary>A group's offsets: committed, and those in transactions that are still open. The broker's gate guards it.</summary>
internal sealed class GroupOffsets
{
    private readonly Dictionary<PartitionId, CommittedOffset> _committed = [];
    private readonly Dictionary<long, Dictionary<PartitionId, CommittedOffset>> _pending = [];

    /// <summary>What is committed.</summary>
    public IReadOnlyDictionary<PartitionId, CommittedOffset> Committed => _committed;

    public void Commit(PartitionId partition, CommittedOffset offset) => _committed[partition] = offset;

    /// <summary>To be committed with the transaction of <paramref name="producerId"/>, or forgotten with it.</summary>
    public void Hold(long producerId, PartitionId partition, CommittedOffset offset)
    {
        if (!_pending.TryGetValue(producerId, out Dictionary<PartitionId, CommittedOffset>? held)) _pending[producerId] = held = [];
        held[partition] = offset;
    }

    /// <summary>Whether an open transaction holds an offset of <paramref name="partition"/> (KIP-447).</summary>
    public bool IsUnstable(PartitionId partition)
    {
        foreach (Dictionary<PartitionId, CommittedOffset> held in _pending.Values)
        {
            if (held.ContainsKey(partition)) return true;
        }
        return false;
    }

    public void EndTransaction(long producerId, bool commit)
    {
        if (!_pending.Remove(producerId, out Dictionary<PartitionId, CommittedOffset>? held) || !commit) return;
        foreach ((PartitionId partition, CommittedOffset offset) in held) _committed[partition] = offset;
    }
}
