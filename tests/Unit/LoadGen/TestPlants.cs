using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

internal static class TestPlants
{
    /// <summary>A plant of one group of devices.</summary>
    public static Plant Of(int devices, params IReadOnlyList<PlantTagOptions> tags) => new(new PlantOptions
    {
        Devices = [new PlantDeviceOptions { Name = "dev-{n}", Count = devices, Tags = tags }],
    });

    /// <summary>A device of these tags.</summary>
    public static SimulatedDevice Device(params IReadOnlyList<PlantTagOptions> tags)
    {
        PlantDevice device = Of(1, tags).Devices[0];
        return new SimulatedDevice(device.Name, device.Template);
    }

    /// <summary>Every numeric type, one tag each, from register 0: 20 registers.</summary>
    public static IReadOnlyList<PlantTagOptions> OneOfEach(WordOrder order = WordOrder.ABCD)
    {
        List<PlantTagOptions> tags = [];
        int address = 0;
        foreach (ModbusType type in Enum.GetValues<ModbusType>())
        {
            int registers = SequenceType.WidthOf(type) switch { 0 => 0, 16 => 1, 24 or 32 => 2, _ => 4 };
            if (registers == 0) continue;
            tags.Add(new PlantTagOptions { Name = type.ToString(), Type = type, Order = order, StartAddress = address });
            address += registers;
        }
        return tags;
    }
}
