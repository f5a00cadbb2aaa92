using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>Varints of what a reading has: bytes written one by one with a branch that depends on the data, as in every format of this kind.</summary>
internal sealed class VarintReference : Workload
{
    private const int Devices = 20;

    private readonly Reading[] _readings = new SampleReadings(Devices, decimals: false).Readings;
    private readonly byte[] _buffer = new byte[4096];

    public override int OperationsPerIteration => Devices * SampleReadings.Tags;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            for (int at = 0; at < _readings.Length; at += SampleReadings.Tags) Encode(_readings.AsSpan(at, SampleReadings.Tags));
        }
    }

    private void Encode(ReadOnlySpan<Reading> readings)
    {
        int at = 0;
        long lastTime = 0;
        foreach (ref readonly Reading reading in readings)
        {
            at = Write(at, (ulong)reading.SeriesId);
            at = Write(at, reading.Status);
            at = Write(at, (ulong)(reading.GatewayTime - lastTime));
            at = Write(at, (ulong)reading.Float64);
            lastTime = reading.GatewayTime;
        }
    }

    private int Write(int at, ulong value)
    {
        while (value >= 0x80)
        {
            _buffer[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[at++] = (byte)value;
        return at;
    }
}
