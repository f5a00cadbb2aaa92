using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>A JSON record for each reading of 20 devices' polls; values with decimals, as measurements have.</summary>
internal sealed class JsonEncode : Workload
{
    /// <summary>Devices of an iteration.</summary>
    public const int Devices = 20;

    private readonly SampleReadings _sample = new(Devices, decimals: true);
    private readonly JsonRecordWriter _writer;
    private readonly byte[] _buffer = new byte[4096];

    public JsonEncode() => _writer = new JsonRecordWriter(_sample.Catalog);

    public override int OperationsPerIteration => Devices * SampleReadings.Tags;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            foreach (ref readonly Reading reading in _sample.Readings.AsSpan())
            {
                if (!_writer.TryWrite(reading, _buffer, out _)) throw new InvalidOperationException($"A reading was refused: {reading}.");
            }
        }
    }
}
