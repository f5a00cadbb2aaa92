using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// A partition as this source knows it, for the life of the source. Written by the consuming thread alone; metrics and /status read what is marked so.
/// </summary>
internal sealed class KafkaPartition
{
    /// <summary>No offset is known.</summary>
    public const long None = -1;

    private readonly long[] _taken;
    private bool _isBad;

    // Written by the consuming thread (release), read by anyone (acquire).
    private bool _assigned;
    private long _records;
    private long _readings;
    private long _unparseable;
    private long _lastRecordTicks;
    private long _lag;
    private string? _lastFault;

    /// <summary>A partition that nothing was taken of in this process; what its shards' journals have of it is asked of them.</summary>
    public KafkaPartition(string topic, int number, ulong source, Intake intake)
    {
        Topic = topic;
        Number = number;
        Source = source;
        Name = $"{topic}[{number}]";
        Ledger = new OffsetLedger(intake.ShardCount);
        _taken = new long[intake.ShardCount];
        for (int i = 0; i < _taken.Length; i++) _taken[i] = intake[i].RecoveredMark(source, number);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition's number in it.</summary>
    public int Number { get; }

    /// <summary>As log lines and /status have it.</summary>
    public string Name { get; }

    /// <summary>The source number of its marks.</summary>
    public ulong Source { get; }

    /// <summary>What is published and not committed.</summary>
    public OffsetLedger Ledger { get; }

    /// <summary>The next offset expected; <see cref="None"/> when the library chose it.</summary>
    public long Next { get; set; } = None;

    /// <summary>All before it is durable and may be committed.</summary>
    public long Settled { get; set; } = None;

    /// <summary>What the client library was told to commit.</summary>
    public long Stored { get; set; } = None;

    /// <summary>All before it is committed, as the coordinator said.</summary>
    public long Committed { get; set; } = None;

    /// <summary>What the commit that is under way says; <see cref="None"/> when it says nothing of this partition.</summary>
    public long InCommit { get; set; } = None;

    /// <summary>Its reading stopped because what was wanted is gone, and was not begun elsewhere yet.</summary>
    public bool NeedsPosition { get; set; }

    /// <summary>A rebalance may have cost it records that were fetched: only the very next offset is taken.</summary>
    public bool IsUnsure { get; set; }

    /// <summary>Whether it is this member's. Any thread may read it.</summary>
    public bool Assigned => Volatile.Read(ref _assigned);

    /// <summary>Records taken. Any thread may read it.</summary>
    public long Records => Volatile.Read(ref _records);

    /// <summary>Readings taken. Any thread may read it.</summary>
    public long Readings => Volatile.Read(ref _readings);

    /// <summary>Records that are dead letters. Any thread may read it.</summary>
    public long Unparseable => Volatile.Read(ref _unparseable);

    /// <summary>When the last good record was taken, UTC ticks; 0 for never. Any thread may read it.</summary>
    public long LastRecordTicks => Volatile.Read(ref _lastRecordTicks);

    /// <summary>Why the last dead letter is one; null for none. Any thread may read it.</summary>
    public string? LastFault => Volatile.Read(ref _lastFault);

    /// <summary>Records at the broker that are not taken; 0 while it is another member's. Any thread may read it.</summary>
    public long Lag
    {
        get => Volatile.Read(ref _lag);
        set => Volatile.Write(ref _lag, value);
    }

    /// <summary>Where the shard's readings go on: those of records before it are in its ring or journal.</summary>
    public long TakenBy(int shard) => _taken[shard];

    /// <summary>The furthest of all shards; <see cref="None"/> when nothing was taken.</summary>
    public long Furthest => _taken.Max();

    /// <summary>A group was published whose mark says <paramref name="next"/>.</summary>
    public void Took(int shard, long next) => _taken[shard] = next;

    /// <summary>The topic's offsets begin anew: what the marks say is of another log.</summary>
    public void ForgetTaken() => Array.Fill(_taken, None);

    /// <summary>It is this member's from now on, and begins at <paramref name="next"/>.</summary>
    public void Begin(long next, long committed)
    {
        Next = next;
        Settled = Stored = Committed = committed;
        InCommit = None;
        NeedsPosition = IsUnsure = false;
        Ledger.Clear();
        Volatile.Write(ref _assigned, true);
    }

    /// <summary>It is another's.</summary>
    public void End()
    {
        Volatile.Write(ref _assigned, false);
        Ledger.Clear();
        InCommit = None;
        NeedsPosition = false;
        Lag = 0;
    }

    /// <summary>Counts what a closed run took.</summary>
    public void Count(long records, long readings, long nowTicks)
    {
        Volatile.Write(ref _records, _records + records);
        Volatile.Write(ref _readings, _readings + readings);
        Volatile.Write(ref _lastRecordTicks, nowTicks);
    }

    /// <summary>Counts a dead letter.</summary>
    /// <returns>Whether it is the first since a good record.</returns>
    public bool CountUnparseable(string reason)
    {
        bool first = !_isBad;
        _isBad = true;
        Volatile.Write(ref _unparseable, _unparseable + 1);
        Volatile.Write(ref _lastFault, reason);
        return first;
    }

    /// <summary>A record was good.</summary>
    public void Good() => _isBad = false;
}
