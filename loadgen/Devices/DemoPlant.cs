using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The plant of <c>hyperingest demo</c>: devices that are alike, every tag a verifiable sequence, in six types that a float8 column holds exactly. Like types lie together
/// and the wide ones first, so that 600 tags take 1,020 registers without a gap: 9 requests of at most 125.
/// </summary>
public static class DemoPlant
{
    // Shares of a device's tags, in percent; what rounding leaves over goes to the last.
    private static readonly (string Name, ModbusType Type, int Percent)[] Mix =
    [
        ("temperature.{n}", ModbusType.Float32, 35),
        ("position.{n}", ModbusType.Int32, 10),
        ("energy.{n}", ModbusType.UInt32, 10),
        ("volume.{n}", ModbusType.Float64, 5),
        ("torque.{n}", ModbusType.Int16, 20),
        ("pieces.{n}", ModbusType.UInt16, 20),
    ];

    /// <summary>The plant.</summary>
    /// <param name="devices">Devices, 1 to 1,000,000.</param>
    /// <param name="tags">Tags a device, 1 to 10,000.</param>
    /// <param name="basePort">First port; 0 for a free run of ports.</param>
    /// <param name="unitsPerPort">Devices behind one port, 1 to 247.</param>
    public static PlantOptions Create(int devices = 1000, int tags = 600, int basePort = 0, int unitsPerPort = 1)
    {
        return new PlantOptions
        {
            Name = "demo",
            BasePort = basePort,
            Devices = [new PlantDeviceOptions { Name = "press-{n}", Count = devices, UnitsPerPort = unitsPerPort, Tags = Tags(tags) }],
        };
    }

    /// <summary>The same devices, publishing to a broker.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="publish">How: <c>new() { Format = MqttPublishFormat.Sparkplug }</c> is 10 devices a node and 100 metrics a message.</param>
    /// <param name="devices">Devices, 1 to 1,000,000.</param>
    /// <param name="tags">Tags a device, 1 to 10,000.</param>
    public static PlantOptions CreateMqtt(MqttClientOptions broker, MqttPublishOptions publish, int devices = 1000, int tags = 600) => new()
    {
        Name = "demo",
        Broker = broker,
        Devices = [new PlantDeviceOptions { Name = "press-{n}", Count = devices, Mqtt = publish, Tags = Tags(tags) }],
    };

    /// <summary>The same devices as OPC UA servers.</summary>
    /// <param name="server">What each offers.</param>
    /// <param name="devices">Servers, 1 to 20,000: each has a port.</param>
    /// <param name="tags">Tags a server, 1 to 10,000.</param>
    public static PlantOptions CreateOpcUa(UaServerDeviceOptions server, int devices = 100, int tags = 6000) => new()
    {
        Name = "demo",
        Devices = [new PlantDeviceOptions { Name = "press-{n}", Count = devices, OpcUa = server, Tags = Tags(tags) }],
    };

    private static List<PlantTagOptions> Tags(int tags)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tags, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tags, 10_000);
        List<PlantTagOptions> groups = [];
        int address = 0, left = tags;
        foreach ((string name, ModbusType type, int percent) in Mix)
        {
            int count = type == Mix[^1].Type ? left : Math.Min(left, tags * percent / 100);
            left -= count;
            if (count == 0) continue;
            PlantTagOptions group = new() { Name = name, Count = count, Type = type, StartAddress = address };
            groups.Add(group);
            address += count * new PlantTag(name, group.Table, 0, type, group.Order, group.Length, group.Generator).Span;
        }
        return groups;
    }
}
