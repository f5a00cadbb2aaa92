namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>What faults do to devices when they come into force, and undo when they are over. One at a time.</summary>
internal interface IFaultActions
{
    /// <summary>Shows each open connection of a Modbus port to the port's fault, and closes those that it refuses.</summary>
    void CloseRefused(int port);

    /// <summary>A fault comes into force on a device.</summary>
    void Begin(FaultSpec spec, int device);

    /// <summary>It is over.</summary>
    /// <param name="spec">The fault.</param>
    /// <param name="device">The device.</param>
    /// <param name="stays">Another of its kind that is in force on the device, the last that came; null for none.</param>
    void End(FaultSpec spec, int device, FaultSpec? stays);
}
