using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>A simulated plant: what <c>hyperingest sim FILE</c> reads.</summary>
public sealed record PlantOptions
{
    /// <summary>The plant's name; default <c>plant</c>.</summary>
    public string Name { get; init; } = "plant";

    /// <summary>Seed of waveforms, walks and noise; default 1. The verifiable sequence does not depend on it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>IP address to listen on; default 127.0.0.1.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";

    /// <summary>First port; the others follow it. 0 looks for a free run of ports. Default 0.</summary>
    public int BasePort { get; init; }

    /// <summary>The broker that devices publish to; null when all are Modbus devices. With a client id, those of the connections begin with it.</summary>
    public MqttClientOptions? Broker { get; init; }

    /// <summary>The devices, in groups that are alike.</summary>
    public required IReadOnlyList<PlantDeviceOptions> Devices { get; init; }

    /// <summary>Faults that are set from the simulator's start, before those of the groups; default none.</summary>
    public IReadOnlyList<FaultSpec> Faults { get; init; } = [];
}

/// <summary>A group of devices that are alike.</summary>
public sealed record PlantDeviceOptions
{
    /// <summary>Name; with <see cref="Count"/> above 1 it holds <c>{n}</c>, which becomes 1 to Count, padded with zeros to Count's digits.</summary>
    public required string Name { get; init; }

    /// <summary>How many, 1 to 1,000,000; default 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Devices behind one port, 1 to 247, with unit ids from 1; default 1: a port each.</summary>
    public int UnitsPerPort { get; init; } = 1;

    /// <summary>How they publish to <see cref="PlantOptions.Broker"/>; null for Modbus devices, which are asked.</summary>
    public MqttPublishOptions? Mqtt { get; init; }

    /// <summary>How they are OPC UA servers, with a port each; null for Modbus devices.</summary>
    public UaServerDeviceOptions? OpcUa { get; init; }

    /// <summary>Their tags, in groups that are alike.</summary>
    public required IReadOnlyList<PlantTagOptions> Tags { get; init; }

    /// <summary>How the quality of their values goes up and down; a tag group's own takes its place. Null for always good.</summary>
    public QualityCycle? Quality { get; init; }

    /// <summary>How far their clocks are ahead, or behind when negative; default right.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>Faults of this group's devices, from the simulator's start; <see cref="FaultSpec.Devices"/> chooses among them. Default none.</summary>
    public IReadOnlyList<FaultSpec> Faults { get; init; } = [];
}

/// <summary>A group of tags that are alike and lie one after another.</summary>
public sealed record PlantTagOptions
{
    /// <summary>Name; with <see cref="Count"/> above 1 it holds <c>{n}</c>, which becomes 1 to Count, padded with zeros to Count's digits.</summary>
    public required string Name { get; init; }

    /// <summary>How many, 1 to 65536; default 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Table; default holding registers.</summary>
    public ModbusTable Table { get; init; } = ModbusTable.HoldingRegister;

    /// <summary>0-based address of the first tag's first register or bit; devices that publish, and OPC UA servers, have none.</summary>
    public int StartAddress { get; init; }

    /// <summary>How registers make a value; default float32.</summary>
    public ModbusType Type { get; init; } = ModbusType.Float32;

    /// <summary>Order of words and bytes; default <see cref="WordOrder.ABCD"/>.</summary>
    public WordOrder Order { get; init; } = WordOrder.ABCD;

    /// <summary>For ASCII: registers a tag, 1 to 125; default 1.</summary>
    public int Length { get; init; } = 1;

    /// <summary>What the tags do; default the verifiable sequence.</summary>
    public GeneratorOptions Generator { get; init; } = new();

    /// <summary>How the quality of their values goes up and down; null for as their devices'.</summary>
    public QualityCycle? Quality { get; init; }
}
