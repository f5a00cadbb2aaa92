using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class PlantTests
{
    [Fact]
    public void Demo_plant_takes_nine_requests_a_device()
    {
        Plant plant = new(DemoPlant.Create());
        Assert.Equal(1000, plant.Devices.Count);
        Assert.Equal(600_000, plant.TagCount);
        IReadOnlyList<PlantTag> tags = plant.Devices[0].Template.Tags;
        Assert.Equal(1020, tags.Sum(t => t.Span));
        Assert.All(tags, t => Assert.True(t.IsVerifiable));
        int requests = 0, end = -1;
        for (int i = 0; i < tags.Count; i++)
        {
            if (i > 0) Assert.Equal(tags[i - 1].Address + tags[i - 1].Span, tags[i].Address);
            if (tags[i].Address + tags[i].Span <= end) continue;
            requests++;
            end = tags[i].Address + 125;
        }
        Assert.Equal(9, requests);
    }

    [Fact]
    public void Client_options_share_one_tag_list()
    {
        Plant plant = new(DemoPlant.Create(devices: 500, tags: 10, unitsPerPort: 247));
        IReadOnlyList<ModbusDeviceOptions> devices = plant.ClientOptions("127.0.0.1", 5000);
        Assert.Equal(3, plant.PortCount);
        Assert.Equal(500, devices.Count);
        Assert.All(devices, d => Assert.Same(devices[0].Tags, d.Tags));
        Assert.Equal(("press-001", 5000, 1), (devices[0].Name, devices[0].Port, devices[0].UnitId));
        Assert.Equal(("press-247", 5000, 247), (devices[246].Name, devices[246].Port, devices[246].UnitId));
        Assert.Equal(("press-248", 5001, 1), (devices[247].Name, devices[247].Port, devices[247].UnitId));
        Assert.Equal(("press-500", 5002, 6), (devices[499].Name, devices[499].Port, devices[499].UnitId));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        PlantTagOptions tag = new() { Name = "t", Type = ModbusType.Float32 };
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => new Plant(new PlantOptions
        {
            ListenAddress = "nowhere",
            BasePort = 70_000,
            Devices =
            [
                new PlantDeviceOptions { Name = "many", Count = 2, Tags = [tag] },
                new PlantDeviceOptions { Name = "none", Tags = [] },
                new PlantDeviceOptions { Name = "over", Tags = [tag, tag with { Name = "u", StartAddress = 1 }] },
                new PlantDeviceOptions { Name = "text", Tags = [tag with { Type = ModbusType.Ascii }] },
                new PlantDeviceOptions { Name = "same", UnitsPerPort = 300, Tags = [tag] },
                new PlantDeviceOptions { Name = "same", Tags = [tag] },
                new PlantDeviceOptions { Name = "far", Tags = [tag with { StartAddress = 65535 }] },
                new PlantDeviceOptions { Name = "ro", Tags = [tag with { Table = ModbusTable.InputRegister, Generator = new() { Kind = GeneratorKind.Memory } }] },
            ],
        }));
        foreach (string part in (string[])
            ["'nowhere'", "70000", "2 devices need {n}", "there are no tags", "u at HoldingRegister 1 overlaps", "cannot carry a verifiable sequence", "300", "same is there twice", "beyond address 65535", "cannot be written"])
        {
            Assert.Contains(part, wrong.Message);
        }
    }

    [Fact]
    public void Served_counts_survive_the_file()
    {
        using TemporaryFile file = new();
        Plant plant = TestPlants.Of(3, TestPlants.OneOfEach());
        ServedCounts counts = new([.. Enumerable.Range(0, 3).Select(d => Enumerable.Range(0, 8).Select(t => (uint)((100 * d) + t)).ToArray())]);
        counts.Save(file.Path, plant);
        ServedCounts loaded = ServedCounts.Load(file.Path, plant);
        Assert.Equal(counts.Total, loaded.Total);
        for (int d = 0; d < 3; d++) Assert.Equal(counts.Of(d).ToArray(), loaded.Of(d).ToArray());
    }

    [Fact]
    public void Served_counts_cut_anywhere_or_of_another_plant_are_refused()
    {
        using TemporaryFile file = new();
        Plant plant = TestPlants.Of(2, TestPlants.OneOfEach());
        new ServedCounts([new uint[8], new uint[8]]).Save(file.Path, plant);
        byte[] bytes = File.ReadAllBytes(file.Path);
        for (int cut = 0; cut < bytes.Length; cut++)
        {
            File.WriteAllBytes(file.Path, bytes[..cut]);
            Assert.Throws<InvalidDataException>(() => ServedCounts.Load(file.Path, plant));
        }
        File.WriteAllBytes(file.Path, bytes);
        Assert.Throws<InvalidDataException>(() => ServedCounts.Load(file.Path, TestPlants.Of(3, TestPlants.OneOfEach())));
        Assert.Throws<InvalidDataException>(() => ServedCounts.Load(file.Path, TestPlants.Of(2, TestPlants.OneOfEach().Take(1).ToArray())));
        File.WriteAllBytes(file.Path, [.. bytes, 0]);
        Assert.Throws<InvalidDataException>(() => ServedCounts.Load(file.Path, plant));
    }
}
