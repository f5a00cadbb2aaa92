namespace HyperIngest.Host.Commands.Chaos;

/// <summary>A kind of fault: how it is done to a running node and its surroundings, and what must be seen of it. One file each in <c>Faults</c>.</summary>
internal interface IChaosFault
{
    /// <summary>What the schedule has to know.</summary>
    FaultKind Kind { get; }

    /// <summary>Does it and mends it; returns what was seen, in a few words. May run beside other faults.</summary>
    /// <param name="stage">What it is done to.</param>
    /// <param name="fault">When, how long, to whom.</param>
    /// <param name="hurry">Cancelled when the run is to end: mend it at once.</param>
    /// <exception cref="ChaosException">What must be seen was not; the message says what.</exception>
    Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry);
}
