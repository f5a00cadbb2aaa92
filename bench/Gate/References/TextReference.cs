using System.Buffers.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>What the framework needs for the same values: the shortest text of a double, a date and time, and a copy of some 200 bytes that do not change.</summary>
internal sealed class TextReference : Workload
{
    private const int Devices = 20;
    private const int FixedBytes = 200;

    private readonly Reading[] _readings = new SampleReadings(Devices, decimals: true).Readings;
    private readonly byte[] _fixed = new byte[FixedBytes];
    private readonly byte[] _buffer = new byte[4096];

    public override int OperationsPerIteration => Devices * SampleReadings.Tags;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            foreach (ref readonly Reading reading in _readings.AsSpan())
            {
                Span<byte> buffer = _buffer;
                _fixed.CopyTo(buffer);
                buffer = buffer[FixedBytes..];
                if (!Utf8Formatter.TryFormat(reading.Float64, buffer, out int written)) throw new InvalidOperationException("A number found no room.");
                new DateTime(reading.GatewayTime, DateTimeKind.Utc).TryFormat(buffer[written..], out _, "O");
            }
        }
    }
}
