using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Sinks.Kafka;

/// <summary>One record a device and topic of a delivery (or a few, where it is large), in one of the batch formats.</summary>
internal sealed unsafe class BatchEncoder(BatchRecordWriter writer, KafkaRoutes routes, int maxRecordBytes) : RecordEncoder(routes, writer.Format, maxRecordBytes)
{
    // Larger records compress no better, and a consumer has to hold one in memory.
    private const int MaxReadingsPerRecord = 8192;

    // A writer's bound may be several times what is written: past this factor a smaller record is tried first, so that the arena is not asked for megabytes.
    private const int MaxBoundFactor = 4;

    private readonly BatchRecordWriter _writer = writer;
    private readonly RouteRuns _runs = new(routes);
    private int _run;
    private int _done;

    /// <inheritdoc/>
    public override void Begin(DeliveryChunk chunk)
    {
        base.Begin(chunk);
        _runs.Sort(chunk);
        _run = _done = 0;
    }

    /// <inheritdoc/>
    public override bool Encode(DeliveryChunk chunk, RecordTable into, int records, long bytes)
    {
        int last = into.Count + records;
        for (; _run < _runs.Count; _run++, _done = 0)
        {
            while (_done < _runs.LengthOf(_run))
            {
                if (into.Count >= last || into.Arena.Taken >= bytes) return true;
                int count = Math.Min(_runs.LengthOf(_run) - _done, MaxReadingsPerRecord);
                _done += Encode(_runs.RouteOf(_run), _runs.StartOf(_run) + _done, count, into);
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public override bool TrySplit(RecordTable table, int record)
    {
        KafkaRecord whole = table[record];
        if (whole.Count == 1) return false;
        int middle = whole.First + (whole.Count / 2), end = whole.First + whole.Count;
        for (int first = whole.First; first < end;)
        {
            first += Encode(whole.Route, first, (first < middle ? middle : end) - first, table);
        }
        return true;
    }

    /// <inheritdoc/>
    public override int IndexOf(in KafkaRecord record) => _runs.IndexOf(record.First);

    // How many of the readings the record has, or that the one at its beginning was refused.
    private int Encode(int route, int first, int count, RecordTable into)
    {
        int key = Routes[route].KeyLength;
        while (true)
        {
            ReadOnlySpan<Reading> readings = _runs.Readings(first, count);
            int bound = _writer.MaxBytes(readings) + ConfluentPrefix.MaxBytes;
            if (count == 1 || bound <= (long)MaxRecordBytes * MaxBoundFactor)
            {
                Span<byte> room = into.Arena.Reserve(bound, out byte* value);
                int prefix = WritePrefix(route, room);
                if (!_writer.TryWrite(readings, room[prefix..], out int written)) throw new InvalidOperationException($"No {_writer.Format} record could be written of {count} readings from {readings[0]} on.");
                int length = prefix + written;
                if (length + key <= MaxRecordBytes)
                {
                    into.Add(new KafkaRecord { Value = value, Length = length, Route = route, First = first, Count = count });
                    return count;
                }
                if (count == 1)
                {
                    Refuse(_runs.IndexOf(first), length + key);
                    return 1;
                }
            }
            count /= 2;
        }
    }
}
