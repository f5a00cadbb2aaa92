using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// What a lane delivers next: from memory while it keeps up, from the journal while it is behind. Both give the same records at the same
/// offsets, so that the feed may change over at any record.
/// </summary>
/// <remarks>
/// Once the memory queue has overflowed, offers are refused until the lane has read the journal to its end: a lane that is behind holds no
/// batches the shard could use, and does not hop between memory and files.
/// </remarks>
internal sealed class LaneFeed : IDisposable
{
    private readonly LaneQueue _queue;
    private readonly LaneSignal _signal = new();
    private readonly ILaneLog _log;
    private readonly BatchPool _pool;

    // End of the newest record that is to be had from the journal only. Written by the shard (release) on a refused offer; the lane reads it (acquire).
    private long _refusedThrough;

    // 1 while offers are taken. The lane sets it when it is at the journal's end, the shard clears it when the queue is full. Which of two simultaneous
    // writes stays does not matter: _refusedThrough and the offsets in the queue say what must be read.
    private int _accepting = 1;

    // Lane only from here on.
    private long _readThrough;
    private ReadingBatch? _current;
    private ILaneLogReader? _reader;
    private long _readerOffset = -1;

    public LaneFeed(ILaneLog log, BatchPool pool, int memoryBatches)
    {
        _log = log;
        _pool = pool;
        _queue = new LaneQueue(memoryBatches);
        _readThrough = log.EndOffset;
    }

    /// <summary>The next reading to hand out.</summary>
    public JournalPosition Position { get; private set; }

    /// <summary>Records handed out that came from the queue.</summary>
    public long FromMemory { get; private set; }

    /// <summary>Records handed out that were read from the journal.</summary>
    public long FromJournal { get; private set; }

    /// <summary>Called when the journal says records are gone: first lost offset, next offset there is.</summary>
    public Action<long, long>? Lost { get; init; }

    /// <summary>Shard only, never blocks: false when the lane will read the batch from the journal.</summary>
    public bool Offer(ReadingBatch batch)
    {
        bool taken = Volatile.Read(ref _accepting) == 1 && _queue.TryOffer(batch);
        if (!taken)
        {
            Volatile.Write(ref _accepting, 0);
            Volatile.Write(ref _refusedThrough, batch.NextOffset);
        }
        _signal.Set();
        return taken;
    }

    /// <summary>Any thread: makes a waiting lane look again.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Completes when there may be something to do.</summary>
    public ValueTask WaitAsync() => _signal.WaitAsync();

    /// <summary>Continues at <paramref name="position"/>, forward or back; everything up to the journal's present end is read from there.</summary>
    public void SeekTo(JournalPosition position)
    {
        Position = position;
        DropCurrent();
        _readThrough = Math.Max(_readThrough, _log.EndOffset);
    }

    /// <summary>Adds readings from <see cref="Position"/> on to <paramref name="chunk"/> until it holds <paramref name="maxReadings"/> or there are no more now.</summary>
    public FeedOutcome Fill(DeliveryChunk chunk, int maxReadings)
    {
        while (chunk.Count < maxReadings)
        {
            if (_current is null)
            {
                FeedOutcome next = Next();
                if (next != FeedOutcome.Filled) return chunk.Count > 0 ? FeedOutcome.Filled : next;
            }
            ReadingBatch batch = _current!;
            int first = Math.Min(Position.Index, batch.Count);
            int count = Math.Min(batch.Count - first, maxReadings - chunk.Count);
            chunk.Append(batch, first, count);
            if (first + count < batch.Count)
            {
                Position = new JournalPosition(batch.Offset, first + count);
            }
            else
            {
                Position = new JournalPosition(batch.NextOffset, 0);
                DropCurrent();
            }
        }
        return FeedOutcome.Filled;
    }

    /// <summary>Lets go of every batch, also those in the queue. The shard must not offer any more.</summary>
    public void Dispose()
    {
        DropCurrent();
        _reader?.Dispose();
        _reader = null;
        while (_queue.TryPeek(out _)) _queue.Take().Release();
    }

    private FeedOutcome Next()
    {
        // Delivered by an earlier life of the lane, or read from the journal before the queue was looked at.
        ReadingBatch? head;
        while (_queue.TryPeek(out head) && head.NextOffset <= Position.Offset) _queue.Take().Release();

        // Also where nothing but marks stands in front of it.
        if (head is not null && (head.Offset == Position.Offset || (head.Offset > Position.Offset && head.PreviousEnd <= Position.Offset)))
        {
            if (head.Offset != Position.Offset) Position = new JournalPosition(head.Offset, 0);
            _current = _queue.Take();
            FromMemory++;
            return FeedOutcome.Filled;
        }
        long readThrough = Math.Max(_readThrough, Volatile.Read(ref _refusedThrough));
        if (head is null && Position.Offset >= readThrough)
        {
            Volatile.Write(ref _accepting, 1);
            // An offer refused while that was written has moved _refusedThrough and then sets the signal: the wait will pass.
            return FeedOutcome.Empty;
        }
        return ReadJournal();
    }

    private FeedOutcome ReadJournal()
    {
        if (_reader is null || _readerOffset != Position.Offset)
        {
            _reader?.Dispose();
            _reader = null;
            _reader = _log.OpenReader(Position.Offset);
            _readerOffset = Position.Offset;
        }
        ReadingBatch batch = _pool.Rent();
        while (true)
        {
            LaneRead read;
            try
            {
                read = _reader.TryRead(batch);
            }
            catch
            {
                batch.Release();
                _readerOffset = -1;
                throw;
            }
            if (read.Status == LaneReadStatus.Read && batch.NextOffset > Position.Offset)
            {
                // Offsets may jump where a restart cut a torn tail; what is lost, the reader says with a gap.
                if (batch.Offset != Position.Offset) Position = new JournalPosition(batch.Offset, 0);
                _current = batch;
                _readerOffset = batch.NextOffset;
                FromJournal++;
                if (_readerOffset >= _log.EndOffset) Volatile.Write(ref _accepting, 1);
                return FeedOutcome.Filled;
            }
            if (read.Status == LaneReadStatus.Gap && read.LostTo > Position.Offset)
            {
                Lost?.Invoke(Math.Max(Position.Offset, read.LostFrom), read.LostTo);
                Position = new JournalPosition(read.LostTo, 0);
                _readerOffset = read.LostTo;
                if (Position.Offset >= _readThrough)
                {
                    // What comes next may be in memory already.
                    batch.Release();
                    return Next();
                }
            }
            else if (read.Status == LaneReadStatus.AtEnd)
            {
                batch.Release();
                Volatile.Write(ref _accepting, 1);
                return FeedOutcome.Late;
            }
        }
    }

    private void DropCurrent()
    {
        _current?.Release();
        _current = null;
    }
}

/// <summary>What a feed had.</summary>
internal enum FeedOutcome : byte
{
    /// <summary>Readings.</summary>
    Filled,

    /// <summary>Nothing; the next offer sets the signal.</summary>
    Empty,

    /// <summary>Nothing yet, although the journal says there is more: look again shortly.</summary>
    Late,
}
