using HyperIngest.Core.Records;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>A record for each of 20 devices' polls of 100 readings, in a format that holds a batch.</summary>
internal sealed class BatchEncode : Workload
{
    /// <summary>Devices of an iteration.</summary>
    public const int Devices = 20;

    private readonly SampleReadings _sample = new(Devices, decimals: false);
    private readonly BatchRecordWriter _writer;
    private readonly byte[] _buffer;

    public BatchEncode(RecordFormat format)
    {
        _writer = format == RecordFormat.Protobuf ? new ProtobufBatchWriter(_sample.Catalog) : new ColumnarBatchWriter(_sample.Catalog);
        _buffer = new byte[_writer.MaxBytes(_sample.Readings.AsSpan(0, SampleReadings.Tags))];
    }

    public override int OperationsPerIteration => Devices * SampleReadings.Tags;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            for (int at = 0; at < _sample.Readings.Length; at += SampleReadings.Tags)
            {
                if (!_writer.TryWrite(_sample.Readings.AsSpan(at, SampleReadings.Tags), _buffer, out _)) throw new InvalidOperationException("A batch was refused.");
            }
        }
    }
}
