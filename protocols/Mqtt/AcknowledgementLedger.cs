using HyperIngest.Core.Rings;
using HyperIngest.Mqtt;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// What is still to be done before messages may be acknowledged, in the order they came: a queue between the reading loop, which writes it, and the acknowledging thread, which takes
/// out what is done. A message of several shards has an entry for each; the last one names it.
/// </summary>
internal sealed class AcknowledgementLedger
{
    // One for every packet identifier there is: a broker cannot have more messages under way, and what does not fit waits in its socket.
    private const int Capacity = ushort.MaxValue + 1;

    private readonly SpscRing<LedgerEntry> _waiting = new(Capacity);

    // Every entry is a message's own, but for those of several shards.
    private readonly SpscRing<ReleaseEntry> _released = new(Capacity);

    /// <summary>Entries that wait. Any thread may read it.</summary>
    public int Count => _waiting.Used;

    /// <summary>Reading loop: whether so many entries fit.</summary>
    public bool HasRoom(int entries) => _waiting.Capacity - _waiting.Used >= entries;

    /// <summary>Reading loop: notes what a message needs; there must be room.</summary>
    public void Add(in LedgerEntry entry)
    {
        if (!_waiting.TryClaim(1, out RingClaim<LedgerEntry> claim)) throw new InvalidOperationException("An entry was added to a full ledger: ask HasRoom first.");
        claim[0] = entry;
        _waiting.Publish(claim);
    }

    /// <summary>Acknowledging thread: what waits, the oldest first; not all of it where the ring passes its end.</summary>
    public ReadOnlySpan<LedgerEntry> Peek() => _waiting.Peek();

    /// <summary>Acknowledging thread: takes the oldest out.</summary>
    public void Remove(int entries) => _waiting.Release(entries);

    /// <summary>Reading loop: the broker has released a message of QoS 2.</summary>
    /// <returns>False when the broker has released more than there are packet identifiers.</returns>
    public bool TryRelease(in ReleaseEntry entry)
    {
        if (!_released.TryClaim(1, out RingClaim<ReleaseEntry> claim)) return false;
        claim[0] = entry;
        _released.Publish(claim);
        return true;
    }

    /// <summary>Acknowledging thread: what was released, the oldest first.</summary>
    public ReadOnlySpan<ReleaseEntry> PeekReleased() => _released.Peek();

    /// <summary>Acknowledging thread: takes the oldest out.</summary>
    public void RemoveReleased(int entries) => _released.Release(entries);
}

/// <summary>What a message, or one shard's part of it, needs.</summary>
/// <param name="Need">The shard's durable sequence that is needed.</param>
/// <param name="Shard">The shard; <see cref="NoShard"/> for none, <see cref="Letters"/> when the dead letters must be on the disk.</param>
/// <param name="Generation">Which connection it came over.</param>
/// <param name="PacketId">What is then to be acknowledged; 0 for nothing, because other entries of the message follow or nobody waits.</param>
/// <param name="Qos">How.</param>
internal readonly record struct LedgerEntry(long Need, int Shard, int Generation, ushort PacketId, MqttQos Qos)
{
    /// <summary>Nothing is needed.</summary>
    public const int NoShard = -1;

    /// <summary>The dead letters must be on the disk.</summary>
    public const int Letters = -2;
}

/// <summary>A message of QoS 2 that the broker has released.</summary>
/// <param name="Shards">The shards whose journals must know, as bits.</param>
/// <param name="Generation">Over which connection that came.</param>
/// <param name="PacketId">Which message.</param>
internal readonly record struct ReleaseEntry(ulong Shards, int Generation, ushort PacketId);
