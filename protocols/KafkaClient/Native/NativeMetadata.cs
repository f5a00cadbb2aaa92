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
