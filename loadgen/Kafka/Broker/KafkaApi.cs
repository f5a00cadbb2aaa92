namespace HyperIngest.LoadGen.Kafka;

/// <summary>The requests the stand-in broker answers, by their API key (protocol guide, "API Keys").</summary>
public enum KafkaApi : short
{
    /// <summary>Appends record batches.</summary>
    Produce = 0,

    /// <summary>Reads record batches.</summary>
    Fetch = 1,

    /// <summary>Earliest offset, latest offset, offset at a time.</summary>
    ListOffsets = 2,

    /// <summary>Brokers, topics, leaders.</summary>
    Metadata = 3,

    /// <summary>Stores a group's offsets.</summary>
    OffsetCommit = 8,

    /// <summary>Reads a group's offsets.</summary>
    OffsetFetch = 9,

    /// <summary>Where a group or a transactional id is coordinated.</summary>
    FindCoordinator = 10,

    /// <summary>Enters a group.</summary>
    JoinGroup = 11,

    /// <summary>Keeps a group member's session.</summary>
    Heartbeat = 12,

    /// <summary>Leaves a group.</summary>
    LeaveGroup = 13,

    /// <summary>Hands out the leader's assignment.</summary>
    SyncGroup = 14,

    /// <summary>Which versions of which requests are answered.</summary>
    ApiVersions = 18,

    /// <summary>Creates topics.</summary>
    CreateTopics = 19,

    /// <summary>Deletes topics and what is in them.</summary>
    DeleteTopics = 20,

    /// <summary>Hands out producer ids and fences older instances.</summary>
    InitProducerId = 22,

    /// <summary>Adds partitions to a transaction.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>Adds a group's offsets to a transaction.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>Commits or aborts a transaction.</summary>
    EndTxn = 26,

    /// <summary>Stores a group's offsets when the transaction commits.</summary>
    TxnOffsetCommit = 28,

    /// <summary>A topic's settings.</summary>
    DescribeConfigs = 32,
}
