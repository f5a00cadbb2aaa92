using HyperIngest.Core.Records;
using HyperIngest.Kafka;

namespace HyperIngest.Protocols.Kafka;

/// <summary>Where a group begins in a partition that it has committed nothing of.</summary>
public enum KafkaStart
{
    /// <summary>At the oldest record there is.</summary>
    Earliest,

    /// <summary>At what comes from now on.</summary>
    Latest,
}

/// <summary>A Kafka source: readings from topics, as one member of a consumer group.</summary>
public sealed record KafkaSourceOptions
{
    /// <summary>The source's name, unique in the node. With the group it names the marks in the journal by which nothing is taken twice: keep it.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster.</summary>
    public required KafkaClientOptions Client { get; init; }

    /// <summary>The consumer group, group.id: the nodes that share the topics' partitions among them have the same one.</summary>
    public required string Group { get; init; }

    /// <summary>Topics, each a name or, beginning with ^, a regular expression that topics' names match.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Static membership, group.instance.id: a member that comes back under its name within <see cref="SessionTimeout"/> has its partitions again without a rebalance. Null for none.</summary>
    public string? GroupInstance { get; init; }

    /// <summary>Where the group begins that has committed nothing; default the oldest record.</summary>
    public KafkaStart Start { get; init; } = KafkaStart.Earliest;

    /// <summary>Format of records without a format header; null to tell it by their first bytes.</summary>
    public RecordFormat? Format { get; init; }

    /// <summary>What is taken from a record, and how many series the records may add.</summary>
    public RecordReaderLimits Limits { get; init; } = new();

    /// <summary>How much is fetched ahead.</summary>
    public KafkaFetchOptions Fetch { get; init; } = new();

    /// <summary>How long a member may be silent before its partitions are others', 6 s to 30 min; default 45 s, Kafka's own since 3.0: a node restarts within it.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>From one commit of offsets to the next, 10 ms to 60 s; default 200 ms, twice the journal's fsync interval. What a kill takes back is read again and found in the journal.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long partitions that are to be given back wait until what was taken of them is durable and committed, 100 ms to 60 s; default 10 s, a hundred fsync intervals. After it
    /// they go all the same and their next owner reads some records again.
    /// </summary>
    public TimeSpan HandOverTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What a Kafka source fetches ahead of what it has taken: the memory it needs beside the rings.</summary>
public sealed record KafkaFetchOptions
{
    /// <summary>
    /// Bytes of records fetched and not taken yet, over all partitions, 1 MiB to 1 GiB; default 16 MiB: about 100 ms of 600,000 JSON readings a second. The client library needs about
    /// twice that again for what it keeps of each small record.
    /// </summary>
    public int QueueBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of one partition in one fetch, 16 KiB to 256 MiB; default 1 MiB, Kafka's own. A record larger than it is still fetched, alone.</summary>
    public int PartitionBytes { get; init; } = 1 << 20;

    /// <summary>How long a broker may hold a fetch back until <c>fetch.min.bytes</c> are there, 0 to 30 s; default 100 ms: brokers answer at once while there is anything.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(100);
}
