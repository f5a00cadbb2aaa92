using HyperIngest.Core.Shaping;

namespace HyperIngest.Protocols.Modbus;

/// <summary>The register tables of a device.</summary>
public enum ModbusTable : byte
{
    /// <summary>Coils, read with FC 1.</summary>
    Coil,

    /// <summary>Discrete inputs, read with FC 2.</summary>
    DiscreteInput,

    /// <summary>Holding registers, read with FC 3.</summary>
    HoldingRegister,

    /// <summary>Input registers, read with FC 4.</summary>
    InputRegister,
}

/// <summary>How registers make a value.</summary>
public enum ModbusType : byte
{
    /// <summary>One bit: a coil or discrete input, or bit <see cref="ModbusTag.Bit"/> of a register.</summary>
    Bool,

    /// <summary>One register, signed.</summary>
    Int16,

    /// <summary>One register.</summary>
    UInt16,

    /// <summary>Two registers, signed.</summary>
    Int32,

    /// <summary>Two registers.</summary>
    UInt32,

    /// <summary>Four registers, signed.</summary>
    Int64,

    /// <summary>Four registers.</summary>
    UInt64,

    /// <summary>Two registers, IEEE 754.</summary>
    Float32,

    /// <summary>Four registers, IEEE 754.</summary>
    Float64,

    /// <summary><see cref="ModbusTag.Length"/> registers of two ASCII characters each, cut at the first NUL, trailing blanks cut.</summary>
    Ascii,
}

/// <summary>
/// The order of a multi-register value's bytes on the wire; A is the most significant byte of a 32-bit value. 64-bit values take the same rule over four words.
/// </summary>
public enum WordOrder : byte
{
    /// <summary>Big-endian words, big-endian bytes: the Modbus order.</summary>
    ABCD,

    /// <summary>Little-endian words, big-endian bytes: words swapped.</summary>
    CDAB,

    /// <summary>Big-endian words, little-endian bytes: bytes swapped.</summary>
    BADC,

    /// <summary>Little-endian words, little-endian bytes.</summary>
    DCBA,
}

/// <summary>One tag of a device.</summary>
public sealed record ModbusTag
{
    /// <summary>Its name, unique in the device.</summary>
    public required string Name { get; init; }

    /// <summary>Its table; default holding registers.</summary>
    public ModbusTable Table { get; init; } = ModbusTable.HoldingRegister;

    /// <summary>0-based address of its first register or bit, 0 to 65535.</summary>
    public required int Address { get; init; }

    /// <summary>How the registers make a value; default uint16.</summary>
    public ModbusType Type { get; init; } = ModbusType.UInt16;

    /// <summary>Order of words and bytes; default <see cref="WordOrder.ABCD"/>.</summary>
    public WordOrder Order { get; init; } = WordOrder.ABCD;

    /// <summary>For <see cref="ModbusType.Bool"/> in a register: the bit, 0 (least significant) to 15; null otherwise.</summary>
    public int? Bit { get; init; }

    /// <summary>For <see cref="ModbusType.Ascii"/>: registers, 1 to 125.</summary>
    public int Length { get; init; } = 1;

    /// <summary>Factor from raw to engineering value; with a factor other than 1 or an offset the series is Float64. Default 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Added after the factor; default 0.</summary>
    public double Offset { get; init; }

    /// <summary>Engineering unit; empty for none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Range and deadband of the engineering value, for numbers only; the series is then Float64. Null for none.</summary>
    public ShapingRule? Shaping { get; init; }
}

/// <summary>One device: a unit id behind an endpoint, its tags and how it likes to be asked.</summary>
public sealed record ModbusDeviceOptions
{
    /// <summary>The device's name, unique in the node.</summary>
    public required string Name { get; init; }

    /// <summary>Host name or address.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; default 502.</summary>
    public int Port { get; init; } = 502;

    /// <summary>Unit id, 0 to 255; default 1. Devices with the same host and port share one connection unless <see cref="OwnConnection"/>.</summary>
    public byte UnitId { get; init; } = 1;

    /// <summary>True: a socket for this device alone; false: shared with the other units behind the same host and port (a gateway). Default false.</summary>
    public bool OwnConnection { get; init; }

    /// <summary>Owner of the readings; empty for none.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>What is read.</summary>
    public required IReadOnlyList<ModbusTag> Tags { get; init; }

    /// <summary>When and how often.</summary>
    public ModbusPollOptions Poll { get; init; } = new();

    /// <summary>How near registers are merged into one request.</summary>
    public ModbusRequestOptions Requests { get; init; } = new();
}

/// <summary>The polling of a device.</summary>
public sealed record ModbusPollOptions
{
    /// <summary>From one poll's due time to the next, 10 ms to 1 day; zero polls without pause. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for a response, 10 ms to 60 s; default 1 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for a connection; default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest pause before another try at a device or connection that failed; the pause doubles up to it. Default 30 s.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a reading's gateway time says; default when the answer came.</summary>
    public ModbusTimestamp Timestamp { get; init; }
}

/// <summary>What the gateway time of a device's readings is.</summary>
public enum ModbusTimestamp : byte
{
    /// <summary>When the answer arrived.</summary>
    Answer,

    /// <summary>
    /// When the poll was due: readings of one poll have one time, the times of a device are an even grid, and latency measured from them counts whatever kept a poll waiting. Without an
    /// interval, when the poll was begun.
    /// </summary>
    Due,
}

/// <summary>The shape of a device's requests.</summary>
public sealed record ModbusRequestOptions
{
    /// <summary>Registers between two tags that are read along rather than split into two requests, 0 to 124; default 8.</summary>
    public int MaxGap { get; init; } = 8;

    /// <summary>Most registers in a request, 1 to 125; default 125.</summary>
    public int MaxRegisters { get; init; } = ModbusFrame.MaxReadRegisters;

    /// <summary>Most bits in a request, 1 to 2000; default 2000.</summary>
    public int MaxBits { get; init; } = ModbusFrame.MaxReadBits;

    /// <summary>Requests on the way at once on its connection, 1 to 16; default 1, because many devices take no second one.</summary>
    public int MaxInFlight { get; init; } = 1;
}
