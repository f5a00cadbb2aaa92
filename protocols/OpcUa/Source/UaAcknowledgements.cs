namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// Notifications that were taken and are not acknowledged yet, in the order they were published to the shard: each may be acknowledged once the shard is durable up to what it needs. A device has one
/// shard, so that the oldest is always the next. Under the device's gate; allocates only to grow.
/// </summary>
internal sealed class UaAcknowledgements
{
    private Entry[] _entries = new Entry[16];
    private int _first;
    private int _count;

    // Those whose Publish request was not answered: the server may or may not have seen them, and being told twice does it no harm.
    private readonly Stack<(UaSubscription Subscription, uint Sequence)> _returned = new();

    private readonly record struct Entry(long Need, UaSubscription Subscription, uint Sequence);

    /// <summary>How many wait.</summary>
    public int Count => _count + _returned.Count;

    /// <summary>All readings of a notification are in the ring.</summary>
    /// <param name="need">What the shard's durable sequence must reach.</param>
    /// <param name="subscription">Whose it is.</param>
    /// <param name="sequence">Its number.</param>
    public void Add(long need, UaSubscription subscription, uint sequence)
    {
        if (_count == _entries.Length) Grow();
        _entries[(_first + _count++) & (_entries.Length - 1)] = new Entry(need, subscription, sequence);
    }

    /// <summary>The next that may be acknowledged; those of subscriptions that are no more are let go.</summary>
    public bool TryTake(long durable, out UaSubscription? subscription, out uint sequence)
    {
        while (_returned.TryPop(out (UaSubscription Subscription, uint Sequence) returned))
        {
            if (returned.Subscription.IsDead) continue;
            (subscription, sequence) = returned;
            return true;
        }
        while (_count > 0 && _entries[_first].Need <= durable)
        {
            Entry entry = _entries[_first];
            _entries[_first] = default;
            _first = (_first + 1) & (_entries.Length - 1);
            _count--;
            if (entry.Subscription.IsDead) continue;
            (subscription, sequence) = (entry.Subscription, entry.Sequence);
            return true;
        }
        (subscription, sequence) = (null, 0);
        return false;
    }

    /// <summary>Whether there is one that may be acknowledged.</summary>
    public bool HasReady(long durable) => _returned.Count > 0 || (_count > 0 && _entries[_first].Need <= durable);

    /// <summary>The request that carried it was not answered.</summary>
    public void GiveBack(UaSubscription subscription, uint sequence) => _returned.Push((subscription, sequence));

    private void Grow()
    {
        Entry[] larger = new Entry[2 * _entries.Length];
        for (int i = 0; i < _count; i++) larger[i] = _entries[(_first + i) & (_entries.Length - 1)];
        _entries = larger;
        _first = 0;
    }
}
