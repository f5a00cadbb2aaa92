namespace HyperIngest.Core.Journal;

/// <summary>
/// What one sink's lane may have in its hands of a shard's records: read or taken from memory and not yet known to be with the sink, and waiting in its memory queue. Retention takes
/// nothing out of it: a reading that is counted as dropped is not delivered afterwards.
/// </summary>
internal sealed class LaneHold
{
    // Logical offsets. Each is written by the thread that its method names, and read by retention; a segment that is still written is not looked at, so that what is being offered
    // while retention looks needs no order with it.
    private long _cursor;
    private long _handedThrough;
    private long _takenThrough;
    private long _offeredFrom;
    private long _offeredThrough;

    /// <summary>Lane: the sink has all before <paramref name="offset"/>; one that lies before the last one is a replay, and the lane has let go of what it had.</summary>
    public void MoveTo(long offset)
    {
        if (offset < Volatile.Read(ref _cursor)) Volatile.Write(ref _handedThrough, offset);
        Volatile.Write(ref _cursor, offset);
    }

    /// <summary>Lane: a record that ends at <paramref name="end"/> has been read from the journal.</summary>
    public void Read(long end) => Volatile.Write(ref _handedThrough, end);

    /// <summary>Lane: a record that ends at <paramref name="end"/> has been taken from its memory queue.</summary>
    public void Took(long end)
    {
        Volatile.Write(ref _handedThrough, end);
        Volatile.Write(ref _takenThrough, end);
    }

    /// <summary>Shard: the lane's memory queue has taken a record.</summary>
    public void Offered(long offset, long end)
    {
        // Records were refused in between. The queue takes some again only when the lane has been through all of them, and what it still had with them.
        if (offset != _offeredThrough) Volatile.Write(ref _offeredFrom, offset);
        Volatile.Write(ref _offeredThrough, end);
    }

    /// <summary>Retention: whether some of it lies between two offsets.</summary>
    public bool Covers(long start, long end) =>
        (Volatile.Read(ref _cursor) < end && Volatile.Read(ref _handedThrough) > start)
        || (Math.Max(Volatile.Read(ref _takenThrough), Volatile.Read(ref _offeredFrom)) < end && Volatile.Read(ref _offeredThrough) > start);
}
