namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>What faults do to devices when they come into force, and undo when they are over. One at a time.</summary>
internal interface IFaultActions
{
    /// <summary>Shows each open connection of a Modbus port to the port's fault, and closes those that it refuses.</summary>
    void CloseRefused(int port);

    /// <summary>A fault comes into force on a device, or takes the place of one of its kind that is over.</summary>
    void Begin(FaultSpec spec, int device);

    /// <summary>It is over.</summary>
    void End(FaultSpec spec, int device);
}
