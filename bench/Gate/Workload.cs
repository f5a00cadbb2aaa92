namespace HyperIngest.Bench.Gate;

/// <summary>
/// Something whose time and allocation the gate measures: a stage's work, or the reference it is compared with. One thread calls it; what it needs it makes in its constructor.
/// </summary>
public abstract class Workload : IDisposable
{
    /// <summary>Operations (readings, for all stages) in one iteration; 1 or more.</summary>
    public abstract int OperationsPerIteration { get; }

    /// <summary>Whether it works on threads of its own beside the caller's: its time is then the wall's and its allocation the process's.</summary>
    public virtual bool IsThreaded => false;

    /// <summary>Most iterations of one sample: fewer than would fill what <see cref="Reset"/> empties. As many as it takes unless a workload says otherwise.</summary>
    public virtual int MaxIterations => 1 << 30;

    /// <summary>Does the work <paramref name="iterations"/> times, 1 or more. Nothing in here may be left to a thread that goes on after the call.</summary>
    /// <exception cref="InvalidOperationException">The work came out wrong: its time would say nothing.</exception>
    public abstract void Run(int iterations);

    /// <summary>Called between samples, not measured: the place to empty what <see cref="Run"/> has filled.</summary>
    public virtual void Reset()
    {
    }

    /// <summary>Calls <see cref="Close"/>.</summary>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back files and threads.</summary>
    protected virtual void Close()
    {
    }
}
