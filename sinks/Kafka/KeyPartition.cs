using System.Buffers.Binary;

namespace HyperIngest.Sinks.Kafka;

/// <summary>The partition of a key, as other producers compute it. Done once for each device and topic, not for each record.</summary>
internal static class KeyPartition
{
    // Kafka, org.apache.kafka.common.utils.Utils.murmur2: seed, multiplier and shift are the algorithm's.
    private const uint MurmurSeed = 0x9747b28c;
    private const uint MurmurFactor = 0x5bd1e995;
    private const int MurmurShift = 24;

    // IEEE 802.3, reflected.
    private const uint CrcPolynomial = 0xEDB88320;

    /// <summary>The partition of <paramref name="key"/> among <paramref name="partitions"/>.</summary>
    public static int Of(KafkaPartitioner partitioner, ReadOnlySpan<byte> key, int partitions) => partitioner switch
    {
        // Java takes the sign away rather than the absolute value (Utils.toPositive).
        KafkaPartitioner.Murmur2 => (int)((Murmur2(key) & 0x7fffffff) % (uint)partitions),
        _ => (int)(Crc32(key) % (uint)partitions),
    };

    /// <summary>Java's murmur2 of a key.</summary>
    public static uint Murmur2(ReadOnlySpan<byte> key)
    {
        unchecked
        {
            uint hash = MurmurSeed ^ (uint)key.Length;
            int at = 0;
            for (; at + sizeof(uint) <= key.Length; at += sizeof(uint))
            {
                uint word = BinaryPrimitives.ReadUInt32LittleEndian(key[at..]) * MurmurFactor;
                word = (word ^ (word >> MurmurShift)) * MurmurFactor;
                hash = (hash * MurmurFactor) ^ word;
            }
            int left = key.Length - at;
            if (left >= 3) hash ^= (uint)key[at + 2] << 16;
            if (left >= 2) hash ^= (uint)key[at + 1] << 8;
            if (left >= 1) hash = (hash ^ key[at]) * MurmurFactor;
            hash = (hash ^ (hash >> 13)) * MurmurFactor;
            return hash ^ (hash >> 15);
        }
    }

    /// <summary>CRC-32 of a key.</summary>
    public static uint Crc32(ReadOnlySpan<byte> key)
    {
        uint crc = uint.MaxValue;
        foreach (byte next in key)
        {
            crc ^= next;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : CrcPolynomial);
        }
        return ~crc;
    }
}
