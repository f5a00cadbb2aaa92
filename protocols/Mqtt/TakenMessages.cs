using System.Numerics;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// What of each packet identifier was taken last, by shard: the hash of the message and how many of its readings are in the shard's ring or journal. What this process does not know
/// the shard's journal is asked for, from before the start. The reading loop's alone.
/// </summary>
internal sealed class TakenMessages
{
    private const int PacketIds = ushort.MaxValue + 1;

    // Shards are told to the acknowledging thread as bits.
    private const int MaxShards = 64;

    // In the tables; every true position is above 0.
    private const long Unknown = 0;
    private const long Nothing = -1;

    private readonly Intake _intake;

    // A table with the first message of QoS 1 or 2 of a shard: half a megabyte.
    private readonly long[]?[] _positions;
    private bool _askJournal = true;

    public TakenMessages(Intake intake, ulong source)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(intake.ShardCount, MaxShards);
        _intake = intake;
        Source = source;
        _positions = new long[intake.ShardCount][];
    }

    /// <summary>The source number of the marks.</summary>
    public ulong Source { get; }

    /// <summary>The broker does not have the session: what its packet identifiers stood for is over.</summary>
    public void Forget()
    {
        _askJournal = false;
        foreach (long[]? positions in _positions) positions?.AsSpan().Clear();
    }

    /// <summary>The readings of a message that a shard took has in its journal or ring.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="packetId">The message's packet identifier.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="readings">Its readings over all shards.</param>
    /// <returns>As many of its readings, the first ones, as are there; 0 when what was last taken under the packet identifier is another message.</returns>
    public int CountOf(int shard, ushort packetId, long hash, int readings)
    {
        long taken = PositionOf(shard, packetId) - hash;
        return taken > 0 && taken <= readings ? (int)taken : 0;
    }

    /// <summary>The first <paramref name="readings"/> of the message's readings in the shard are in its ring.</summary>
    /// <returns>The mark that goes with the last of them.</returns>
    public SourceMark MarkOf(ushort packetId, long hash, int readings) => new(Source, packetId, hash + readings);

    /// <summary>A mark was published.</summary>
    public void Took(int shard, in SourceMark mark) => (_positions[shard] ??= new long[PacketIds])[mark.Partition] = mark.Position;

    /// <summary>The broker has let go of a message: the same bytes under its packet identifier are another message from now on.</summary>
    /// <returns>The shards whose journals must be told, as bits.</returns>
    public ulong Release(ushort packetId)
    {
        ulong shards = 0;
        for (int shard = 0; shard < _positions.Length; shard++)
        {
            if (PositionOf(shard, packetId) <= 0) continue;
            (_positions[shard] ??= new long[PacketIds])[packetId] = Nothing;
            shards |= 1UL << shard;
        }
        return shards;
    }

    /// <summary>The mark that says a message was released.</summary>
    public static SourceMark ReleasedMark(ulong source, ushort packetId) => new(source, packetId, position: 0);

    /// <summary>The lowest shard of some, which is taken out.</summary>
    public static int Next(ref ulong shards)
    {
        int shard = BitOperations.TrailingZeroCount(shards);
        shards &= shards - 1;
        return shard;
    }

    private long PositionOf(int shard, ushort packetId)
    {
        long position = _positions[shard]?[packetId] ?? Unknown;
        if (position != Unknown) return position;
        return _askJournal ? _intake[shard].RecoveredMark(Source, packetId) : Nothing;
    }
}
