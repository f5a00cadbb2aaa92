using System.Runtime.InteropServices;

namespace HyperIngest.Kafka.Native;

/// <summary>rd_kafka_metadata_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMetadata
{
    public int BrokerCount;
    public nint Brokers;
    public int TopicCount;
    public NativeTopicMetadata* Topics;
    public int OriginId;
    public nint OriginName;

    /// <summary>How many partitions a topic has, asked of the brokers; makes the topic where they are set to. 0 with an error.</summary>
    public static int PartitionsOf(nint client, nint topic, TimeSpan limit, out KafkaError error)
    {
        NativeMetadata* metadata;
        error = new KafkaError(Librdkafka.Metadata(client, 0, topic, &metadata, (int)limit.TotalMilliseconds));
        if (error.IsError) return 0;
        int count = metadata->TopicCount > 0 ? metadata->Topics[0].PartitionCount : 0;
        if (metadata->TopicCount > 0) error = new KafkaError(metadata->Topics[0].Error);
        Librdkafka.MetadataDestroy(metadata);
        return count;
    }
}

/// <summary>rd_kafka_metadata_topic_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTopicMetadata
{
    public nint Name;
    public int PartitionCount;
    public nint Partitions;
    public int Error;
}
