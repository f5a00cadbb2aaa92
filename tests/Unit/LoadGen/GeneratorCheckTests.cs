using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Tests.Unit.LoadGen;

public class GeneratorCheckTests
{
    [Fact]
    public async Task The_ceiling_is_of_whole_polls_that_the_plant_answered()
    {
        Plant plant = new(DemoPlant.Create(devices: 3, tags: 200, unitsPerPort: 2));
        await using Simulator simulator = new(plant);
        simulator.Start();
        GeneratorCeiling ceiling = await MeasureAsync(simulator);
        Assert.True(ceiling.ReadingsPerS > 0);
        Assert.Contains("2 pipelined connections", ceiling.Of, StringComparison.Ordinal);
        // Two of the three devices are asked, one a port, and no reading of them is counted that was not answered.
        Assert.True(simulator.ReadingsServed > 0);
    }

    [Fact]
    public async Task Devices_that_hang_up_or_hang_end_no_check()
    {
        Plant plant = new(DemoPlant.Create(devices: 2, tags: 10));
        await using Simulator simulator = new(plant);
        simulator.Start();
        simulator.Inject(new FaultSpec { Kind = FaultKind.Drop, Devices = plant.Devices[0].Name });
        simulator.Inject(new FaultSpec { Kind = FaultKind.Silence, Devices = plant.Devices[1].Name });
        Assert.Equal(0, (await MeasureAsync(simulator)).ReadingsPerS);
    }

    private static Task<GeneratorCeiling> MeasureAsync(Simulator simulator) => GeneratorCheck.MeasureAsync(
        simulator.Plant,
        new SimulatorReady(true, simulator.Plant.Address.ToString(), simulator.BasePort, simulator.Plant.PortCount, simulator.Plant.Devices.Count, simulator.Plant.TagCount, 0),
        TimeSpan.FromMilliseconds(500),
        CancellationToken.None);
}
