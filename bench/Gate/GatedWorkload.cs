namespace HyperIngest.Bench.Gate;

/// <summary>A row of the gate.</summary>
/// <param name="Name">What the baseline knows it by: the stage and what of it, such as <c>journal.append</c>.</param>
/// <param name="Stage">The stage of the route it belongs to.</param>
/// <param name="Create">Makes the workload, ready to run.</param>
/// <param name="CreateReference">Makes what its time is divided by.</param>
public sealed record GatedWorkload(string Name, string Stage, Func<Workload> Create, Func<Workload> CreateReference);
