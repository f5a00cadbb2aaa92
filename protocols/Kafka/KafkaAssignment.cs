using HyperIngest.Core.Sharding;
using HyperIngest.Kafka;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// The partitions this member has now, and all it has ever had: what was taken of one is remembered when it comes back. Changed by the consuming thread; /status and metrics read
/// <see cref="Current"/>.
/// </summary>
internal sealed class KafkaAssignment
{
    private readonly KafkaSourceOptions _options;
    private readonly Intake _intake;
    private readonly KafkaSourceMetrics _metrics;
    private readonly Dictionary<(string Topic, int Partition), KafkaPartition> _known = [];
    private readonly Dictionary<(nint Topic, int Partition), KafkaPartition> _byHandle = [];

    // Replaced by the consuming thread (release), read by anyone (acquire); never changed in place.
    private KafkaPartition[] _current = [];

    // The consuming thread's: where the last message went.
    private nint _lastTopic;
    private KafkaPartition? _last;

    public KafkaAssignment(KafkaSourceOptions options, Intake intake, KafkaSourceMetrics metrics)
    {
        _options = options;
        _intake = intake;
        _metrics = metrics;
    }

    /// <summary>The partitions this member has. Any thread may read it.</summary>
    public KafkaPartition[] Current => Volatile.Read(ref _current);

    /// <summary>A partition by its name.</summary>
    public KafkaPartition Find(string topic, int partition)
    {
        if (_known.TryGetValue((topic, partition), out KafkaPartition? known)) return known;
        // With the group in the name: another group has taken nothing yet, and a source that is to read everything again is given a new one.
        ulong source = SourceMark.SourceOf($"kafka/{_options.Name}/{_options.Group}/{topic}");
        known = new KafkaPartition(topic, partition, source, _intake);
        _known.Add((topic, partition), known);
        _metrics.Show(known);
        return known;
    }

    /// <summary>The partition of a consumed message.</summary>
    public KafkaPartition Of(KafkaConsumer consumer, in KafkaMessage message)
    {
        if (message.TopicHandle == _lastTopic && _last is { } last && last.Number == message.Partition) return last;
        if (!_byHandle.TryGetValue((message.TopicHandle, message.Partition), out KafkaPartition? found))
        {
            found = Find(consumer.TopicOf(message), message.Partition);
            _byHandle.Add((message.TopicHandle, message.Partition), found);
        }
        _lastTopic = message.TopicHandle;
        return _last = found;
    }

    /// <summary>Enters what has come or gone in <see cref="Current"/>.</summary>
    public void Changed()
    {
        // A topic's handle may be another topic's after a rebalance.
        _byHandle.Clear();
        _last = null;
        Volatile.Write(ref _current, [.. _known.Values.Where(p => p.Assigned).OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Number)]);
    }

    /// <summary>Nothing is this member's any more.</summary>
    public void Clear()
    {
        foreach (KafkaPartition partition in _known.Values) partition.End();
        Changed();
    }

    /// <summary>Some of the partitions for a log line.</summary>
    public static string Describe(IReadOnlyList<KafkaPartition> partitions)
    {
        const int shown = 12;
        string some = string.Join(", ", partitions.Take(shown).Select(p => p.Next >= 0 ? $"{p.Name}@{p.Next}" : p.Name));
        return partitions.Count > shown ? $"{some} and {partitions.Count - shown} more" : some;
    }
}
