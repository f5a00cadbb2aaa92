using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>Readings of 600 series, each with a scale, an offset, a range and a deadband. Two polls in turns: in one every value has moved, in the other none has, so that half of them pass.</summary>
internal sealed class ShapeScaled : Workload
{
    /// <summary>Readings of a poll.</summary>
    public const int Series = 600;

    private readonly Reading[] _moved = new Reading[Series];
    private readonly Reading[] _shaped = new Reading[Series];
    private readonly Shaper _shaper;
    private int _turn;

    public ShapeScaled()
    {
        ShapingRule rule = new() { Scale = 0.1, Offset = -40, Min = -1_000_000, Max = 1_000_000, Deadband = 0.5, Heartbeat = TimeSpan.Zero };
        _shaper = new Shaper(Enumerable.Range(0, Series).ToDictionary(i => i, _ => rule));
    }

    public override int OperationsPerIteration => Series * 2;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            _turn++;
            for (int s = 0; s < Series; s++) _moved[s] = new Reading(s, 0, 0, _turn, BitConverter.DoubleToInt64Bits(s + ((_turn & 1) * 100)));
            int passed = _shaper.Shape(_moved, _shaped);
            int again = _shaper.Shape(_moved, _shaped);
            if (passed != Series || again != 0) throw new InvalidOperationException($"{passed} readings that had moved passed and {again} that had not.");
        }
    }
}
