using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Modbus;

/// <summary>The log lines of the Modbus client: changes of state, never one a poll.</summary>
internal static partial class ModbusLog
{
    // Debug: a site of a thousand devices starts with a thousand of them. /status and the metrics say who is connected.
    [LoggerMessage(Level = LogLevel.Debug, Message = "Modbus {Endpoint}: connected, {Devices} devices")]
    public static partial void Connected(ILogger logger, string endpoint, int devices);

    [LoggerMessage(Level = LogLevel.Information, Message = "Modbus {Endpoint}: connected again, {Devices} devices")]
    public static partial void ConnectedAgain(ILogger logger, string endpoint, int devices);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Modbus {Endpoint}: no connection ({Fault}: {Detail}); next try in {Pause}")]
    public static partial void NotConnected(ILogger logger, string endpoint, ModbusFault fault, string detail, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Modbus {Endpoint}: connection lost ({Fault}: {Detail}); next try in {Pause}")]
    public static partial void Lost(ILogger logger, string endpoint, ModbusFault fault, string detail, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Modbus device {Device} at {Endpoint} unit {Unit}: {Fault}; further faults are counted, not logged, until it answers well again")]
    public static partial void DeviceFailing(ILogger logger, string device, string endpoint, byte unit, ModbusFault fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Modbus device {Device} at {Endpoint} unit {Unit}: answers well again after {Faults} faults")]
    public static partial void DeviceRecovered(ILogger logger, string device, string endpoint, byte unit, long faults);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Modbus device {Device}: refused {Function} {Address} to {Last} (tags {FirstTag} to {LastTag}); asked in two halves from the next poll on")]
    public static partial void BlockSplit(ILogger logger, string device, ModbusFunction function, int address, int last, string firstTag, string lastTag);

    [LoggerMessage(Level = LogLevel.Error, Message = "Modbus {Endpoint}: a defect in the client; the connection is made anew")]
    public static partial void Defect(ILogger logger, string endpoint, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Modbus {Endpoint}: stopped with {InFlight} requests unanswered or their answers not taken, {Readings} readings")]
    public static partial void StoppedUnanswered(ILogger logger, string endpoint, int inFlight, long readings);
}
