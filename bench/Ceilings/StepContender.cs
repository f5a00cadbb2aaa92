namespace HyperIngest.Bench.Ceilings;

/// <summary>A contender that is one step on one thread, again and again, by that thread's processor time.</summary>
/// <param name="name">What it is.</param>
/// <param name="step">The step; it returns how many units it did. At least some microseconds long, so that looking at the clock costs nothing.</param>
internal sealed class StepContender(string name, Func<long> step) : IContender
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ContenderSample Run(TimeSpan slice) => CoreTime.Measure(slice, step);
}
