using System.Buffers.Binary;
using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>The plainest decode there is: big-endian floats from an array into readings, bounds checks and all. Bound by loads, swaps and stores, as the product's decoders are.</summary>
internal sealed class DecodeReference : Workload
{
    private const int Values = 4096;

    private readonly byte[] _wire = new byte[Values * sizeof(float)];
    private readonly Reading[] _readings = new Reading[Values];

    public DecodeReference()
    {
        for (int i = 0; i < Values; i++) BinaryPrimitives.WriteSingleBigEndian(_wire.AsSpan(i * sizeof(float)), i);
    }

    public override int OperationsPerIteration => Values;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            Decode(_wire, _readings, i);
            if (_readings[^1].Float64 != Values - 1) throw new InvalidOperationException($"The last value is {_readings[^1].Float64}.");
        }
    }

    private static void Decode(ReadOnlySpan<byte> wire, Span<Reading> readings, long gatewayTime)
    {
        for (int i = 0; i < readings.Length; i++)
        {
            double value = BinaryPrimitives.ReadSingleBigEndian(wire[(i * sizeof(float))..]);
            readings[i] = new Reading(i, 0, 0, gatewayTime, BitConverter.DoubleToInt64Bits(value));
        }
    }
}
