using HyperIngest.Core.Delivery;
using HyperIngest.Core.Records;

namespace HyperIngest.Sinks.Kafka;

/// <summary>Encodes a chunk's readings into records, as many at a time as are asked for. One format each.</summary>
internal abstract class RecordEncoder(KafkaRoutes routes, RecordFormat format, int maxRecordBytes)
{
    /// <summary>Where the readings go.</summary>
    protected KafkaRoutes Routes { get; } = routes;

    /// <summary>Largest key and value.</summary>
    protected int MaxRecordBytes { get; } = maxRecordBytes;

    /// <summary>Readings of the chunk that make a record larger than it may be; by the index in the chunk, in no order.</summary>
    public List<RefusedReading> Refused { get; } = [];

    /// <summary>Begins a chunk, whose series all have routes.</summary>
    public virtual void Begin(DeliveryChunk chunk) => Refused.Clear();

    /// <summary>Encodes at most <paramref name="records"/> records, and stops at <paramref name="bytes"/> in the arena; false when the chunk is done.</summary>
    public abstract bool Encode(DeliveryChunk chunk, RecordTable into, int records, long bytes);

    /// <summary>Encodes the readings of a record into two smaller ones, which come last in the table; false when it has one reading only.</summary>
    public abstract bool TrySplit(RecordTable table, int record);

    /// <summary>The index in the chunk of a record's only reading.</summary>
    public abstract int IndexOf(in KafkaRecord record);

    /// <summary>Writes the schema registry's prefix, where there is a registry.</summary>
    protected int WritePrefix(int route, Span<byte> destination)
    {
        int schema = Routes.Topics[Routes[route].Topic].SchemaId;
        if (schema == 0) return 0;
        ConfluentPrefix.TryWrite(format, schema, destination, out int written);
        return written;
    }

    /// <summary>Refuses a reading whose record is too large.</summary>
    protected void Refuse(int index, int bytes) => Refused.Add(new RefusedReading(index, $"its record has {bytes} bytes, key and value, and max_record_bytes is {MaxRecordBytes}"));
}
