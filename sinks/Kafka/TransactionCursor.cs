using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// Where an exactly-once lane keeps its cursor: as the committed offset of a consumer group of its own, on partition 0 of one of the sink's topics. The offset is the cursor's; the note
/// (an offset's metadata) has the journal's id, the offset and the index: <c>ID OFFSET INDEX</c>.
/// </summary>
internal sealed class TransactionCursor(KafkaSinkOptions options, string topic, LaneIdentity identity, ILogger logger)
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    private readonly KafkaSinkOptions _options = options;
    private readonly LaneIdentity _identity = identity;
    private readonly ILogger _logger = logger;

    /// <summary>The group, and the transactional id as well: one for each lane.</summary>
    public string Group { get; } = $"{identity.Node}.{options.Name}.{identity.Shard}";

    /// <summary>The topic whose partition 0 the offset stands for.</summary>
    public string Topic { get; } = topic;

    /// <summary>What the group says, as far as this lane knows.</summary>
    public JournalPosition Stored { get; private set; }

    /// <summary>Reads what the group says. Blocks.</summary>
    /// <exception cref="SinkException">Nobody answers, or the group may not be read.</exception>
    public JournalPosition Read(CancellationToken cancellationToken)
    {
        Dictionary<string, string> properties = new() { ["group.id"] = Group, ["isolation.level"] = "read_committed", ["log.connection.close"] = "false" };
        using KafkaConsumer consumer = new($"{_options.Name}/{_identity.Shard} cursor", _options.Client with { Properties = ConsumerProperties() }, properties, null, _logger);
        // An older producer's transaction that is being ended leaves the offset unstable for a moment.
        for (int tries = 0; ; tries++)
        {
            IReadOnlyList<KafkaPosition> found = consumer.Committed([new(Topic, 0, KafkaPosition.Stored)], AskLimit, out KafkaError error);
            if (!error.IsError) return Parse(found[0]);
            cancellationToken.ThrowIfCancellationRequested();
            if (tries >= 2 || KafkaErrors.KindOf(error.Code) == KafkaErrorKind.Stop) throw new SinkException(KafkaErrors.OutcomeOf($"the cursor in group {Group}", error));
        }
    }

    /// <summary>Reads it, and takes it for this lane's.</summary>
    public void Open(CancellationToken cancellationToken) => Stored = Read(cancellationToken);

    /// <summary>Makes the cursor part of the producer's transaction.</summary>
    public KafkaError Send(KafkaProducer producer, JournalPosition cursor, TimeSpan limit) =>
        producer.SendOffset(Group, Topic, 0, cursor.Offset, string.Create(CultureInfo.InvariantCulture, $"{_identity.JournalId:N} {cursor.Offset} {cursor.Index}"), limit);

    /// <summary>The transaction is committed.</summary>
    public void Moved(JournalPosition cursor) => Stored = cursor;

    // The user's properties that are the connection's; a producer's own would be refused or warned about by a consumer.
    private Dictionary<string, string> ConsumerProperties()
    {
        string[] prefixes = ["security.", "ssl.", "sasl.", "socket.", "broker.", "reconnect.", "api.version", "client.", "enable.sasl", "enable.ssl", "debug"];
        return _options.Client.Properties.Where(p => prefixes.Any(prefix => p.Key.StartsWith(prefix, StringComparison.Ordinal))).ToDictionary();
    }

    private JournalPosition Parse(KafkaPosition found)
    {
        if (found.Offset < 0) return JournalPosition.Start;
        string[] parts = (found.Note ?? "").Split(' ');
        if (parts.Length == 3 && Guid.TryParseExact(parts[0], "N", out Guid journal)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            if (journal == _identity.JournalId) return new JournalPosition(offset, index);
        }
        KafkaEvents.OtherJournal(_logger, _options.Name, _identity.Shard, Group, found.Note ?? "", _identity.JournalId);
        return JournalPosition.Start;
    }
}
