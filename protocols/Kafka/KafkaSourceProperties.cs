using System.Globalization;

namespace HyperIngest.Protocols.Kafka;

/// <summary>The librdkafka properties of a source, with the reason for each.</summary>
internal static class KafkaSourceProperties
{
    /// <summary>Properties that a source's own options set; in <c>properties</c> they would contradict them, or break what the source promises.</summary>
    public static readonly IReadOnlyDictionary<string, string> Owned = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "brokers",
        ["group.id"] = "group",
        ["group.instance.id"] = "group_instance",
        ["auto.offset.reset"] = "start",
        ["session.timeout.ms"] = "session_timeout",
        ["auto.commit.interval.ms"] = "commit_interval",
        ["queued.max.messages.kbytes"] = "fetch.queue",
        ["max.partition.fetch.bytes"] = "fetch.partition",
        ["fetch.message.max.bytes"] = "fetch.partition",
        ["fetch.wait.max.ms"] = "fetch.max_wait",
    };

    /// <summary>All of them; the user's own go over them.</summary>
    public static IReadOnlyDictionary<string, string> Of(KafkaSourceOptions options)
    {
        Dictionary<string, string> properties = new(StringComparer.Ordinal)
        {
            ["group.id"] = options.Group,
            // A rebalance takes away only what moves; the rest goes on meanwhile.
            ["partition.assignment.strategy"] = "cooperative-sticky",
            // Readings of a transaction that was aborted never were.
            ["isolation.level"] = "read_committed",
            // An offset that is gone is a loss, which must be seen and said: the library would go on elsewhere in silence.
            ["auto.offset.reset"] = "error",
            ["auto.commit.interval.ms"] = Milliseconds(options.CommitInterval),
            ["session.timeout.ms"] = Milliseconds(options.SessionTimeout),
            // Three heartbeats a session, as Kafka has it by default.
            ["heartbeat.interval.ms"] = Milliseconds(Min(options.SessionTimeout / 3, TimeSpan.FromSeconds(3))),
            ["queued.max.messages.kbytes"] = Number(options.Fetch.QueueBytes >> 10),
            // The library's bookkeeping is about 500 bytes a record, which the limit above does not count: 100,000 records, its own default, would be 50 MB. With JSON records of 230 bytes
            // the limit in bytes is met first.
            ["queued.min.messages"] = "100000",
            ["max.partition.fetch.bytes"] = Number(options.Fetch.PartitionBytes),
            ["fetch.max.bytes"] = Number(Math.Max(options.Fetch.QueueBytes, options.Fetch.PartitionBytes)),
            ["fetch.wait.max.ms"] = Milliseconds(options.Fetch.MaxWait),
            // A partition whose leader moves is looked for soon, and not 500 ms later.
            ["fetch.error.backoff.ms"] = "100",
            // New topics of a pattern, and leaders, are found within a minute rather than five.
            ["topic.metadata.refresh.interval.ms"] = "60000",
            // A broker that comes back is found within 5 s rather than 10.
            ["reconnect.backoff.max.ms"] = "5000",
        };
        if (options.GroupInstance is { } instance) properties["group.instance.id"] = instance;
        return properties;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static string Milliseconds(TimeSpan time) => Number((long)time.TotalMilliseconds);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
