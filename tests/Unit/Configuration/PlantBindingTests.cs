using HyperIngest.Host.Configuration;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Configuration;

public class PlantBindingTests
{
    [Fact]
    public void Every_key_of_a_plant_is_bound()
    {
        PlantConfiguration plant = Parse("""
            plant: p
            seed: 9
            listen: 127.0.0.2
            base_port: 6000
            devices:
              - name: d-{n}
                count: 20
                units_per_port: 10
                tags: [ { name: "t.{n}", count: 3, table: input, address: 7, type: int16, order: BADC, generator: { kind: sine, min: -1, max: 1, period: 5s } } ]
                fault: { kind: delay, every: 3, after: 2, pause: 20ms }
            """).Value!;
        Assert.Equal(("p", 9UL, "127.0.0.2", 6000), (plant.Plant.Options.Name, plant.Plant.Options.Seed, plant.Plant.Options.ListenAddress, plant.Plant.Options.BasePort));
        Assert.Equal((20, 2, 60L), (plant.Plant.Devices.Count, plant.Plant.PortCount, plant.Plant.TagCount));
        PlantTagOptions tag = plant.Plant.Options.Devices[0].Tags[0];
        Assert.Equal(
            new PlantTagOptions
            {
                Name = "t.{n}",
                Count = 3,
                Table = ModbusTable.InputRegister,
                StartAddress = 7,
                Type = ModbusType.Int16,
                Order = WordOrder.BADC,
                Generator = new GeneratorOptions { Kind = GeneratorKind.Sine, Min = -1, Max = 1, Period = TimeSpan.FromSeconds(5) },
            },
            tag);
    }

    [Theory]
    [InlineData("{ name: a, tags: [ { name: t, address: 0, type: ascii } ] }", "a ascii cannot carry a sequence")]
    [InlineData("{ name: a, tags: [ { name: t, address: 0, generator: { kind: sin } } ] }", "did you mean 'sine'?")]
    [InlineData("{ name: a, count: 2, tags: [ { name: t, address: 0 } ] }", "2 devices need {n} in their name")]
    [InlineData("{ name: a, tags: [ { name: t, address: 0 }, { name: u, address: 1 } ] }", "t")]
    [InlineData("{ name: a, fault: { every: 3 }, tags: [ { name: t, address: 0 } ] }", "devices[0].fault.kind: missing")]
    public void What_makes_no_plant_is_refused(string device, string says)
    {
        var result = Parse($"plant: p\ndevices: [ {device} ]\n");
        Assert.Null(result.Value);
        Assert.Contains(says, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_hits_one_request_in_every_so_many_of_its_group_alone()
    {
        PlantConfiguration plant = Parse("""
            plant: p
            devices:
              - { name: good, tags: [ { name: t, address: 0 } ] }
              - { name: bad, tags: [ { name: t, address: 0 } ], fault: { kind: exception, every: 3, after: 2, exception: illegal-data-address } }
            """).Value!;
        Simulator simulator = plant.CreateSimulator();
        Assert.Null(simulator.Unit(0).Fault);
        IModbusFault fault = simulator.Unit(1).Fault!;
        ModbusFaultKind[] fates = [.. Enumerable.Range(0, 8).Select(_ => fault.Next([]).Kind)];
        const ModbusFaultKind Good = ModbusFaultKind.None, Hit = ModbusFaultKind.Exception;
        Assert.Equal([Good, Good, Good, Good, Hit, Good, Good, Hit], fates);
    }

    private static ConfigurationResult<PlantConfiguration> Parse(string yaml) => ConfigurationFile.ParsePlant("plant.yaml", new StringReader(yaml), _ => null);
}
