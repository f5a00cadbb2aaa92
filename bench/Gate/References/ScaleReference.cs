using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Gate.References;

/// <summary>A plain scale and deadband over parallel arrays: arithmetic and one branch a reading, with copies of those that pass.</summary>
internal sealed class ScaleReference : Workload
{
    private const int Series = 600;

    private readonly Reading[] _moved = new Reading[Series];
    private readonly Reading[] _shaped = new Reading[Series];
    private readonly double[] _last = new double[Series];
    private int _turn;

    // No value is within a deadband of what a series has not had yet.
    public ScaleReference() => Array.Fill(_last, double.MaxValue);

    public override int OperationsPerIteration => Series * 2;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            _turn++;
            for (int s = 0; s < Series; s++) _moved[s] = new Reading(s, 0, 0, _turn, BitConverter.DoubleToInt64Bits(s + ((_turn & 1) * 100)));
            int passed = Shape();
            int again = Shape();
            if (passed != Series || again != 0) throw new InvalidOperationException($"{passed} readings that had moved passed and {again} that had not.");
        }
    }

    private int Shape()
    {
        int kept = 0;
        foreach (ref readonly Reading reading in _moved.AsSpan())
        {
            double value = (reading.Float64 * 0.1) - 41;
            if (Math.Abs(value - _last[reading.SeriesId]) <= 0.5) continue;
            _last[reading.SeriesId] = value;
            _shaped[kept++] = reading.With(BitConverter.DoubleToInt64Bits(value), reading.Status);
        }
        return kept;
    }
}
