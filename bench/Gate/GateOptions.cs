namespace HyperIngest.Bench.Gate;

/// <summary>How the gate measures and how much it lets pass. The numbers are argued in docs/benchmarks.md.</summary>
public sealed record GateOptions
{
    /// <summary>Time of one sample: long against the clock's microsecond, short against the operating system's time slice, so that most samples are whole. Default 1 ms.</summary>
    public TimeSpan Sample { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Pairs (a sample of the reference, one of the workload) in the first measurement; 8 or more. Default 240.</summary>
    public int Pairs { get; init; } = 240;

    /// <summary>Measurements before a workload is called slower, 1 or more; each has twice the pairs of the one before, up to four times the first's. Default 4.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The warm-up ends when the runtime has compiled nothing for this long. Default 250 ms, past the 100 ms after which it begins to optimise.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The warm-up ends then at the latest. Default 5 s.</summary>
    public TimeSpan LongestWarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Least share over the baseline that is called slower. Default 0.15.</summary>
    public double BoundFloor { get; init; } = 0.15;

    /// <summary>Largest bound on one thread, whatever the noise. Default 0.20: a slowdown of 30 % fails even when the ratio is measured 7 % too low.</summary>
    public double BoundCap { get; init; } = 0.20;

    /// <summary>The bound of threads that hand over to each other. Default 1: whether they share a core or not moves the ratio by a third.</summary>
    public double ThreadedBound { get; init; } = 1;

    /// <summary>The bound on a processor that the baseline does not know. Default 2, three times the slowest known ratio: wider vectors or dearer system calls may double one, and only what no processor explains is to fail there.</summary>
    public double ForeignBound { get; init; } = 2;
}
