using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// Exception codes (MODBUS Application Protocol 1.1b3, clause 7; 7 is from the older PI-MBUS-300) and what they become.
/// <code>
/// 1   illegal function                 BadNotSupported
/// 2   illegal data address             BadNodeIdUnknown
/// 3   illegal data value               BadOutOfRange
/// 4   server device failure            BadDeviceFailure
/// 5   acknowledge (still working)      BadResourceUnavailable
/// 6   server device busy               BadResourceUnavailable
/// 7   negative acknowledge             BadDeviceFailure
/// 8   memory parity error              BadDeviceFailure
/// 10  gateway path unavailable         BadNoCommunication
/// 11  gateway target did not respond   BadTimeout
/// any other                            Bad
/// </code>
/// </summary>
public static class ModbusException
{
    /// <summary>The fault an exception code is counted as.</summary>
    public static ModbusFault FaultOf(byte code) => code switch
    {
        1 => ModbusFault.IllegalFunction,
        2 => ModbusFault.IllegalDataAddress,
        3 => ModbusFault.IllegalDataValue,
        4 => ModbusFault.ServerDeviceFailure,
        5 => ModbusFault.Acknowledge,
        6 => ModbusFault.ServerDeviceBusy,
        7 => ModbusFault.NegativeAcknowledge,
        8 => ModbusFault.MemoryParityError,
        10 => ModbusFault.GatewayPathUnavailable,
        11 => ModbusFault.GatewayTargetFailedToRespond,
        _ => ModbusFault.UnknownException,
    };

    /// <summary>The status that readings of a fault carry: of exceptions as in the table above, of the others by what failed.</summary>
    public static uint StatusOf(ModbusFault fault) => fault switch
    {
        ModbusFault.None => StatusCodes.Good,
        ModbusFault.ConnectRefused or ModbusFault.ConnectTimeout or ModbusFault.ConnectFailed => StatusCodes.BadNoCommunication,
        ModbusFault.ConnectionClosed or ModbusFault.Flood or ModbusFault.SilentConnection => StatusCodes.BadCommunicationError,
        ModbusFault.ResponseTimeout => StatusCodes.BadTimeout,
        ModbusFault.WrongTransactionId or ModbusFault.WrongUnit or ModbusFault.WrongFunction or ModbusFault.WrongEcho
            or ModbusFault.ShortResponse or ModbusFault.LongResponse or ModbusFault.MalformedFrame => StatusCodes.BadDecodingError,
        ModbusFault.IllegalFunction => StatusCodes.BadNotSupported,
        ModbusFault.IllegalDataAddress => StatusCodes.BadNodeIdUnknown,
        ModbusFault.IllegalDataValue => StatusCodes.BadOutOfRange,
        ModbusFault.ServerDeviceFailure or ModbusFault.NegativeAcknowledge or ModbusFault.MemoryParityError => StatusCodes.BadDeviceFailure,
        ModbusFault.Acknowledge or ModbusFault.ServerDeviceBusy => StatusCodes.BadResourceUnavailable,
        ModbusFault.GatewayPathUnavailable => StatusCodes.BadNoCommunication,
        ModbusFault.GatewayTargetFailedToRespond => StatusCodes.BadTimeout,
        ModbusFault.TextTableFull => StatusCodes.BadOutOfMemory,
        _ => StatusCodes.Bad,
    };
}
