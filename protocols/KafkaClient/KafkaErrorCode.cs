namespace HyperIngest.Kafka;

/// <summary>The codes of <see cref="KafkaError"/> that somebody here acts on; rd_kafka_resp_err_t in rdkafka.h has them all.</summary>
public static class KafkaErrorCode
{
    /// <summary>The client's own: local timeout of a message before the broker confirmed it.</summary>
    public const int LocalMessageTimedOut = -192;

    /// <summary>The client's own: connection broken.</summary>
    public const int LocalTransport = -195;

    /// <summary>The client's own: no broker can be reached.</summary>
    public const int LocalAllBrokersDown = -187;

    /// <summary>The client's own: nothing more in the partition for now (enable.partition.eof).</summary>
    public const int LocalPartitionEnd = -191;

    /// <summary>The client's own: the partition does not exist.</summary>
    public const int LocalUnknownPartition = -190;

    /// <summary>The client's own: the topic does not exist.</summary>
    public const int LocalUnknownTopic = -188;

    /// <summary>The client's own: a call timed out.</summary>
    public const int LocalTimedOut = -185;

    /// <summary>The client's own: its queue is full. Backpressure.</summary>
    public const int LocalQueueFull = -184;

    /// <summary>The client's own: TLS failed.</summary>
    public const int LocalTls = -181;

    /// <summary>The client's own: partitions were assigned.</summary>
    public const int LocalAssignPartitions = -175;

    /// <summary>The client's own: partitions were taken away.</summary>
    public const int LocalRevokePartitions = -174;

    /// <summary>The client's own: wrong state for the call.</summary>
    public const int LocalState = -172;

    /// <summary>The client's own: user or password refused.</summary>
    public const int LocalAuthentication = -169;

    /// <summary>The client's own: nothing is stored to commit.</summary>
    public const int LocalNoOffset = -168;

    /// <summary>The client's own: thrown out of its queue on request.</summary>
    public const int LocalPurgedInQueue = -152;

    /// <summary>The client's own: thrown out on request while a broker may have had it.</summary>
    public const int LocalPurgedInFlight = -151;

    /// <summary>The client's own: fatal; the real code is asked for separately.</summary>
    public const int LocalFatal = -150;

    /// <summary>The client's own: the consumer was not polled for max.poll.interval.ms.</summary>
    public const int LocalMaxPollExceeded = -147;

    /// <summary>The client's own: a newer producer of the same transactional id lives.</summary>
    public const int LocalFenced = -144;

    /// <summary>The client's own: the consumer's offset was reset, because what it wanted is gone.</summary>
    public const int LocalAutoOffsetReset = -140;

    /// <summary>Broker: the offset is not there.</summary>
    public const int OffsetOutOfRange = 1;

    /// <summary>Broker: checksum wrong.</summary>
    public const int InvalidMessage = 2;

    /// <summary>Broker: no such topic or partition.</summary>
    public const int UnknownTopicOrPartition = 3;

    /// <summary>Broker: the partition has no leader just now.</summary>
    public const int LeaderNotAvailable = 5;

    /// <summary>Broker: this one does not lead the partition.</summary>
    public const int NotLeaderForPartition = 6;

    /// <summary>Broker: replicas did not have it in time.</summary>
    public const int RequestTimedOut = 7;

    /// <summary>Broker: message larger than it takes.</summary>
    public const int MessageSizeTooLarge = 10;

    /// <summary>Broker: topic name not allowed.</summary>
    public const int InvalidTopic = 17;

    /// <summary>Broker: batch larger than a segment of it.</summary>
    public const int RecordListTooLarge = 18;

    /// <summary>Broker: too few replicas are in step.</summary>
    public const int NotEnoughReplicas = 19;

    /// <summary>Broker: not allowed to use the topic.</summary>
    public const int TopicAuthorizationFailed = 29;

    /// <summary>Broker: not allowed to use the group.</summary>
    public const int GroupAuthorizationFailed = 30;

    /// <summary>Broker: not allowed on the cluster.</summary>
    public const int ClusterAuthorizationFailed = 31;

    /// <summary>Broker: timestamp outside what the topic takes.</summary>
    public const int InvalidTimestamp = 32;

    /// <summary>Broker: SASL mechanism it does not know.</summary>
    public const int UnsupportedSaslMechanism = 33;

    /// <summary>Broker: it is too old for the request.</summary>
    public const int UnsupportedVersion = 35;

    /// <summary>Broker: refused by the topic's policy.</summary>
    public const int PolicyViolation = 44;

    /// <summary>Broker: an older producer epoch.</summary>
    public const int InvalidProducerEpoch = 47;

    /// <summary>Broker: not allowed to use the transactional id.</summary>
    public const int TransactionalIdAuthorizationFailed = 53;

    /// <summary>Broker: SASL refused.</summary>
    public const int SaslAuthenticationFailed = 58;

    /// <summary>Broker: compression it does not know.</summary>
    public const int UnsupportedCompressionType = 76;

    /// <summary>Broker: the record failed its validation.</summary>
    public const int InvalidRecord = 87;

    /// <summary>Broker: a newer producer of the same transactional id lives.</summary>
    public const int ProducerFenced = 90;
}
