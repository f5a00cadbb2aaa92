namespace HyperIngest.Host.Commands.Chaos;

/// <summary>A fault at its moment.</summary>
/// <param name="At">From the begin of the run.</param>
/// <param name="Kind">Which: <see cref="FaultKind.Name"/>.</param>
/// <param name="Lasts">How long it lasts, where it lasts at all.</param>
/// <param name="Seed">Chooses the rest: which devices, which way.</param>
internal sealed record ScheduledFault(TimeSpan At, string Kind, TimeSpan Lasts, int Seed);

/// <summary>What a schedule has to know of a kind of fault.</summary>
/// <param name="Name">Its name in the schedule and the report, such as <c>kill-node</c>.</param>
/// <param name="Shortest">The shortest it lasts.</param>
/// <param name="Longest">The longest it lasts; zero for a fault that is over at once.</param>
internal sealed record FaultKind(string Name, TimeSpan Shortest, TimeSpan Longest);
