using System.Runtime.InteropServices;

namespace HyperIngest.Kafka.Native;

/// <summary>rd_kafka_topic_partition_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTopicPartition
{
    public nint Topic;
    public int Partition;
    public long Offset;
    public nint Metadata;
    public nint MetadataSize;
    public nint Opaque;
    public int Error;
    public nint Private;
}

/// <summary>rd_kafka_topic_partition_list_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTopicPartitionList
{
    public int Count;
    public int Size;
    public NativeTopicPartition* Elements;
}
