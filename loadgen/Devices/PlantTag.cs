using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>One tag of a device template.</summary>
/// <param name="Name">Unique in the device.</param>
/// <param name="Table">Its table.</param>
/// <param name="Address">0-based address of its first register or bit.</param>
/// <param name="Type">How registers make a value.</param>
/// <param name="Order">Order of words and bytes.</param>
/// <param name="Length">Registers of an ASCII tag.</param>
/// <param name="Generator">What it does.</param>
public sealed record PlantTag(string Name, ModbusTable Table, int Address, ModbusType Type, WordOrder Order, int Length, GeneratorOptions Generator)
{
    /// <summary>How the quality of its value goes up and down; null for always good.</summary>
    public QualityCycle? Quality { get; init; }

    /// <summary>Whether it lies in a table of bits.</summary>
    public bool IsBit => Table is ModbusTable.Coil or ModbusTable.DiscreteInput;

    /// <summary>Registers (or bits, 1) it takes.</summary>
    public int Span => IsBit ? 1 : Type switch
    {
        ModbusType.Bool or ModbusType.Int16 or ModbusType.UInt16 => 1,
        ModbusType.Int32 or ModbusType.UInt32 or ModbusType.Float32 => 2,
        ModbusType.Int64 or ModbusType.UInt64 or ModbusType.Float64 => 4,
        _ => Length,
    };

    /// <summary>Whether its readings can be verified.</summary>
    public bool IsVerifiable => Generator.Kind == GeneratorKind.Sequence;
}
