using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Modbus;

/// <summary>What follows from a tag's options: how many registers it takes and which kind of value its series has.</summary>
public static class ModbusTagShape
{
    /// <summary>True for coils and discrete inputs.</summary>
    public static bool IsBitTable(this ModbusTag tag) => tag.Table is ModbusTable.Coil or ModbusTable.DiscreteInput;

    /// <summary>Registers (or bits, in a bit table) the tag takes, 1 to 125.</summary>
    public static int Span(this ModbusTag tag) => tag.Type switch
    {
        ModbusType.Int32 or ModbusType.UInt32 or ModbusType.Float32 => 2,
        ModbusType.Int64 or ModbusType.UInt64 or ModbusType.Float64 => 4,
        ModbusType.Ascii => tag.Length,
        _ => 1,
    };

    /// <summary>True when scale or offset change the raw value.</summary>
    public static bool IsScaled(this ModbusTag tag) => tag.Scale != 1 || tag.Offset != 0;

    /// <summary>True for a number whose series is Float64 whatever its registers are: it is scaled, or has a range or a deadband.</summary>
    public static bool IsEngineering(this ModbusTag tag) => tag.IsScaled() || tag.Shaping is not null;

    /// <summary>The kind of the tag's series.</summary>
    public static ValueKind Kind(this ModbusTag tag) => tag.Type switch
    {
        ModbusType.Bool => ValueKind.Bool,
        ModbusType.Ascii => ValueKind.Text,
        _ when tag.IsEngineering() => ValueKind.Float64,
        ModbusType.Int16 or ModbusType.Int32 or ModbusType.Int64 => ValueKind.Int64,
        ModbusType.UInt16 or ModbusType.UInt32 or ModbusType.UInt64 => ValueKind.UInt64,
        _ => ValueKind.Float64,
    };

    /// <summary>The function that reads a table.</summary>
    public static ModbusFunction ReadFunction(this ModbusTable table) => table switch
    {
        ModbusTable.Coil => ModbusFunction.ReadCoils,
        ModbusTable.DiscreteInput => ModbusFunction.ReadDiscreteInputs,
        ModbusTable.HoldingRegister => ModbusFunction.ReadHoldingRegisters,
        ModbusTable.InputRegister => ModbusFunction.ReadInputRegisters,
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "No such table."),
    };
}
