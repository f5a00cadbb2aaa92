namespace HyperIngest.Protocols.Modbus;

/// <summary>What can go wrong with a device or its connection; each is counted as <c>hyperingest_modbus_faults_total{fault="..."}</c>.</summary>
public enum ModbusFault : byte
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Nobody listens on the port.</summary>
    ConnectRefused,

    /// <summary>No connection within <see cref="ModbusPollOptions.ConnectTimeout"/>.</summary>
    ConnectTimeout,

    /// <summary>The name does not resolve, the network is unreachable, or connecting failed otherwise.</summary>
    ConnectFailed,

    /// <summary>The device closed or reset the connection, or it broke.</summary>
    ConnectionClosed,

    /// <summary>No response within <see cref="ModbusPollOptions.ResponseTimeout"/>.</summary>
    ResponseTimeout,

    /// <summary>A response to a transaction that is not under way.</summary>
    WrongTransactionId,

    /// <summary>A response to a request of ours from another unit.</summary>
    WrongUnit,

    /// <summary>A response to a request of ours with another function code.</summary>
    WrongFunction,

    /// <summary>A response with less data than was asked for, or less than it says.</summary>
    ShortResponse,

    /// <summary>A response with more data than was asked for, or more than it says.</summary>
    LongResponse,

    /// <summary>Bytes that are no Modbus frame; the stream cannot be read on and the connection is made anew.</summary>
    MalformedFrame,

    /// <summary>A response whose transaction had timed out before; ignored.</summary>
    LateResponse,

    /// <summary>So many frames nobody asked for that the connection is made anew.</summary>
    Flood,

    /// <summary>No answer to so many requests in a row that the connection is made anew.</summary>
    SilentConnection,

    /// <summary>A write answered with another address or value than was written.</summary>
    WrongEcho,

    /// <summary>Exception 1.</summary>
    IllegalFunction,

    /// <summary>Exception 2.</summary>
    IllegalDataAddress,

    /// <summary>Exception 3.</summary>
    IllegalDataValue,

    /// <summary>Exception 4.</summary>
    ServerDeviceFailure,

    /// <summary>Exception 5.</summary>
    Acknowledge,

    /// <summary>Exception 6.</summary>
    ServerDeviceBusy,

    /// <summary>Exception 7.</summary>
    NegativeAcknowledge,

    /// <summary>Exception 8.</summary>
    MemoryParityError,

    /// <summary>Exception 10.</summary>
    GatewayPathUnavailable,

    /// <summary>Exception 11.</summary>
    GatewayTargetFailedToRespond,

    /// <summary>An exception code that the specification does not name.</summary>
    UnknownException,

    /// <summary>A text that found no room in the text table.</summary>
    TextTableFull,

    /// <summary>A defect of this program, reported in the log; the connection is made anew.</summary>
    InternalError,
}
