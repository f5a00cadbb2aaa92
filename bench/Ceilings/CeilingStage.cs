namespace HyperIngest.Bench.Ceilings;

/// <summary>One stage of a reading's way: the product's code, the physical limit of the same work, and what must be reached.</summary>
internal abstract class CeilingStage : IAsyncDisposable
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What a rate counts, such as <c>readings</c>.</summary>
    public abstract string Unit { get; }

    /// <summary>Which clock the rates are by.</summary>
    public abstract StageClock Clock { get; }

    /// <summary>What the figures include, and what they do not.</summary>
    public abstract string Includes { get; }

    /// <summary>The product first; then its limit; then whatever else is worth seeing beside them.</summary>
    public abstract IReadOnlyList<IContender> Contenders { get; }

    /// <summary>What must be reached.</summary>
    public abstract IReadOnlyList<StageTarget> Targets { get; }

    /// <summary>Shortest slice in which every contender gets up to speed.</summary>
    public virtual TimeSpan ShortestSlice => TimeSpan.FromMilliseconds(5);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync();

    /// <summary>Ends what the stage has started and deletes what it has written.</summary>
    protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;
}

/// <summary>What the seconds of a rate are.</summary>
internal enum StageClock
{
    /// <summary>Elapsed time.</summary>
    Wall,

    /// <summary>Processor time of the one thread that does the work, the kernel's part included: time in which something else had the core does not count.</summary>
    Core,

    /// <summary>Processor time of all processes at work together, the kernel's part included. On cores that are all busy it is the elapsed time by the cores.</summary>
    Processes,
}
