namespace HyperIngest.LoadGen.Kafka;

/// <summary>A transaction that was aborted, as a fetch response names it to a read-committed consumer.</summary>
/// <param name="ProducerId">Whose batches to skip,</param>
/// <param name="FirstOffset">from this offset on,</param>
/// <param name="LastOffset">up to its control batch, which is here.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset);

/// <summary>One partition: batches in memory, in order, and what became of their transactions. The broker's gate guards it.</summary>
internal sealed class PartitionLog
{
    private readonly List<StoredBatch> _batches = [];
    private readonly ProducerTable _producers = new();
    private readonly Dictionary<long, List<StoredBatch>> _open = [];
    private readonly List<AbortedTransaction> _aborted = [];
    private readonly TopicSettings _settings;

    public PartitionLog(TopicSettings settings) => _settings = settings;

    /// <summary>Offset of the first record kept.</summary>
    public long Start { get; private set; }

    /// <summary>Offset of the next record. One broker is all the replicas there are, so that this is the high watermark too.</summary>
    public long End { get; private set; }

    /// <summary>Bytes kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>Transactions that have written here and are neither committed nor aborted.</summary>
    public int OpenTransactions => _open.Count;

    /// <summary>The last stable offset: the first one of an open transaction, or the end (KIP-98, "Last Stable Offset").</summary>
    public long StableEnd
    {
        get
        {
            long stable = End;
            foreach (List<StoredBatch> open in _open.Values) stable = Math.Min(stable, open[0].BaseOffset);
            return stable;
        }
    }

    /// <summary>Where a consumer of this isolation level has to stop.</summary>
    public long EndFor(KafkaIsolation isolation) => isolation == KafkaIsolation.ReadCommitted ? StableEnd : End;

    /// <summary>Records of data that a consumer of this isolation level is given.</summary>
    public long CountRecords(KafkaIsolation isolation)
    {
        long stable = StableEnd, count = 0;
        foreach (StoredBatch batch in _batches)
        {
            if (isolation == KafkaIsolation.ReadCommitted && (batch.BaseOffset >= stable || batch.Outcome == BatchOutcome.Aborted)) continue;
            count += batch.Records;
        }
        return count;
    }

    /// <summary>Whether a produced batch may be appended; <paramref name="storedAt"/> is its offset if it stands here already, else -1.</summary>
    public KafkaError Check(RecordBatch batch, out long storedAt)
    {
        storedAt = -1;
        if (batch.Bytes.Length > _settings.MaxMessageBytes) return KafkaError.MessageTooLarge;
        return batch.IsControl ? KafkaError.InvalidRecord : _producers.Check(batch, out storedAt);
    }

    /// <summary>Appends a batch that <see cref="Check"/> found right; returns its offset.</summary>
    public long Append(RecordBatch batch)
    {
        StoredBatch stored = Store(batch);
        _producers.Add(batch);
        if (batch.IsTransactional)
        {
            if (!_open.TryGetValue(batch.ProducerId, out List<StoredBatch>? open)) _open[batch.ProducerId] = open = [];
            open.Add(stored);
        }
        DropOldest();
        return stored.BaseOffset;
    }

    /// <summary>Writes the control batch that commits or aborts what <paramref name="producerId"/> has open, and refuses older epochs from here on.</summary>
    public void EndTransaction(long producerId, short epoch, bool commit, long timestamp)
    {
        StoredBatch mark = Store(RecordBatch.EndOfTransaction(producerId, epoch, commit, timestamp));
        _producers.Fence(producerId, epoch);
        if (!_open.Remove(producerId, out List<StoredBatch>? open)) return;
        foreach (StoredBatch batch in open) batch.Outcome = commit ? BatchOutcome.Visible : BatchOutcome.Aborted;
        if (!commit) _aborted.Add(new AbortedTransaction(producerId, open[0].BaseOffset, mark.LastOffset));
    }

    /// <summary>Adds the batches from the one that holds <paramref name="offset"/> on, whole, to <paramref name="batches"/>.</summary>
    /// <param name="offset">Between <see cref="Start"/> and <see cref="End"/>.</param>
    /// <param name="end">No batch from here on.</param>
    /// <param name="maxBytes">No more than this,</param>
    /// <param name="first">but one batch in any case if this is set: a batch larger than the limit must not stop a consumer (KIP-74).</param>
    /// <param name="batches">Where they go.</param>
    /// <returns>The offset behind the last batch added.</returns>
    public long Read(long offset, long end, int maxBytes, bool first, List<ReadOnlyMemory<byte>> batches)
    {
        long next = offset;
        int left = maxBytes;
        for (int i = IndexOf(offset); i < _batches.Count && _batches[i].BaseOffset < end; i++)
        {
            StoredBatch batch = _batches[i];
            if (batch.Bytes.Length > left && !(first && batches.Count == 0)) break;
            batches.Add(batch.Bytes);
            left -= batch.Bytes.Length;
            next = batch.LastOffset + 1;
        }
        return next;
    }

    /// <summary>The aborted transactions with a record between two offsets.</summary>
    public List<AbortedTransaction> AbortedBetween(long from, long end) => _aborted.FindAll(a => a.LastOffset >= from && a.FirstOffset < end);

    /// <summary>The first record at or after a time, below <paramref name="end"/>; -1 and -1 when there is none.</summary>
    public (long Timestamp, long Offset) FirstAt(long timestamp, long end)
    {
        foreach (StoredBatch batch in _batches)
        {
            if (batch.BaseOffset >= end) break;
            if (batch.MaxTimestamp >= timestamp && batch.Records > 0) return RecordTimes.FirstAt(batch.Header, timestamp);
        }
        return (-1, -1);
    }

    private StoredBatch Store(RecordBatch batch)
    {
        batch.PlaceAt(End);
        StoredBatch stored = new(batch);
        _batches.Add(stored);
        End = stored.LastOffset + 1;
        Bytes += stored.Bytes.Length;
        return stored;
    }

    // What an open transaction holds is kept whatever the limit.
    private void DropOldest()
    {
        if (_settings.RetentionBytes is not long most || Bytes <= most) return;
        long stable = StableEnd;
        int dropped = 0;
        while (Bytes > most && dropped < _batches.Count - 1 && _batches[dropped].LastOffset < stable) Bytes -= _batches[dropped++].Bytes.Length;
        if (dropped == 0) return;
        _batches.RemoveRange(0, dropped);
        Start = _batches[0].BaseOffset;
        _aborted.RemoveAll(a => a.LastOffset < Start);
    }

    private int IndexOf(long offset)
    {
        int low = 0, high = _batches.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_batches[middle].LastOffset < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
