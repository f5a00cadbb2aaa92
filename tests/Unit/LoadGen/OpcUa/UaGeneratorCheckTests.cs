using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Tests.Unit.LoadGen.OpcUa;

public sealed class UaGeneratorCheckTests
{
    [Fact]
    public async Task The_ceiling_is_of_values_that_the_servers_answered()
    {
        // Three Reads for each server's tags, four under way.
        Plant plant = new(DemoPlant.CreateOpcUa(new UaServerDeviceOptions { MaxNodesPerCall = 100 }, devices: 2, tags: 250));
        await using Simulator simulator = new(plant);
        simulator.Start();
        GeneratorCeiling ceiling = await MeasureAsync(simulator, CancellationToken.None);
        Assert.True(ceiling.ReadingsPerS > 0);
        Assert.StartsWith("the plant's simulator, 2 sessions with 4 Reads under way", ceiling.Of, StringComparison.Ordinal);
        // A timer may ring a moment early.
        Assert.InRange(ceiling.ReadingsPerS, 0, simulator.ReadingsServed / 0.4);
        Assert.Equal(0, simulator.UaCounts.Sessions);
    }

    [Fact]
    public async Task Servers_nobody_is_let_in_by_end_no_check()
    {
        await using Simulator simulator = new(new Plant(DemoPlant.CreateOpcUa(new UaServerDeviceOptions { Anonymous = false, Users = [new("u", "p")] }, devices: 2, tags: 10)));
        simulator.Start();
        Assert.Equal(0, (await MeasureAsync(simulator, CancellationToken.None)).ReadingsPerS);
    }

    [Fact]
    public async Task A_check_that_is_given_up_leaves_no_session()
    {
        await using Simulator simulator = new(new Plant(DemoPlant.CreateOpcUa(new UaServerDeviceOptions(), devices: 1, tags: 10)));
        simulator.Start();
        using CancellationTokenSource stop = new();
        Task<GeneratorCeiling> check = MeasureAsync(simulator, stop.Token, TimeSpan.FromMinutes(1));
        await Eventually.IsTrue(() => simulator.ReadingsServed > 0, "it reads");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
        Assert.Equal(0, simulator.UaCounts.Sessions);
    }

    private static Task<GeneratorCeiling> MeasureAsync(Simulator simulator, CancellationToken stop, TimeSpan? time = null) => UaGeneratorCheck.MeasureAsync(
        simulator.Plant,
        new SimulatorReady(true, simulator.Plant.Address.ToString(), simulator.BasePort, 0, simulator.Plant.Devices.Count, simulator.Plant.TagCount, 0, simulator.UaBasePort, simulator.Plant.Devices.Count),
        time ?? TimeSpan.FromMilliseconds(500),
        stop);
}
