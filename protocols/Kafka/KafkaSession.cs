using HyperIngest.Kafka;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// The life of one consumer: from joining the group to leaving it. All of it happens on the source's consuming thread, the rebalances too, which come while it consumes.
/// </summary>
internal sealed class KafkaSession : IKafkaRebalance, IRoomKeeper, IDisposable
{
    // Records taken at once: at 600,000 a second a batch is 7 ms of them, and its pointers 32 KiB.
    private const int BatchRecords = 4096;

    // How long the first record of a lull waits for others: little beside the age of a batch in a shard (20 ms), and 100 wake-ups a second where nothing comes.
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(10);

    // A full ring has room again in milliseconds unless its shard is held up; only then are the partitions paused, because a pause throws away what was fetched ahead.
    private const int TriesBeforePause = 20;

    private readonly KafkaSourceParts _parts;
    private readonly KafkaSourceOptions _options;
    private readonly KafkaAssignment _assignment;
    private readonly KafkaConsumer _consumer;
    private readonly KafkaPositions _positions;
    private readonly KafkaOffsetCommits _commits;
    private readonly KafkaRecordIntake _intake;
    private readonly KafkaRun _run;
    private readonly List<KafkaBatch> _batches = [];
    private readonly Queue<KafkaBatch> _waiting = new();
    private readonly Stack<KafkaBatch> _spare = new();
    private bool _unsure;
    private int _seeksFailed;
    private long _nextAdvance;
    private long _nextProbe;

    // Whether every partition is paused, also those that came since; and whether one may be that came back as it went.
    private bool _allPaused;
    private bool _somePaused;

    // Whether a partition has gone while it was paused.
    private bool _pausedAway;

    /// <summary>A consumer that has asked to join the group.</summary>
    /// <exception cref="KafkaException">A property is wrong, or the subscription is refused.</exception>
    public KafkaSession(KafkaSourceParts parts)
    {
        _parts = parts;
        _options = parts.Options;
        _assignment = parts.Assignment;
        _run = new KafkaRun(parts.Intake, parts.Letters);
        _intake = new KafkaRecordIntake(parts, _run, this);
        _consumer = new KafkaConsumer(_options.Name, _options.Client, KafkaSourceProperties.Of(_options), this, parts.Logger);
        _positions = new KafkaPositions(_options, _consumer, parts.Metrics, parts.Logger);
        _commits = new KafkaOffsetCommits(_options.Name, _consumer, parts.Intake, parts.Assignment, parts.Metrics, parts.Logger);
        parts.Metrics.Consumers.Add();
        KafkaError error = _consumer.Subscribe(_options.Topics);
        if (!error.IsError) return;
        _consumer.Dispose();
        throw new KafkaException($"{_options.Name}: the subscription to {string.Join(", ", _options.Topics)} was refused", error);
    }

    /// <summary>Takes what comes until the source is to stop.</summary>
    /// <exception cref="KafkaException">The consumer is out of order.</exception>
    public void Consume()
    {
        while (!_parts.Stop.Asked)
        {
            if (!_waiting.TryDequeue(out KafkaBatch? batch))
            {
                batch = Spare();
                _consumer.Consume(batch, Lull);
            }
            Take(batch);
            GiveBack(batch);
            if (_waiting.Count == 0 && _unsure) GoOnWhereItWas();
            if (_waiting.Count == 0 && _somePaused) Resume();
            Advance();
        }
    }

    /// <summary>After <see cref="Consume"/>: stays in the group, taking nothing, until what was taken is durable and committed, or the source is disposed of.</summary>
    public void Linger()
    {
        while (_waiting.TryDequeue(out KafkaBatch? waiting)) GiveBack(waiting);
        Pause();
        while (!_parts.Stop.Ended)
        {
            _commits.Advance(_assignment.Current);
            if (_assignment.Current.All(p => p.Ledger.IsEmpty && p.Settled <= p.Committed)) return;
            KafkaBatch batch = Spare();
            _consumer.Consume(batch, Lull);
            GiveBack(batch);
        }
    }

    /// <summary>Gives the partitions back, committing what is durable, and leaves the group.</summary>
    public void Dispose()
    {
        foreach (KafkaBatch batch in _batches) batch.Dispose();
        _run.Drop();
        _consumer.Dispose();
        _assignment.Clear();
        _parts.IsPaused = false;
    }

    IReadOnlyList<KafkaPosition> IKafkaRebalance.Assigned(IReadOnlyList<KafkaPosition> partitions)
    {
        _parts.Metrics.Rebalances.Add();
        Doubt();
        KafkaPartition[] came = [.. partitions.Select(p => _assignment.Find(p.Topic, p.Partition))];
        KafkaPosition[] begin = _positions.Begin(partitions, came);
        _assignment.Changed();
        string described = KafkaAssignment.Describe(came);
        KafkaSourceLog.Assigned(_parts.Logger, _options.Name, came.Length, _assignment.Current.Length, described);
        _allPaused = false;
        _somePaused |= _pausedAway;
        return begin;
    }

    void IKafkaRebalance.Revoked(IReadOnlyList<KafkaPosition> partitions, bool lost)
    {
        _parts.Metrics.Rebalances.Add();
        Doubt();
        KafkaPartition[] go = [.. partitions.Select(p => _assignment.Find(p.Topic, p.Partition)).Where(p => p.Assigned)];
        if (lost) Lose(go);
        else HandOver(go);
        foreach (KafkaPartition partition in go) partition.End();
        // The library remembers a pause for a partition that goes and comes back.
        _pausedAway |= _somePaused;
        _assignment.Changed();
        string described = KafkaAssignment.Describe(go);
        if (lost) KafkaSourceLog.TakenAway(_parts.Logger, _options.Name, go.Length, described);
        else KafkaSourceLog.GivenBack(_parts.Logger, _options.Name, go.Length, _assignment.Current.Length, described);
    }

    // Another may be reading them by now: nothing more of them goes in here, and a commit would be refused.
    private void Lose(KafkaPartition[] partitions)
    {
        if (_run.Partition is { } open && partitions.Contains(open)) _run.Drop();
        _parts.Metrics.PartitionsLost.Add(partitions.Length);
    }

    private void HandOver(KafkaPartition[] partitions)
    {
        TimeSpan limit = _parts.Stop.Ended ? TimeSpan.FromSeconds(1) : _options.HandOverTimeout;
        long deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        // A record of which some readings are in a ring goes in whole, or its next owner takes those again.
        while (_run.Partition is { } open && partitions.Contains(open) && !_run.TryClose(heedHold: false))
        {
            if (Environment.TickCount64 >= deadline) _run.Drop();
            else Thread.Sleep(1);
        }
        TimeSpan left = TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64));
        if (_commits.Finish(partitions, left)) return;
        foreach (KafkaPartition partition in partitions)
        {
            if (!partition.Ledger.IsEmpty || partition.Settled > partition.Committed)
            {
                KafkaSourceLog.GivenBackEarly(_parts.Logger, _options.Name, partition.Name, partition.Next, partition.Committed);
            }
        }
    }

    private void Take(KafkaBatch batch)
    {
        long now = DateTime.UtcNow.Ticks;
        bool good = false;
        for (int i = 0; i < batch.Count && !_parts.Stop.Asked; i++)
        {
            ref readonly KafkaMessage message = ref batch[i];
            if (message.Error != 0)
            {
                Heed(batch, i);
                continue;
            }
            KafkaPartition partition = _assignment.Of(_consumer, message);
            // Consumed before a rebalance or a pause, which came in the same call or while this batch waited for room.
            if (!IsNext(partition, message.Offset))
            {
                _parts.Metrics.Repeated.Add();
                continue;
            }
            if (_run.Partition != partition)
            {
                if (!_intake.Close()) break;
                // Waiting for room to close the last run may have brought a rebalance.
                if (!IsNext(partition, message.Offset)) continue;
                _run.Open(partition);
            }
            good |= _intake.Take(partition, message, KafkaRecordDecoder.HeaderOf(batch, i), now);
        }
        _intake.Close();
        _parts.Metrics.Enter();
        if (good) _parts.Health.Well();
    }

    /// <summary>
    /// Waits a little for room in a ring. After a while the partitions are paused and the group is served meanwhile: a member that does not consume is thrown out.
    /// </summary>
    /// <returns>False when the open run was closed or dropped meanwhile.</returns>
    bool IRoomKeeper.WaitForRoom(ref int tries)
    {
        if (_parts.Stop.GivenUp) _run.Drop();
        else if (tries++ < TriesBeforePause)
        {
            Thread.Sleep(1);
        }
        else
        {
            Pause();
            KafkaBatch batch = Spare();
            // What was fetched before the pause may still come; it is taken after this batch.
            if (_consumer.Consume(batch, Lull) > 0) _waiting.Enqueue(batch);
            else GiveBack(batch);
            Advance();
        }
        return _run.Partition is not null;
    }

    private void Pause()
    {
        if (_allPaused) return;
        KafkaPosition[] all = Positions();
        KafkaError error = all.Length == 0 ? KafkaError.None : _consumer.Pause(all);
        if (error.IsError) throw new KafkaException($"{_options.Name}: the partitions could not be paused", error);
        _allPaused = _somePaused = true;
        if (_parts.IsPaused || _parts.Stop.Asked) return;
        _parts.IsPaused = true;
        _parts.Metrics.Pauses.Add();
        KafkaSourceLog.Paused(_parts.Logger, _options.Name);
    }

    private void Resume()
    {
        KafkaPosition[] all = Positions();
        KafkaError error = all.Length == 0 ? KafkaError.None : _consumer.Resume(all);
        if (error.IsError) throw new KafkaException($"{_options.Name}: the partitions could not be resumed", error);
        _allPaused = _somePaused = false;
        if (_parts.IsPaused) KafkaSourceLog.Resumed(_parts.Logger, _options.Name);
        _parts.IsPaused = false;
    }

    private KafkaPosition[] Positions() => [.. _assignment.Current.Select(p => new KafkaPosition(p.Topic, p.Number, KafkaPosition.Stored))];

    private static bool IsNext(KafkaPartition partition, long offset) =>
        partition.Assigned && offset >= partition.Next && (!partition.IsUnsure || offset == partition.Next || partition.Next < 0);

    // A rebalance within a call that fills a batch may cost the batch records of partitions that stay: librdkafka 2.0 has counted them as handed out and then throws them away,
    // because it pauses those partitions for the while. Nothing of these partitions is taken out of turn until they have been set to where they were.
    private void Doubt()
    {
        foreach (KafkaPartition partition in _assignment.Current) partition.IsUnsure = _unsure = true;
    }

    private void GoOnWhereItWas()
    {
        KafkaPartition[] unsure = [.. _assignment.Current.Where(p => p.IsUnsure && p.Next >= 0 && !p.NeedsPosition)];
        KafkaError error = unsure.Length == 0
            ? KafkaError.None
            : _consumer.Seek([.. unsure.Select(p => new KafkaPosition(p.Topic, p.Number, p.Next))], TimeSpan.FromSeconds(5));
        if (error.IsError)
        {
            // A leader may be moving. A new consumer begins where the group has committed, which loses nothing either.
            const int mostTries = 10;
            if (++_seeksFailed >= mostTries) throw new KafkaException($"{_options.Name}: the partitions that stayed could not be set to where they were", error);
            return;
        }
        _seeksFailed = 0;
        _unsure = false;
        foreach (KafkaPartition partition in _assignment.Current) partition.IsUnsure = false;
    }

    // What the consumer says in a message's place.
    private void Heed(KafkaBatch batch, int index)
    {
        ref readonly KafkaMessage message = ref batch[index];
        int code = message.Error;
        string text = batch.ErrorText(index);
        if (code == KafkaErrorCode.LocalAutoOffsetReset)
        {
            KafkaPartition partition = _assignment.Of(_consumer, message);
            if (!_intake.Close() || !partition.Assigned) return;
            partition.NeedsPosition = true;
            _positions.TryMove(partition);
            return;
        }
        KafkaError error = new(code, Text: text);
        if (code is KafkaErrorCode.LocalFatal or KafkaErrorCode.LocalFenced) throw new KafkaException($"{_options.Name}: the consumer has failed", error);
        _parts.Health.Report(error, text.Length > 0 ? $"{text} ({error.Name})" : error.ToString());
    }

    // Every commit interval: commits, faults, lag, and partitions without a place to read at.
    private void Advance()
    {
        long now = Environment.TickCount64;
        if (now < _nextAdvance) return;
        _nextAdvance = now + (long)_options.CommitInterval.TotalMilliseconds;
        KafkaPartition[] partitions = _assignment.Current;
        _commits.Advance(partitions);
        _parts.Health.Look(_consumer);
        foreach (KafkaPartition partition in partitions)
        {
            if (_consumer.TryGetWatermarks(partition.Topic, partition.Number, out _, out long high) && partition.Next >= 0)
            {
                partition.Lag = Math.Max(0, high - partition.Next);
            }
        }
        if (now >= _nextProbe) Probe(now, partitions);
    }

    // Every few seconds, where something is wrong: asks again for what could not be had, and whether a broker answers although no records come.
    private void Probe(long now, KafkaPartition[] partitions)
    {
        const int pauseMilliseconds = 2000;
        _nextProbe = now + pauseMilliseconds;
        foreach (KafkaPartition partition in partitions)
        {
            if (partition.NeedsPosition && _run.Partition != partition && !_positions.TryMove(partition)) return;
        }
        if (_parts.Health.Fault is null || partitions.Length == 0) return;
        KafkaPartition asked = partitions[0];
        if (!_consumer.QueryWatermarks(asked.Topic, asked.Number, TimeSpan.FromSeconds(1), out _, out _).IsError) _parts.Health.Well();
    }

    private KafkaBatch Spare()
    {
        if (_spare.TryPop(out KafkaBatch? spare)) return spare;
        KafkaBatch batch = new(BatchRecords);
        _batches.Add(batch);
        return batch;
    }

    private void GiveBack(KafkaBatch batch)
    {
        batch.Clear();
        _spare.Push(batch);
    }
}
