using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Sinks.Kafka;

/// <summary>One JSON record a reading.</summary>
internal sealed unsafe class JsonEncoder(SeriesCatalog catalog, KafkaRoutes routes, int maxRecordBytes) : RecordEncoder(routes, RecordFormat.Json, maxRecordBytes)
{
    // Enough for all but long texts and names; the arena keeps only what is written.
    private const int UsualBytes = 2048;

    private readonly JsonRecordWriter _writer = new(catalog);

    // Where in the chunk: part, reading of the part, reading of the chunk.
    private int _part;
    private int _index;
    private int _reading;

    /// <inheritdoc/>
    public override void Begin(DeliveryChunk chunk)
    {
        base.Begin(chunk);
        _part = _index = _reading = 0;
    }

    /// <inheritdoc/>
    public override bool Encode(DeliveryChunk chunk, RecordTable into, int records, long bytes)
    {
        int last = into.Count + records;
        for (; _part < chunk.PartCount; _part++, _index = 0)
        {
            ReadOnlySpan<Reading> readings = chunk.PartAt(_part);
            for (; _index < readings.Length; _index++, _reading++)
            {
                if (into.Count == last || into.Arena.Taken >= bytes) return true;
                Encode(readings[_index], into);
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public override bool TrySplit(RecordTable table, int record) => false;

    /// <inheritdoc/>
    public override int IndexOf(in KafkaRecord record) => record.First;

    private void Encode(in Reading reading, RecordTable into)
    {
        int route = Routes.Of(reading.SeriesId);
        Span<byte> room = into.Arena.Reserve(UsualBytes, out byte* value);
        int prefix = WritePrefix(route, room);
        if (!_writer.TryWrite(reading, room[prefix..], out int written))
        {
            room = into.Arena.Reserve(_writer.MaxBytes(reading) + ConfluentPrefix.MaxBytes, out value);
            prefix = WritePrefix(route, room);
            if (!_writer.TryWrite(reading, room[prefix..], out written)) throw new InvalidOperationException($"No JSON record could be written of {reading}.");
        }
        int length = prefix + written;
        int whole = length + Routes[route].KeyLength;
        if (whole > MaxRecordBytes) Refuse(_reading, whole);
        else into.Add(new KafkaRecord { Value = value, Length = length, Route = route, First = _reading, Count = 1 });
    }
}
