namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// What of one partition is in the rings and not known to be durable: a queue of (next offset, the ring sequence each shard must have made durable before it), oldest first. The
/// consuming thread's.
/// </summary>
internal sealed class OffsetLedger
{
    // One entry a consumed batch: 64 of them are a second and more of a busy partition. When it is full the newest entry takes the next one in, which only makes its offset wait longer.
    private const int Capacity = 64;

    private readonly int _shards;
    private readonly long[] _next = new long[Capacity];
    private readonly long[] _needs;
    private int _head;
    private int _count;

    /// <summary>An empty ledger over so many shards.</summary>
    public OffsetLedger(int shards)
    {
        _shards = shards;
        _needs = new long[Capacity * shards];
    }

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Notes that all records before <paramref name="next"/> are in the rings.</summary>
    /// <param name="next">The offset to commit when they are durable.</param>
    /// <param name="needs">By shard: the durable sequence that is needed; 0 where nothing went.</param>
    public void Add(long next, ReadOnlySpan<long> needs)
    {
        if (_count == Capacity)
        {
            int last = (_head + _count - 1) % Capacity;
            _next[last] = next;
            Span<long> held = _needs.AsSpan(last * _shards, _shards);
            for (int i = 0; i < held.Length; i++) held[i] = Math.Max(held[i], needs[i]);
            return;
        }
        int slot = (_head + _count) % Capacity;
        _next[slot] = next;
        needs.CopyTo(_needs.AsSpan(slot * _shards, _shards));
        _count++;
    }

    /// <summary>Takes out what has become durable.</summary>
    /// <param name="durable">By shard: the durable sequence.</param>
    /// <returns>The offset that may be committed; -1 when nothing more may.</returns>
    public long Settle(ReadOnlySpan<long> durable)
    {
        long settled = -1;
        while (_count > 0)
        {
            ReadOnlySpan<long> needs = _needs.AsSpan(_head * _shards, _shards);
            for (int i = 0; i < needs.Length; i++)
            {
                if (needs[i] > durable[i]) return settled;
            }
            settled = _next[_head];
            _head = (_head + 1) % Capacity;
            _count--;
        }
        return settled;
    }

    /// <summary>Forgets all of it: the partition is another's.</summary>
    public void Clear() => _head = _count = 0;
}
