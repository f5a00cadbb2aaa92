using System.Diagnostics;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Shaping;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// One shard: a thread that is its ring's one consumer. It drains the ring through the shaper into a batch, seals the batch by count, bytes or age,
/// appends it to the shard's journal and offers it to the lanes. A journal that cannot take the batch stops the shard, the ring fills, and
/// the sources feel it: nothing is dropped here.
/// </summary>
public sealed class Shard
{
    // How long the thread sleeps when the ring is empty: 1 ms costs about 1 % of a core in wake-ups, fills 600 slots at 600,000 readings/s, and is small
    // beside the batch age. Producers then need not signal at all, which would cost each of them a system call.
    private static readonly TimeSpan EmptyPause = TimeSpan.FromMilliseconds(1);

    // How long before a refused append is tried again; a full disk is not freed in less.
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(100);

    private readonly MpscRing<Reading> _ring;
    private readonly BatchPool _pool;
    private readonly ShardJournal _journal;
    private readonly Action<ReadingBatch> _onAppended;
    private readonly Action<Exception> _onFailed;
    private readonly int _sealCount;
    private readonly long _maxAgeTicks;
    private readonly ILogger _logger;
    private readonly Thread _thread;

    // Set before the thread starts; null lets readings pass by plain copy.
    private Shaper? _shaper;
    private ReadingBatch _batch;
    private long _batchStarted;

    // Shard's thread only: slots taken from the ring, which are its sequence because the shard is the ring's only consumer from the start; how many of them there were at the last
    // seal; and readings still to come of the group whose mark is in the batch already.
    private long _drained;
    private long _sealedAt;
    private int _groupLeft;

    private readonly DurableSequence _durable = new();

    // Set once, by any source's thread (release) before it publishes its first mark; read by the shard's (acquire) after it has looked at the ring.
    private bool _marksInUse;

    // Written by the stopping thread once (release), read by the shard's (acquire).
    private bool _stopping;
    private bool _giveUp;

    // Written by the shard's thread alone; read by metrics and readiness.
    private long _readings;
    private long _batches;
    private string? _refusal;

    /// <summary>
    /// A shard over its new ring and its journal. On its thread, <paramref name="onAppended"/> is called for each journalled batch that has readings, and <paramref name="onFailed"/> if it cannot go on.
    /// </summary>
    public Shard(
        int number,
        MpscRing<Reading> ring,
        BatchPool pool,
        ShardJournal journal,
        BatchOptions options,
        Action<ReadingBatch> onAppended,
        Action<Exception> onFailed,
        ILogger logger)
    {
        Number = number;
        _ring = ring;
        _pool = pool;
        _journal = journal;
        _onAppended = onAppended;
        _onFailed = onFailed;
        _logger = logger;
        _sealCount = Math.Min(options.MaxReadings, options.MaxBytes / Reading.SizeInBytes);
        _maxAgeTicks = (long)(options.MaxAge.TotalSeconds * Stopwatch.Frequency);
        _batch = Rent();
        _thread = new Thread(Run) { Name = $"shard-{number}", IsBackground = true };
    }

    /// <summary>0-based.</summary>
    public int Number { get; }

    /// <summary>Readings journalled.</summary>
    public long Readings => Volatile.Read(ref _readings);

    /// <summary>Batches journalled.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Slots in use in the ring.</summary>
    public int RingUsed => _ring.Used;

    /// <summary>Slots of the ring.</summary>
    public int RingCapacity => _ring.Capacity;

    /// <summary>Why the journal takes no batches now; null while it does.</summary>
    public string? Refusal => Volatile.Read(ref _refusal);

    /// <summary>Every ring sequence below it has been drained, is in the journal (or was shaped away) and is durable. Any thread may read it.</summary>
    public long DurableSequence => _durable.Value;

    /// <summary>Most readings of a group that is to be journalled together with its mark: what a batch, and the ring beside the mark, hold.</summary>
    public int MaxMarked => Math.Min(_sealCount, _ring.Capacity - 1);

    internal MpscRing<Reading> Ring => _ring;

    internal ShardJournal Journal => _journal;

    /// <summary>Any source's thread, before its first mark: from now on the ring is searched for marks.</summary>
    internal void ExpectMarks()
    {
        if (!_marksInUse) Volatile.Write(ref _marksInUse, true);
    }

    /// <summary>Sync thread, or the drain beside it: the journal is durable to <paramref name="offset"/>.</summary>
    internal void Durable(long offset) => _durable.Durable(offset);

    /// <summary>Starts the thread.</summary>
    public void Start(Shaper? shaper)
    {
        _shaper = shaper;
        _thread.Start();
    }

    /// <summary>
    /// Asks the thread to empty the ring, seal what it has, and end; waits for it. Sources must have stopped. When the journal refuses (a full disk) it is
    /// tried until <paramref name="limit"/> and then given up.
    /// </summary>
    /// <returns>True when everything is in the journal.</returns>
    public bool Drain(TimeSpan limit)
    {
        Volatile.Write(ref _stopping, true);
        if (_thread.Join(limit)) return !_giveUp;
        Volatile.Write(ref _giveUp, true);
        _thread.Join();
        return false;
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                bool stopping = Volatile.Read(ref _stopping);
                ReadOnlySpan<Reading> seen = _ring.Peek();
                if (!seen.IsEmpty)
                {
                    if (Volatile.Read(ref _marksInUse))
                    {
                        TakeMarked(seen);
                    }
                    else
                    {
                        Take(seen);
                        SealIfDue();
                    }
                    continue;
                }
                if (_drained > _sealedAt && (stopping || IsAged())) Seal();
                // _stopping was read before the ring was seen empty, and sources published before it was set.
                else if (stopping || Volatile.Read(ref _giveUp)) break;
                else
                {
                    _durable.HandOver();
                    Thread.Sleep(EmptyPause);
                }
            }
        }
        catch (Exception e)
        {
            // A shard that cannot go on must not look alive: readiness shows the reason and the sources stop at the full ring.
            Volatile.Write(ref _refusal, $"shard {Number} failed: {e.Message}");
            ShardLog.Failed(_logger, Number, e);
            Volatile.Write(ref _giveUp, true);
            _onFailed(e);
        }
        finally
        {
            _durable.End();
        }
    }

    private int Take(ReadOnlySpan<Reading> seen)
    {
        int take = Math.Min(seen.Length, _sealCount - _batch.Count);
        if (_drained == _sealedAt) _batchStarted = Stopwatch.GetTimestamp();
        Span<Reading> room = _batch.Slots.Slice(_batch.Count, take);
        if (_shaper is null)
        {
            seen[..take].CopyTo(room);
            _batch.Count += take;
        }
        else
        {
            _batch.Count += _shaper.Shape(seen[..take], room);
        }
        Drained(take);
        return take;
    }

    // Groups, a mark and the readings behind it, among readings of sources that have no marks. A group may go on in the ring's next lap, but never in the next batch.
    private void TakeMarked(ReadOnlySpan<Reading> seen)
    {
        while (!seen.IsEmpty)
        {
            int taken;
            if (_groupLeft > 0)
            {
                taken = Take(seen[..Math.Min(_groupLeft, seen.Length)]);
                _groupLeft -= taken;
            }
            else if (SourceMark.IsIn(in seen[0]))
            {
                BeginGroup(in SourceMark.In(in seen[0]));
                taken = 1;
            }
            else
            {
                taken = Take(seen[..SourceMark.SlotsBefore(seen)]);
            }
            seen = seen[taken..];
            if (_groupLeft == 0) SealIfDue();
        }
    }

    private void BeginGroup(ref readonly SourceMark mark)
    {
        // All of the group in one record with its mark; what the batch has already goes first when they do not fit.
        if (mark.Readings > _sealCount - _batch.Count) Seal();
        if (!_batch.TryMark(in mark))
        {
            Seal();
            _batch.TryMark(in mark);
        }
        if (_drained == _sealedAt) _batchStarted = Stopwatch.GetTimestamp();
        _groupLeft = mark.Readings;
        Drained(1);
    }

    private void Drained(int slots)
    {
        _ring.Release(slots);
        _drained += slots;
    }

    private bool IsAged() => Stopwatch.GetTimestamp() - _batchStarted >= _maxAgeTicks;

    private void SealIfDue()
    {
        if (_batch.Count == _sealCount || (_drained > _sealedAt && IsAged())) Seal();
    }

    private void Seal()
    {
        // With everything shaped away there is no record to write, and what was drained is as durable as what the journal has.
        if (_batch.Count > 0 || _batch.MarkCount > 0) Append();
        _sealedAt = _drained;
        _durable.Sealed(_journal.EndOffset, _drained);
    }

    private void Append()
    {
        while (true)
        {
            AppendOutcome outcome = _journal.Append(_batch);
            if (outcome.Appended) break;
            if (_refusal is null) ShardLog.Refused(_logger, Number, outcome.Reason);
            Volatile.Write(ref _refusal, outcome.Reason);
            if (Volatile.Read(ref _giveUp)) throw new IOException($"The journal refused to the end: {outcome.Reason}");
            Thread.Sleep(RefusedPause);
        }
        if (_refusal is not null)
        {
            Volatile.Write(ref _refusal, null);
            ShardLog.Resumed(_logger, Number);
        }
        Volatile.Write(ref _readings, _readings + _batch.Count);
        Volatile.Write(ref _batches, _batches + 1);
        if (_batch.Count > 0) _onAppended(_batch);
        _batch.Release();
        _batch = Rent();
    }

    private ReadingBatch Rent()
    {
        ReadingBatch batch = _pool.Rent();
        batch.Shard = Number;
        return batch;
    }
}

internal static partial class ShardLog
{
    [LoggerMessage(EventId = 101, Level = LogLevel.Error, Message = "Shard {Shard}: the journal takes no batches, intake is stopped: {Reason}")]
    public static partial void Refused(ILogger logger, int shard, string? reason);

    [LoggerMessage(EventId = 102, Level = LogLevel.Information, Message = "Shard {Shard}: the journal takes batches again.")]
    public static partial void Resumed(ILogger logger, int shard);

    [LoggerMessage(EventId = 103, Level = LogLevel.Critical, Message = "Shard {Shard} failed and takes nothing more.")]
    public static partial void Failed(ILogger logger, int shard, Exception exception);
}
