using System.Buffers.Binary;
using HyperIngest.Core.Readings;
using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>Rows of a binary COPY, 4 columns of 42 bytes together, into the buffer that goes to the socket.</summary>
internal sealed class PostgresEncode : Workload
{
    /// <summary>Readings of a chunk.</summary>
    public const int Rows = 2000;

    private readonly SampleReadings _sample = new(Rows / SampleReadings.Tags, decimals: true);
    private readonly byte[] _buffer = new byte[Rows * PostgresRowWriter.NarrowRowBytes];
    private readonly PostgresRowWriter _writer;

    public PostgresEncode()
    {
        _writer = new PostgresRowWriter(_sample.Catalog.Texts);
        _writer.Begin([.. _sample.Readings.Select(r => new SeriesSlot(BinaryPrimitives.ReverseEndianness(r.SeriesId + 1), ValueKind.Float64))], withText: false);
    }

    public override int OperationsPerIteration => Rows;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            EncodedRows rows = _writer.Encode(_sample.Readings, _buffer);
            if (rows.Rows != Rows) throw new InvalidOperationException($"{rows.Rows} of {Rows} rows were encoded.");
        }
    }
}
