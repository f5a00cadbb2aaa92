using System.Buffers.Binary;
using HyperIngest.Core.Journal;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Record batches for tests that send what no client would.</summary>
internal static class BrokerBatch
{
    /// <summary>A batch of empty records with no keys.</summary>
    public static byte[] Of(long producerId, short epoch, int sequence, int records)
    {
        // A record: length 6, attributes, time delta, offset delta, key -1, value of no bytes, no headers; lengths and deltas as zigzag varints.
        byte[] body = [.. Enumerable.Range(0, records).SelectMany(i => (byte[])[12, 0, 0, (byte)(2 * i), 1, 0, 0])];
        byte[] bytes = new byte[61 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), bytes.Length - 12);
        bytes[16] = 2; // magic
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(23), records - 1);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(51), epoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(53), sequence);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(57), records);
        body.CopyTo(bytes, 61);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), Crc32C.Of(bytes.AsSpan(21)));
        return bytes;
    }
}
