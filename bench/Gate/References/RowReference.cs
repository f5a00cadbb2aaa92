using System.Buffers.Binary;
using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>The same rows field by field through <see cref="BinaryPrimitives"/>, the way they are written at first.</summary>
internal sealed class RowReference : Workload
{
    private const int Rows = 2000;
    private const int RowBytes = 42;

    private readonly Reading[] _readings = new SampleReadings(Rows / SampleReadings.Tags, decimals: true).Readings;
    private readonly byte[] _buffer = new byte[Rows * RowBytes];

    public override int OperationsPerIteration => Rows;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            int written = Encode();
            if (written != _buffer.Length) throw new InvalidOperationException($"{written} of {_buffer.Length} bytes were written.");
        }
    }

    private int Encode()
    {
        int at = 0;
        foreach (ref readonly Reading reading in _readings.AsSpan())
        {
            Span<byte> row = _buffer.AsSpan(at, RowBytes);
            BinaryPrimitives.WriteInt16BigEndian(row, 4);
            BinaryPrimitives.WriteInt32BigEndian(row[2..], 8);
            BinaryPrimitives.WriteInt64BigEndian(row[6..], reading.Time / 10);
            BinaryPrimitives.WriteInt32BigEndian(row[14..], 8);
            BinaryPrimitives.WriteInt64BigEndian(row[18..], reading.ValueBits);
            BinaryPrimitives.WriteInt32BigEndian(row[26..], 4);
            BinaryPrimitives.WriteInt32BigEndian(row[30..], reading.SeriesId);
            BinaryPrimitives.WriteInt32BigEndian(row[34..], 4);
            BinaryPrimitives.WriteUInt32BigEndian(row[38..], reading.Status);
            at += RowBytes;
        }
        return at;
    }
}
