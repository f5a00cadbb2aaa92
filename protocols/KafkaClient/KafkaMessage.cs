using System.Runtime.InteropServices;

namespace HyperIngest.Kafka;

/// <summary>
/// A message as librdkafka lays it out (rd_kafka_message_t): what a producer hands over, what a report or a consumer hands back. Plain memory, no references.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct KafkaMessage
{
    /// <summary>The outcome, a code of <see cref="KafkaErrorCode"/>; 0 for none. Written by the library.</summary>
    public int Error;

    /// <summary>The library's topic handle; null when producing, where the call says the topic.</summary>
    public nint TopicHandle;

    /// <summary>The partition, 0-based; -1 lets the library choose by key.</summary>
    public int Partition;

    /// <summary>The value. When producing it must stay where it is, pinned, until its report has come, unless the call copies.</summary>
    public byte* Value;

    /// <summary>Bytes of the value.</summary>
    public nint ValueLength;

    /// <summary>The key; copied by the library when producing.</summary>
    public byte* Key;

    /// <summary>Bytes of the key.</summary>
    public nint KeyLength;

    /// <summary>The offset in the partition, where there is one.</summary>
    public long Offset;

    /// <summary>The producer's own number for it, which comes back in its report; a consumed message has the library's.</summary>
    public nint Opaque;

    /// <summary>The value's bytes.</summary>
    public readonly ReadOnlySpan<byte> ValueSpan => new(Value, (int)ValueLength);

    /// <summary>The key's bytes; empty for none.</summary>
    public readonly ReadOnlySpan<byte> KeySpan => new(Key, (int)KeyLength);
}
