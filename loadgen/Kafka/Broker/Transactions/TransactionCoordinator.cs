namespace HyperIngest.LoadGen.Kafka;

/// <summary>Transactions (KIP-98): identities, epochs, which partitions and groups are in, and how they end. The broker's gate guards it.</summary>
internal sealed class TransactionCoordinator
{
    // The last epoch is left for fencing (TransactionMetadata.isEpochExhausted).
    private const short LastEpoch = short.MaxValue - 1;

    private readonly BrokerState _broker;
    private readonly Dictionary<string, TransactionalProducer> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<long, TransactionalProducer> _byProducer = [];
    private long _nextProducerId = 1000;

    public TransactionCoordinator(BrokerState broker) => _broker = broker;

    /// <summary>Transactions that are neither committed nor aborted.</summary>
    public int OpenCount => _byId.Values.Count(p => p.State == TransactionState.Ongoing);

    /// <summary>A producer id for an idempotent producer, which has no transactional id.</summary>
    public long NewProducerId() => _nextProducerId++;

    /// <summary>Gives the newest instance of a transactional id its identity, and fences those before it.</summary>
    /// <param name="transactionalId">Not empty.</param>
    /// <param name="timeout">The transaction timeout asked for.</param>
    /// <param name="producerId">The id the producer has already, when it goes on after an error (KIP-360); else -1.</param>
    /// <param name="epoch">The epoch it has; else -1.</param>
    /// <param name="producer">The identity, when there is no error.</param>
    public KafkaError Init(string transactionalId, TimeSpan timeout, long producerId, short epoch, out TransactionalProducer? producer)
    {
        producer = null;
        if (transactionalId.Length == 0) return KafkaError.InvalidRequest;
        if (timeout <= TimeSpan.Zero || timeout > _broker.Options.MaxTransactionTimeout) return KafkaError.InvalidTransactionTimeout;
        if (!_byId.TryGetValue(transactionalId, out producer)) _byId[transactionalId] = producer = new TransactionalProducer(transactionalId);
        bool goesOn = producerId >= 0 && producer.Epoch >= 0;
        if (goesOn && (producerId != producer.ProducerId || (epoch != producer.Epoch && epoch != producer.EpochBefore))) return KafkaError.ProducerFenced;
        if (producer.State == TransactionState.Ongoing)
        {
            // What the instance before left open is aborted under an epoch that is nobody's; the client asks again and gets the one behind it, as with
            // a real coordinator.
            Fence(producer);
            return KafkaError.ConcurrentTransactions;
        }
        if (goesOn && epoch != producer.Epoch) return KafkaError.None;
        producer.Timeout = timeout;
        producer.EpochBefore = goesOn ? producer.Epoch : (short)-1;
        producer.State = TransactionState.Empty;
        Bump(producer);
        return KafkaError.None;
    }

    /// <summary>Whether this is the transactional id's newest instance.</summary>
    public KafkaError Check(string transactionalId, long producerId, short epoch, out TransactionalProducer? producer)
    {
        if (!_byId.TryGetValue(transactionalId, out producer) || producer.ProducerId != producerId) return KafkaError.InvalidProducerIdMapping;

        // ProducerFenced is for versions from 2 on (KIP-588); those answered here know the older code.
        return producer.Epoch != epoch ? KafkaError.InvalidProducerEpoch : KafkaError.None;
    }

    /// <summary>The transaction of <paramref name="producer"/> is open from the first partition or group that is added to it.</summary>
    public void Begin(TransactionalProducer producer)
    {
        if (producer.State == TransactionState.Ongoing) return;
        producer.State = TransactionState.Ongoing;
        producer.Began = _broker.Now;
    }

    /// <summary>Whether a transactional batch belongs to an open transaction that its partition was added to (KIP-890 has brokers verify it).</summary>
    public KafkaError CheckWrite(RecordBatch batch, PartitionId partition)
    {
        if (!_byProducer.TryGetValue(batch.ProducerId, out TransactionalProducer? producer)) return KafkaError.InvalidProducerIdMapping;
        if (batch.ProducerEpoch != producer.Epoch) return KafkaError.InvalidProducerEpoch;
        return producer.State == TransactionState.Ongoing && producer.Partitions.Contains(partition) ? KafkaError.None : KafkaError.InvalidTxnState;
    }

    /// <summary>Commits or aborts. Asked again because the answer was lost, it says the same again.</summary>
    public KafkaError End(TransactionalProducer producer, bool commit)
    {
        if (producer.State == (commit ? TransactionState.Committed : TransactionState.Aborted)) return KafkaError.None;
        if (producer.State != TransactionState.Ongoing) return KafkaError.InvalidTxnState;
        Complete(producer, commit);
        return KafkaError.None;
    }

    /// <summary>Aborts what is older than its timeout, and fences its producer.</summary>
    public void Expire()
    {
        foreach (TransactionalProducer producer in _byId.Values)
        {
            if (producer.State == TransactionState.Ongoing && _broker.Now - producer.Began > producer.Timeout) Fence(producer);
        }
    }

    private void Fence(TransactionalProducer producer)
    {
        producer.Epoch++;
        producer.EpochBefore = -1;
        Complete(producer, commit: false);
    }

    private void Complete(TransactionalProducer producer, bool commit)
    {
        foreach (PartitionId at in producer.Partitions)
        {
            // A topic may have been deleted since; its part of the transaction went with it.
            _broker.Topics.Find(at.Topic, at.Partition)?.EndTransaction(producer.ProducerId, producer.Epoch, commit, _broker.UnixMilliseconds);
        }
        foreach (string group in producer.Groups) _broker.Groups.OffsetsOf(group).EndTransaction(producer.ProducerId, commit);
        producer.Partitions.Clear();
        producer.Groups.Clear();
        producer.State = commit ? TransactionState.Committed : TransactionState.Aborted;
        _broker.Appended();
    }

    private void Bump(TransactionalProducer producer)
    {
        if (producer.ProducerId >= 0 && producer.Epoch < LastEpoch)
        {
            producer.Epoch++;
            return;
        }
        _byProducer.Remove(producer.ProducerId);
        producer.ProducerId = NewProducerId();
        producer.Epoch = 0;
        producer.EpochBefore = -1;
        _byProducer[producer.ProducerId] = producer;
    }
}
