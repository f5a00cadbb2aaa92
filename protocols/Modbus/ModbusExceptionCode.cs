namespace HyperIngest.Protocols.Modbus;

/// <summary>Exception codes of a response (MODBUS Application Protocol 1.1b3, clause 7).</summary>
public enum ModbusExceptionCode : byte
{
    /// <summary>No exception: the request was carried out.</summary>
    None = 0,

    /// <summary>The device does not know the function.</summary>
    IllegalFunction = 1,

    /// <summary>The device has no such address, or not that many from there on.</summary>
    IllegalDataAddress = 2,

    /// <summary>A quantity or value in the request is not allowed.</summary>
    IllegalDataValue = 3,

    /// <summary>The device failed while it carried the request out.</summary>
    ServerDeviceFailure = 4,

    /// <summary>Accepted; it will take long.</summary>
    Acknowledge = 5,

    /// <summary>The device is busy; ask again later.</summary>
    ServerDeviceBusy = 6,

    /// <summary>The device's memory failed its parity check.</summary>
    MemoryParityError = 8,

    /// <summary>The gateway has no path to the unit.</summary>
    GatewayPathUnavailable = 10,

    /// <summary>The unit behind the gateway did not answer.</summary>
    GatewayTargetFailedToRespond = 11,
}
