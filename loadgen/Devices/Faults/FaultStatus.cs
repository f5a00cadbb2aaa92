namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>Where a fault is in its life.</summary>
public enum FaultState
{
    /// <summary>Its time has not come, or has passed and comes again.</summary>
    Waiting,

    /// <summary>It hits requests as its chance and its counts say.</summary>
    InForce,

    /// <summary>Its time is over, or every device has had as many hits as it was given.</summary>
    Expired,
}

/// <summary>A fault of a simulator, as it stands.</summary>
/// <param name="Id">Its name in the simulator: <c>fault-1</c>.</param>
/// <param name="Spec">What it does.</param>
/// <param name="Devices">How many devices it applies to.</param>
/// <param name="Hits">Requests hit so far (for refuse: connections; for clock-skew: looks at the clock), over all devices.</param>
/// <param name="State">Whether it hits.</param>
public sealed record FaultStatus(string Id, FaultSpec Spec, int Devices, long Hits, FaultState State);
