using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// Says where a partition's reading begins: at the group's offset, at the configured start when it has none, and elsewhere when what is wanted is gone. The library is told to stop at
/// an offset that is gone (auto.offset.reset=error), and not to guess: so every offset that was deleted before it was read is seen, and no jump of offsets needs to be explained
/// (transactions and compaction make many). The consuming thread's; calls here wait for brokers.
/// </summary>
internal sealed class KafkaPositions
{
    // A question to a broker that is there takes milliseconds; one that is not must not hold up the member beyond its session.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KafkaSourceOptions _options;
    private readonly KafkaConsumer _consumer;
    private readonly KafkaSourceMetrics _metrics;
    private readonly ILogger _logger;

    public KafkaPositions(KafkaSourceOptions options, KafkaConsumer consumer, KafkaSourceMetrics metrics, ILogger logger)
    {
        _options = options;
        _consumer = consumer;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Where each of these partitions, which have come, is to begin.</summary>
    public KafkaPosition[] Begin(IReadOnlyList<KafkaPosition> positions, IReadOnlyList<KafkaPartition> partitions)
    {
        IReadOnlyList<KafkaPosition> committed = _consumer.Committed(positions, Patience, out KafkaError error);
        KafkaPosition[] begin = new KafkaPosition[positions.Count];
        for (int i = 0; i < begin.Length; i++)
        {
            KafkaPartition partition = partitions[i];
            // Without an answer the library asks for itself; what comes of that is seen as records, or as an offset that is gone.
            long at = error.IsError ? KafkaPosition.Stored : committed[i].Offset;
            long known = at;
            if (!error.IsError && at < 0) at = known = First(partition);
            if (partition.Furthest > Math.Max(known, 0)) Compare(partition, known);
            partition.Begin(known >= 0 ? known : KafkaPartition.None, at >= 0 && committed[i].Offset >= 0 ? at : KafkaPartition.None);
            // "From now on" is a place: a kill before the first record must not make it a later one.
            if (known >= 0 && committed[i].Offset < 0) partition.Settled = known;
            begin[i] = positions[i] with { Offset = at };
        }
        return begin;
    }

    /// <summary>The library has found nothing at the partition's offset and reads it no more: finds out what is there and goes on.</summary>
    /// <returns>False when the brokers do not say now; to be tried again.</returns>
    public bool TryMove(KafkaPartition partition)
    {
        KafkaError error = _consumer.QueryWatermarks(partition.Topic, partition.Number, Patience, out long low, out long high);
        if (error.IsError)
        {
            KafkaSourceLog.EndsUnknown(_logger, _options.Name, partition.Name, error.ToString());
            return false;
        }
        long expected = partition.Next;
        long next;
        if (expected < 0)
        {
            next = _options.Start == KafkaStart.Latest ? high : low;
            partition.Next = next;
        }
        else if (expected > high)
        {
            KafkaSourceLog.CutShort(_logger, _options.Name, partition.Name, high, expected, low);
            partition.ForgetTaken();
            partition.Begin(next = low, committed: KafkaPartition.None);
        }
        else
        {
            next = Math.Max(expected, low);
            if (next > expected)
            {
                _metrics.LostOffsets.Add(next - expected);
                KafkaSourceLog.Lost(_logger, _options.Name, partition.Name, expected, next - 1, next);
            }
            partition.Next = next;
        }
        KafkaError moved = _consumer.Reassign([new KafkaPosition(partition.Topic, partition.Number, next)]);
        if (moved.IsError) throw new KafkaException($"{_options.Name}: {partition.Name} could not be read from offset {next}", moved);
        partition.NeedsPosition = false;
        return true;
    }

    // The group has committed nothing of it.
    private long First(KafkaPartition partition)
    {
        if (_options.Start == KafkaStart.Earliest) return KafkaPosition.Beginning;
        KafkaError error = _consumer.QueryWatermarks(partition.Topic, partition.Number, Patience, out _, out long high);
        return error.IsError ? KafkaPosition.End : high;
    }

    // The journal is ahead of the group: after a kill by what was not committed, or because the topic is another one than it was.
    private void Compare(KafkaPartition partition, long from)
    {
        KafkaError error = _consumer.QueryWatermarks(partition.Topic, partition.Number, Patience, out long low, out long high);
        if (!error.IsError && partition.Furthest > high)
        {
            KafkaSourceLog.CutShort(_logger, _options.Name, partition.Name, high, partition.Furthest, low);
            partition.ForgetTaken();
            return;
        }
        KafkaSourceLog.ReadsAgain(_logger, _options.Name, partition.Name, from >= 0 ? from : low, partition.Furthest - 1);
    }
}
