namespace HyperIngest.Bench.Gate;

/// <summary>Samples taken in turns: nanoseconds an operation of the workload and of its reference.</summary>
/// <param name="workload">Of the workload; 8 or more.</param>
/// <param name="reference">Of the reference, as many.</param>
public sealed class PairedSamples(double[] workload, double[] reference)
{
    // Enough blocks that two outliers among them can be left out, few enough that each has a median worth the name.
    private const int Blocks = 8;

    private readonly double[] _ratios = [.. workload.Zip(reference, (w, r) => w / r)];

    /// <summary>The median of the paired ratios: what disturbs a pair makes an outlier of it, and what slows the machine for longer slows both of a pair.</summary>
    public double Ratio => Median(_ratios);

    /// <summary>Median nanoseconds an operation of the workload took; for people to read, it is compared with nothing.</summary>
    public double Nanoseconds => Median(workload);

    /// <summary>
    /// How far the ratio moved within the run, as a share of it: the medians of 8 blocks of pairs, the highest and the lowest left out, from lowest to highest.
    /// </summary>
    public double Spread
    {
        get
        {
            double[] medians = [.. _ratios.Chunk(Math.Max(1, _ratios.Length / Blocks)).Take(Blocks).Select(Median).Order()];
            return medians.Length < Blocks ? 1 : (medians[^2] - medians[1]) / Ratio;
        }
    }

    /// <summary>The median; of an even number of values the lower of the two in the middle.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[(ordered.Length - 1) / 2];
    }
}
