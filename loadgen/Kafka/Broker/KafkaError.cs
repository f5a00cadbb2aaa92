namespace HyperIngest.LoadGen.Kafka;

/// <summary>The errors the stand-in broker answers of itself or can be told to answer, by their code (protocol guide, "Error Codes").</summary>
public enum KafkaError : short
{
    /// <summary>The server does not know what went wrong.</summary>
    UnknownServerError = -1,

    /// <summary>Success.</summary>
    None = 0,

    /// <summary>The offset is outside the log.</summary>
    OffsetOutOfRange = 1,

    /// <summary>A batch's checksum or length is wrong.</summary>
    CorruptMessage = 2,

    /// <summary>No such topic or partition.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>An election is under way.</summary>
    LeaderNotAvailable = 5,

    /// <summary>Another broker leads the partition.</summary>
    NotLeaderForPartition = 6,

    /// <summary>The request took too long inside the broker.</summary>
    RequestTimedOut = 7,

    /// <summary>The batch is larger than the topic allows.</summary>
    MessageTooLarge = 10,

    /// <summary>The connection was lost before an answer came.</summary>
    NetworkException = 13,

    /// <summary>The coordinator is loading.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>There is no coordinator now.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>Another broker coordinates this group or transactional id.</summary>
    NotCoordinator = 16,

    /// <summary>The topic name is not a valid one.</summary>
    InvalidTopic = 17,

    /// <summary>Too few replicas are in sync.</summary>
    NotEnoughReplicas = 19,

    /// <summary>Written, but to too few replicas.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>Acks is none of -1, 0, 1.</summary>
    InvalidRequiredAcks = 21,

    /// <summary>The generation is not the group's.</summary>
    IllegalGeneration = 22,

    /// <summary>The member has no protocol in common with the group.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>The group id is empty.</summary>
    InvalidGroupId = 24,

    /// <summary>The group has no such member.</summary>
    UnknownMemberId = 25,

    /// <summary>The session timeout is outside what the broker allows.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>The group is rebalancing: join again.</summary>
    RebalanceInProgress = 27,

    /// <summary>A commit's metadata is too long.</summary>
    OffsetMetadataTooLarge = 28,

    /// <summary>The client may not use the topic.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>The client may not use the group.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>The request's version is not answered.</summary>
    UnsupportedVersion = 35,

    /// <summary>The topic exists.</summary>
    TopicAlreadyExists = 36,

    /// <summary>The number of partitions is not possible.</summary>
    InvalidPartitions = 37,

    /// <summary>The replication factor is not possible with one broker.</summary>
    InvalidReplicationFactor = 38,

    /// <summary>A setting is unknown or its value is wrong.</summary>
    InvalidConfig = 40,

    /// <summary>The request contradicts itself.</summary>
    InvalidRequest = 42,

    /// <summary>Only record batches of magic 2 are stored.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>A sequence number is missing between this batch and the last.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>An older instance of the producer is writing.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>The transaction is not in a state that allows this.</summary>
    InvalidTxnState = 48,

    /// <summary>The producer id does not belong to the transactional id.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>The transaction timeout is not possible.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>The transaction before is still being ended: try again.</summary>
    ConcurrentTransactions = 51,

    /// <summary>The client may not use the transactional id.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>Not tried, because another part of the request failed.</summary>
    OperationNotAttempted = 55,

    /// <summary>A disk failed.</summary>
    KafkaStorageError = 56,

    /// <summary>The broker has no state of this producer.</summary>
    UnknownProducerId = 59,

    /// <summary>Join again with the member id that was handed out (KIP-394).</summary>
    MemberIdRequired = 79,

    /// <summary>Another member has this instance id now (KIP-345).</summary>
    FencedInstanceId = 82,

    /// <summary>A record batch is malformed.</summary>
    InvalidRecord = 87,

    /// <summary>A transaction holds offsets of this partition that are neither committed nor aborted (KIP-447).</summary>
    UnstableOffsetCommit = 88,

    /// <summary>A newer instance with the same transactional id has begun (KIP-588).</summary>
    ProducerFenced = 90,
}
