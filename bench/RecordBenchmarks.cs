using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Bench;

/// <summary>
/// Records of 600 devices, one poll of 100 float32 registers of the verifiable sequence each, written and read in each format; and values that are measurements with decimals, which
/// cost JSON more. A figure is the time for one reading; <c>BytesPerReading</c> is printed once.
/// </summary>
[MemoryDiagnoser]
public class RecordBenchmarks
{
    private const int Devices = 600;
    private const int Tags = 100;
    private const int Readings = Devices * Tags;

    private readonly SeriesCatalog _catalog = new();
    private readonly DecodedReadings _decoded = new();
    private readonly Reading[] _readings = new Reading[Readings];
    private readonly byte[][] _records = new byte[Devices][];
    private readonly byte[][] _jsonRecords = new byte[Readings][];
    private JsonRecordWriter _json = null!;
    private BatchRecordWriter _batches = null!;
    private RecordReader _reader = null!;
    private DeviceRuns _runs = null!;
    private byte[] _buffer = [];

    /// <summary>What the registers hold: integers of 24 bits, as the simulator's do, or decimals.</summary>
    [Params("sequence", "decimals")]
    public string Values { get; set; } = "sequence";

    [GlobalSetup(Targets = [nameof(WriteJson), nameof(ReadJson), nameof(GroupByDevice)])]
    public void SetUpJson() => SetUp(RecordFormat.Columnar);

    [GlobalSetup(Targets = [nameof(WriteProtobuf), nameof(ReadProtobuf)])]
    public void SetUpProtobuf() => SetUp(RecordFormat.Protobuf);

    [GlobalSetup(Targets = [nameof(WriteColumnar), nameof(ReadColumnar)])]
    public void SetUpColumnar() => SetUp(RecordFormat.Columnar);

    [Benchmark(OperationsPerInvoke = Readings)]
    public long WriteJson()
    {
        long bytes = 0;
        foreach (ref readonly Reading reading in _readings.AsSpan())
        {
            if (!_json.TryWrite(reading, _buffer, out int written)) throw new InvalidOperationException("A reading was refused.");
            bytes += written;
        }
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    public long ReadJson()
    {
        long sum = 0;
        foreach (byte[] record in _jsonRecords) sum += Read(RecordFormat.Json, record);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Readings)]
    public long WriteProtobuf() => WriteBatches();

    [Benchmark(OperationsPerInvoke = Readings)]
    public long ReadProtobuf() => ReadBatches(RecordFormat.Protobuf);

    [Benchmark(OperationsPerInvoke = Readings)]
    public long WriteColumnar() => WriteBatches();

    [Benchmark(OperationsPerInvoke = Readings)]
    public long ReadColumnar() => ReadBatches(RecordFormat.Columnar);

    [Benchmark(OperationsPerInvoke = Readings)]
    public int GroupByDevice()
    {
        _runs.Group(_readings);
        return _runs.Count;
    }

    private void SetUp(RecordFormat format)
    {
        long now = new DateTime(2026, 11, 21, 10, 30, 22, DateTimeKind.Utc).Ticks;
        for (int device = 0; device < Devices; device++)
        {
            for (int tag = 0; tag < Tags; tag++)
            {
                int id = _catalog.Register(new SeriesDefinition($"device-{device:D4}", $"register.{tag:D3}", ValueKind.Float64, "bar"));
                ulong integer = VerifiableSequence.ValueAt((ulong)id * 0x9E37_79B9_7F4A_7C15, 1, 24);
                double value = Values == "sequence" ? integer : integer / 1000.0;
                _readings[(device * Tags) + tag] = new Reading(id, 0, 0, now + (device * 1_234_567L), BitConverter.DoubleToInt64Bits(value));
            }
        }
        _json = new JsonRecordWriter(_catalog);
        _batches = format == RecordFormat.Protobuf ? new ProtobufBatchWriter(_catalog) : new ColumnarBatchWriter(_catalog);
        _reader = new RecordReader(_catalog);
        _runs = new DeviceRuns(_catalog);
        _buffer = new byte[_batches.MaxBytes(_readings.AsSpan(0, Tags))];
        long json = 0;
        long batch = 0;
        for (int i = 0; i < Readings; i++)
        {
            _json.TryWrite(_readings[i], _buffer, out int written);
            _jsonRecords[i] = _buffer[..written];
            json += written;
        }
        for (int device = 0; device < Devices; device++)
        {
            _batches.TryWrite(_readings.AsSpan(device * Tags, Tags), _buffer, out int written);
            _records[device] = _buffer[..written];
            batch += written;
        }
        Console.WriteLine($"// BytesPerReading: json {(double)json / Readings:F1}, {RecordFormats.NameOf(format)} {(double)batch / Readings:F2}");
    }

    private long WriteBatches()
    {
        long bytes = 0;
        for (int device = 0; device < Devices; device++)
        {
            if (!_batches.TryWrite(_readings.AsSpan(device * Tags, Tags), _buffer, out int written)) throw new InvalidOperationException("A batch was refused.");
            bytes += written;
        }
        return bytes;
    }

    private long ReadBatches(RecordFormat format)
    {
        long sum = 0;
        foreach (byte[] record in _records) sum += Read(format, record);
        return sum;
    }

    private long Read(RecordFormat format, byte[] record)
    {
        RecordStatus status = _reader.TryRead(format, record, 0, _decoded);
        return status.IsComplete ? _decoded.Count : throw new InvalidOperationException(status.ToString());
    }
}
