using System.Runtime;

namespace HyperIngest.Bench.Gate;

/// <summary>Times a workload and its reference in turns, so that whatever slows the machine slows both.</summary>
public sealed class PairedTimer
{
    // Warm-up calls before the runtime is asked whether it is still compiling: it looks at a method after 30 calls.
    private const int LeastWarmUpCalls = 64;

    private readonly Workload _workload;
    private readonly Workload _reference;
    private readonly GateOptions _options;
    private readonly int _iterations;
    private readonly int _referenceIterations;

    /// <summary>Warms both up until the runtime has nothing left to compile, and finds how many iterations make a sample.</summary>
    public PairedTimer(Workload workload, Workload reference, GateOptions options)
    {
        _workload = workload;
        _reference = reference;
        _options = options;
        WarmUp();
        _iterations = Calibrate(workload);
        _referenceIterations = Calibrate(reference);
    }

    /// <summary>Takes <paramref name="pairs"/> pairs of samples, 1 or more.</summary>
    public PairedSamples Take(int pairs)
    {
        double[] workload = new double[pairs];
        double[] reference = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            reference[i] = NanosecondsAnOperation(_reference, _referenceIterations);
            workload[i] = NanosecondsAnOperation(_workload, _iterations);
        }
        return new PairedSamples(workload, reference);
    }

    private void WarmUp()
    {
        long end = MeasuringClock.WallNanoseconds() + (long)_options.LongestWarmUp.TotalNanoseconds;
        long quiet = (long)_options.Quiet.TotalNanoseconds;
        long compiled = -1;
        long since = 0;
        for (int calls = 0; ; calls++)
        {
            Time(_reference, 1);
            Time(_workload, 1);
            long now = MeasuringClock.WallNanoseconds();
            if (now >= end) return;
            long methods = JitInfo.GetCompiledMethodCount();
            if (methods != compiled)
            {
                compiled = methods;
                since = now;
            }
            else if (calls >= LeastWarmUpCalls && now - since >= quiet)
            {
                return;
            }
        }
    }

    private int Calibrate(Workload workload)
    {
        double wanted = _options.Sample.TotalNanoseconds;
        int iterations = 1;
        while (true)
        {
            // The least of three: a disturbed one would make all samples too short.
            long took = long.MaxValue;
            for (int i = 0; i < 3; i++) took = Math.Min(took, Time(workload, iterations));
            if (took >= wanted * 0.7 || iterations >= workload.MaxIterations) return iterations;
            double factor = took < wanted / 10 ? 8 : Math.Max(wanted / took, 1.2);
            iterations = (int)Math.Min(Math.Ceiling(iterations * factor), workload.MaxIterations);
        }
    }

    private static double NanosecondsAnOperation(Workload workload, int iterations) => Time(workload, iterations) / ((double)iterations * workload.OperationsPerIteration);

    private static long Time(Workload workload, int iterations)
    {
        workload.Reset();
        if (workload.IsThreaded)
        {
            long wall = MeasuringClock.WallNanoseconds();
            workload.Run(iterations);
            return MeasuringClock.WallNanoseconds() - wall;
        }
        long start = MeasuringClock.ThreadNanoseconds();
        workload.Run(iterations);
        return MeasuringClock.ThreadNanoseconds() - start;
    }
}
