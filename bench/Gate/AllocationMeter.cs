namespace HyperIngest.Bench.Gate;

/// <summary>Counts what a workload allocates, to the byte.</summary>
internal static class AllocationMeter
{
    // Iterations counted: so few that a workload which must be reset is not full before, and fixed, so that the same code has the same count.
    private const int Iterations = 16;

    // What the runtime allocates by itself once (a table that grows, code that is not optimised yet) is not in all of them; what the workload allocates is.
    private const int Counts = 5;

    /// <summary>The least bytes an operation of several counts.</summary>
    public static double BytesAnOperation(Workload workload)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Counts; i++)
        {
            workload.Reset();
            long before = Allocated(workload);
            workload.Run(Iterations);
            least = Math.Min(least, Allocated(workload) - before);
        }
        return least / ((double)Iterations * workload.OperationsPerIteration);
    }

    private static long Allocated(Workload workload) => workload.IsThreaded ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}
