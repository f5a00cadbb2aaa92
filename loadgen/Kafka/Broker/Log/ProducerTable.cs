namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// What one partition remembers of its idempotent producers (KIP-98, "Idempotent Producer Guarantees"): epoch, and sequence and offset of the last
/// five batches, as many as a client may have in flight.
/// </summary>
internal sealed class ProducerTable
{
    /// <summary>As many batches as a real broker remembers a producer (ProducerStateEntry.NUM_BATCHES_TO_RETAIN).</summary>
    private const int BatchesRemembered = 5;

    private readonly Dictionary<long, Entry> _entries = [];

    /// <summary>Whether <paramref name="batch"/> is what its producer has to send next.</summary>
    /// <param name="batch">A batch; one without a producer id is always right.</param>
    /// <param name="storedAt">The offset where the same batch stands already; -1 when it is new.</param>
    /// <remarks>
    /// A producer that is new to the partition has to begin at sequence 0. A real broker takes any sequence of a producer it knows nothing of, because
    /// retention may have taken its state; here that state is never lost, and a first batch that went missing is noticed.
    /// </remarks>
    public KafkaError Check(RecordBatch batch, out long storedAt)
    {
        storedAt = -1;
        if (batch.ProducerId < 0) return KafkaError.None;
        if (batch.BaseSequence < 0) return KafkaError.InvalidRecord;
        if (!_entries.TryGetValue(batch.ProducerId, out Entry? entry) || batch.ProducerEpoch > entry.Epoch)
        {
            return batch.BaseSequence == 0 ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
        }
        if (batch.ProducerEpoch < entry.Epoch) return KafkaError.InvalidProducerEpoch;
        foreach (Remembered known in entry.Last)
        {
            if (known.FirstSequence != batch.BaseSequence || known.LastSequence != batch.LastSequence) continue;
            storedAt = known.BaseOffset;
            return KafkaError.None;
        }
        return batch.BaseSequence == entry.NextSequence ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
    }

    /// <summary>Remembers a batch that <see cref="Check"/> found right and that has been given its offset.</summary>
    public void Add(RecordBatch batch)
    {
        if (batch.ProducerId < 0) return;
        Entry entry = At(batch.ProducerId, batch.ProducerEpoch);
        entry.Last.Enqueue(new Remembered(batch.BaseSequence, batch.LastSequence, batch.BaseOffset));
        if (entry.Last.Count > BatchesRemembered) entry.Last.Dequeue();
        entry.NextSequence = batch.LastSequence == int.MaxValue ? 0 : batch.LastSequence + 1;
    }

    /// <summary>From here on writes of an epoch below <paramref name="epoch"/> are refused.</summary>
    public void Fence(long producerId, short epoch) => At(producerId, epoch);

    private Entry At(long producerId, short epoch)
    {
        if (_entries.TryGetValue(producerId, out Entry? entry) && entry.Epoch >= epoch) return entry;
        return _entries[producerId] = new Entry(epoch);
    }

    private readonly record struct Remembered(int FirstSequence, int LastSequence, long BaseOffset);

    private sealed class Entry(short epoch)
    {
        public short Epoch { get; } = epoch;

        public Queue<Remembered> Last { get; } = [];

        public int NextSequence { get; set; }
    }
}
