using HyperIngest.Core.Polling;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>What a <see cref="PolledLoadFeed"/> needs of a source that is the pipeline's.</summary>
/// <param name="Clock">By whose schedule it polls: the clock of the schedule and of the samples.</param>
/// <param name="Faults">Its count of faults.</param>
/// <param name="ReadyAsync">Waits until the run may begin.</param>
internal sealed record PolledSource(PollScheduler Clock, Func<long> Faults, Func<CancellationToken, Task> ReadyAsync);
