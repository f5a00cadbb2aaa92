using System.Text;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Core.Sharding;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Readings of the run's own journal as records: what the ceiling produces, and what a reading costs in each format.</summary>
internal sealed class RecordSample
{
    // 200,000 JSON records are 60 MB: more than any cache holds, and made in a second.
    private const int MostReadings = 200_000;

    // A delivery's worth: batch formats gain from what a device says in a row, and a delivery is where that is cut.
    private const int ReadingsAtOnce = 65_536;

    private readonly SeriesCatalog _catalog;
    private readonly List<Reading[]> _chunks = [];

    private RecordSample(SeriesCatalog catalog) => _catalog = catalog;

    /// <summary>The first readings of a journal's shard 0, which nobody writes any more.</summary>
    public static RecordSample Of(string journalPath)
    {
        using ReadingJournal journal = ReadingJournal.OpenRead(journalPath);
        RecordSample sample = new(journal.Catalog);
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch batch = new BatchPool(journal.LargestBatch, 1).Rent();
        List<Reading> chunk = new(ReadingsAtOnce);
        int taken = 0;
        while (taken < MostReadings && reader.TryRead(batch).Status == ReadStatus.Read)
        {
            chunk.AddRange(batch.Readings);
            taken += batch.Count;
            if (chunk.Count < ReadingsAtOnce && taken < MostReadings) continue;
            sample._chunks.Add([.. chunk]);
            chunk.Clear();
        }
        if (chunk.Count > 0) sample._chunks.Add([.. chunk]);
        return sample;
    }

    /// <summary>Readings in the sample.</summary>
    public int Readings => _chunks.Sum(c => c.Length);

    /// <summary>Bytes a reading by format, before compression.</summary>
    public IReadOnlyDictionary<string, double> BytesPerReading() => Enum.GetValues<RecordFormat>().ToDictionary(
        RecordFormats.NameOf, format => Math.Round(Write(format).Sum(r => (long)r.Value.Length) / (double)Math.Max(1, Readings), 1));

    /// <summary>The sample as records of a topic with so many partitions.</summary>
    public IReadOnlyList<CeilingRecord> Records(RecordFormat format, int partitions) =>
        [.. Write(format).Select(r => new CeilingRecord(Encoding.UTF8.GetBytes(r.Device), r.Value, (int)((uint)r.Device.GetHashCode(StringComparison.Ordinal) % (uint)partitions)))];

    private IEnumerable<(string Device, byte[] Value)> Write(RecordFormat format)
    {
        DeviceRuns runs = new(_catalog);
        JsonRecordWriter json = new(_catalog);
        BatchRecordWriter? batch = format switch
        {
            RecordFormat.Protobuf => new ProtobufBatchWriter(_catalog),
            RecordFormat.Columnar => new ColumnarBatchWriter(_catalog),
            _ => null,
        };
        foreach (Reading[] chunk in _chunks)
        {
            if (batch is null)
            {
                foreach (Reading reading in chunk)
                {
                    byte[] value = new byte[json.MaxBytes(reading)];
                    if (!json.TryWrite(reading, value, out int written)) throw new InvalidOperationException($"series {reading.SeriesId}: its record does not fit its own bound of {value.Length} bytes");
                    yield return (_catalog.DeviceOf(reading.SeriesId), value[..written]);
                }
                continue;
            }
            runs.Group(chunk);
            for (int run = 0; run < runs.Count; run++)
            {
                byte[] value = new byte[batch.MaxBytes(runs.ReadingsAt(run))];
                if (!batch.TryWrite(runs.ReadingsAt(run), value, out int written)) throw new InvalidOperationException($"{runs.DeviceAt(run)}: its record does not fit its own bound of {value.Length} bytes");
                yield return (runs.DeviceAt(run), value[..written]);
            }
        }
    }
}
