using System.Buffers.Binary;
using HyperIngest.Core.Journal;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// The header of a record batch of magic 2 (protocol guide, "Record Batch"; KIP-98). The records behind it are opaque to the broker: they may be compressed.
/// </summary>
internal readonly struct RecordBatch
{
    /// <summary>Where the records begin.</summary>
    public const int HeaderBytes = 61;

    /// <summary>What the batch's own length does not count: base offset and length.</summary>
    public const int LengthPrefixBytes = 12;

    private const int LengthAt = 8;
    private const int LeaderEpochAt = 12;
    private const int MagicAt = 16;
    private const int CrcAt = 17;
    private const int AttributesAt = 21;
    private const int LastOffsetDeltaAt = 23;
    private const int BaseTimestampAt = 27;
    private const int MaxTimestampAt = 35;
    private const int ProducerIdAt = 43;
    private const int ProducerEpochAt = 51;
    private const int BaseSequenceAt = 53;
    private const int RecordCountAt = 57;
    private const short CompressionMask = 0x07;
    private const short TransactionalFlag = 0x10;
    private const short ControlFlag = 0x20;

    private RecordBatch(Memory<byte> bytes) => Bytes = bytes;

    public Memory<byte> Bytes { get; }

    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(Bytes.Span);

    public int LastOffsetDelta => Int32(LastOffsetDeltaAt);

    public long BaseTimestamp => Int64(BaseTimestampAt);

    public long MaxTimestamp => Int64(MaxTimestampAt);

    public long ProducerId => Int64(ProducerIdAt);

    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(Bytes.Span[ProducerEpochAt..]);

    public int BaseSequence => Int32(BaseSequenceAt);

    public int RecordCount => Int32(RecordCountAt);

    /// <summary>The last record's sequence: sequences go on at 0 behind the largest int.</summary>
    public int LastSequence => (int)((BaseSequence + (long)LastOffsetDelta) & int.MaxValue);

    public bool IsCompressed => (Attributes & CompressionMask) != 0;

    public bool IsTransactional => (Attributes & TransactionalFlag) != 0;

    public bool IsControl => (Attributes & ControlFlag) != 0;

    private short Attributes => BinaryPrimitives.ReadInt16BigEndian(Bytes.Span[AttributesAt..]);

    /// <summary>Takes <paramref name="bytes"/> for one batch, if that is what it is.</summary>
    /// <param name="bytes">A produce request's records: exactly one batch from version 3 on.</param>
    /// <param name="batch">The batch.</param>
    public static KafkaError Parse(Memory<byte> bytes, out RecordBatch batch)
    {
        batch = new RecordBatch(bytes);
        if (bytes.Length <= MagicAt) return KafkaError.CorruptMessage;
        if (bytes.Span[MagicAt] != 2) return KafkaError.UnsupportedForMessageFormat;
        if (bytes.Length < HeaderBytes) return KafkaError.CorruptMessage;
        int length = batch.Int32(LengthAt);
        if (length < HeaderBytes - LengthPrefixBytes || length > bytes.Length - LengthPrefixBytes) return KafkaError.CorruptMessage;
        if (length != bytes.Length - LengthPrefixBytes) return KafkaError.InvalidRecord;
        if (Crc32C.Of(bytes.Span[AttributesAt..]) != BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[CrcAt..])) return KafkaError.CorruptMessage;
        if (batch.RecordCount < 1 || batch.LastOffsetDelta != batch.RecordCount - 1) return KafkaError.InvalidRecord;
        return KafkaError.None;
    }

    /// <summary>Gives the batch its place in the log. Neither field is under the checksum, so that a broker need not compute it again.</summary>
    public void PlaceAt(long baseOffset)
    {
        BinaryPrimitives.WriteInt64BigEndian(Bytes.Span, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(Bytes.Span[LeaderEpochAt..], 0);
    }

    /// <summary>A batch of one control record that ends a transaction (protocol guide, "Control Batches").</summary>
    public static RecordBatch EndOfTransaction(long producerId, short producerEpoch, bool commit, long timestamp)
    {
        // length 16, attributes 0, timestamp delta 0, offset delta 0; key of 4 bytes: version 0, type; value of 6 bytes: version 0, coordinator epoch 0;
        // no headers. Lengths and deltas are zigzag varints, twice the number when it is positive.
        ReadOnlySpan<byte> record = [16 * 2, 0, 0, 0, 4 * 2, 0, 0, 0, commit ? (byte)1 : (byte)0, 6 * 2, 0, 0, 0, 0, 0, 0, 0];
        byte[] bytes = new byte[HeaderBytes + record.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(LengthAt), bytes.Length - LengthPrefixBytes);
        bytes[MagicAt] = 2;
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(AttributesAt), TransactionalFlag | ControlFlag);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(BaseTimestampAt), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(MaxTimestampAt), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(ProducerIdAt), producerId);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(ProducerEpochAt), producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(BaseSequenceAt), -1);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(RecordCountAt), 1);
        record.CopyTo(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(CrcAt), Crc32C.Of(bytes.AsSpan(AttributesAt)));
        return new RecordBatch(bytes);
    }

    private int Int32(int at) => BinaryPrimitives.ReadInt32BigEndian(Bytes.Span[at..]);

    private long Int64(int at) => BinaryPrimitives.ReadInt64BigEndian(Bytes.Span[at..]);
}
