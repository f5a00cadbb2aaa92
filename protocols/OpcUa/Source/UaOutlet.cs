using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// A device's way into its shard: blocks go into the ring in the order they came. One that has no room waits, and those behind it; whoever has put it asks the server for nothing more meanwhile, so that no
/// more wait than were asked for before. Under the device's gate.
/// </summary>
internal sealed class UaOutlet
{
    // 128 KiB a claim: a message that is larger goes in by pieces, and a claim costs nothing a reading.
    private const int UsualPiece = 4096;

    private readonly ShardInlet _inlet;
    private readonly UaBlockPool _pool;
    private readonly UaSourceMetrics _metrics;
    private readonly UaSubscriptionMarks? _marks;
    private readonly int _piece;
    private readonly Queue<UaReadingBlock> _waiting = new();
    private long _published;
    private bool _isClosed;

    // Written under the gate, read by /status at any time.
    private long _readings;
    private long _lastTicks;

    /// <param name="inlet">The device's shard.</param>
    /// <param name="pool">Where blocks come from.</param>
    /// <param name="metrics">What it counts.</param>
    /// <param name="marks">What the journal is told of subscriptions; null for a device without.</param>
    public UaOutlet(ShardInlet inlet, UaBlockPool pool, UaSourceMetrics metrics, UaSubscriptionMarks? marks)
    {
        _inlet = inlet;
        _pool = pool;
        _metrics = metrics;
        _marks = marks;
        _piece = Math.Min(Math.Min(inlet.MaxClaim, inlet.MaxMarked), UsualPiece);
    }

    /// <summary>What is to be acknowledged.</summary>
    public UaAcknowledgements Acknowledgements { get; } = new();

    /// <summary>Whether a block waits for room.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>How far the shard is durable.</summary>
    public long Durable => _inlet.DurableSequence;

    /// <summary>Readings that are in the ring or beyond. Any thread.</summary>
    public long Readings => Volatile.Read(ref _readings);

    /// <summary>When the last of them came, UTC ticks. Any thread.</summary>
    public long LastTicks => Volatile.Read(ref _lastTicks);

    /// <summary>Whether the ring has room for so many readings beside those asked for already. With nothing asked for, half of the ring does for more than it holds: they go in by pieces.</summary>
    public bool HasRoom(int readings, int askedFor) => _inlet.Free >= (askedFor == 0 ? Math.Min(readings, _inlet.MaxClaim / 2) : readings + askedFor);

    /// <summary>An empty block, to be put or returned.</summary>
    public UaReadingBlock Rent() => _pool.Rent();

    /// <summary>The journal is told of a subscription that begins, before anything of it.</summary>
    public void Begin(UaSubscription subscription) => PutMarks(subscription, UaSubscriptionMarks.BeginMarks);

    /// <summary>The journal is told that a subscription ends, behind all of it: there is nothing to be taken over.</summary>
    public void End(UaSubscription subscription) => PutMarks(subscription, UaSubscriptionMarks.EndMarks);

    /// <summary>Gives a block back that was not put.</summary>
    public void Return(UaReadingBlock block) => _pool.Return(block);

    /// <summary>From now on nothing is published; what waits is given up, and with it its acknowledgement.</summary>
    public void Close()
    {
        _isClosed = true;
        while (_waiting.TryDequeue(out UaReadingBlock? block)) Drop(block);
    }

    /// <summary>Publishes a block, or has it wait.</summary>
    public void Put(UaReadingBlock block)
    {
        if (_isClosed)
        {
            Drop(block);
            return;
        }
        if (_waiting.Count == 0 && TryPublish(block)) return;
        if (_waiting.Count == 0) _metrics.Waits.Add();
        _waiting.Enqueue(block);
    }

    /// <summary>Publishes what waits, as far as there is room; true when nothing waits any more.</summary>
    public bool Flush()
    {
        while (_waiting.TryPeek(out UaReadingBlock? block))
        {
            if (!TryPublish(block)) return false;
            _waiting.Dequeue();
        }
        return true;
    }

    private void PutMarks(UaSubscription subscription, int marks)
    {
        UaReadingBlock block = Rent();
        block.Subscription = subscription;
        block.Marks = marks;
        Put(block);
    }

    // A notification stays with the server; an answer to Read that there was no time for is counted.
    private void Drop(UaReadingBlock block)
    {
        _metrics.Abandoned.Add(block.Count - block.Done);
        _pool.Return(block);
    }

    private bool TryPublish(UaReadingBlock block)
    {
        if (block.Marks > 0)
        {
            if (!TryPublishMarks(block)) return false;
            _pool.Return(block);
            return true;
        }
        if (!(block.Subscription is { IsMarked: true } marked ? TryPublishMarked(block, marked) : TryPublishReadings(block))) return false;
        Count(block);
        if (block.Subscription is { } subscription)
        {
            _metrics.Notifications.Add();
            Acknowledgements.Add(_published, subscription, block.Sequence);
        }
        _pool.Return(block);
        return true;
    }

    private bool TryPublishReadings(UaReadingBlock block)
    {
        while (block.Done < block.Count)
        {
            int count = Math.Min(block.Count - block.Done, _piece);
            // Free is 0 while the intake is held, though the ring has room.
            if (_inlet.Free < count || !_inlet.TryClaim(count, out RingClaim<Reading> claim)) return false;
            claim.Fill(block.Rest[..count]);
            _inlet.Publish(claim);
            _published = claim.Sequence + count;
            block.Done += count;
        }
        return true;
    }

    // Each piece with a mark that says how far the notification is taken then; the last one's says that it is.
    private bool TryPublishMarked(UaReadingBlock block, UaSubscription subscription)
    {
        bool isLast;
        do
        {
            int count = Math.Min(block.Count - block.Done, _piece);
            isLast = block.Done + count == block.Count;
            SourceMark mark = isLast ? _marks!.Taken(subscription, UaNotificationNumbers.After(block.Sequence)) : _marks!.TakenOf(subscription, block.Sequence, block.Done + count);
            if (_inlet.Free <= count || !_inlet.TryClaimMarked(mark, count, out MarkedClaim claim)) return false;
            claim.Readings.Fill(block.Rest[..count]);
            _inlet.Publish(claim);
            _published = claim.End;
            block.Done += count;
        }
        while (!isLast);
        return true;
    }

    private bool TryPublishMarks(UaReadingBlock block)
    {
        Span<SourceMark> marks = stackalloc SourceMark[UaSubscriptionMarks.BeginMarks];
        _marks!.Begin(block.Subscription!, marks);
        for (; block.MarksDone < block.Marks; block.MarksDone++)
        {
            if (_inlet.Free < 1 || !_inlet.TryClaimMarked(marks[block.MarksDone], 0, out MarkedClaim claim)) return false;
            _inlet.Publish(claim);
        }
        return true;
    }

    private void Count(UaReadingBlock block)
    {
        _metrics.Values.Add(block.Count);
        if (block.Bad > 0) _metrics.BadValues.Add(block.Bad);
        if (block.Unfit > 0) _metrics.Unfit.Add(block.Unfit);
        if (block.Skipped > 0) _metrics.Skipped.Add(block.Skipped);
        if (block.TextsRefused > 0) _metrics.TextsRefused.Add(block.TextsRefused);
        if (block.Overflows > 0) _metrics.Overflows.Add(block.Overflows);
        Volatile.Write(ref _readings, _readings + block.Count);
        if (block.ArrivedTicks != 0) Volatile.Write(ref _lastTicks, block.ArrivedTicks);
    }
}
