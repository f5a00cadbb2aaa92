using HyperIngest.Host.Commands;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.Unit.Host;
using HyperIngest.Tests.Unit.LoadGen;

namespace HyperIngest.Tests.Unit.Configuration;

public class DocumentationTests
{
    [Fact]
    public void The_reference_in_the_documentation_is_the_one_the_binder_uses()
    {
        string documentation = File.ReadAllText(RepositoryRoot.File("docs", "configuration.md"));
        int begin = documentation.IndexOf("<!-- generated: hyperingest check --reference -->\n", StringComparison.Ordinal);
        int end = documentation.IndexOf("<!-- end of generated -->", StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "docs/configuration.md has lost its markers.");
        Assert.Equal((ConfigurationReference.Write(SiteSchema.Root) + ConfigurationReference.Write(PlantSchema.Root) + ConfigurationReference.Write(ProfileSchema.Root)).Trim(), documentation[(documentation.IndexOf('\n', begin) + 1)..end].Trim());
    }

    [Fact]
    public void The_sample_site_is_free_of_errors_and_warnings()
    {
        ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "site.yaml"));
        Assert.Empty(result.Problems);
        SiteSummary summary = SiteSummary.Of(result.Value!);
        Assert.Equal((121, 2, 722L), (summary.Devices, summary.Connections, summary.Series));
        Assert.Equal(728, summary.ReadingsPerSecond);
    }

    [Fact]
    public void The_sample_from_Kafka_to_PostgreSQL_is_free_of_errors_and_warnings()
    {
        ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "kafka-to-postgres.yaml"));
        Assert.Empty(result.Problems);
        Assert.Equal("hyperingest-postgres", Assert.Single(result.Value!.KafkaSources).Group);
        Assert.Single(SiteSummary.Of(result.Value).Sources);
    }

    [Fact]
    public void The_sample_plant_is_free_of_errors()
    {
        ConfigurationResult<PlantConfiguration> result = ConfigurationFile.LoadPlant(RepositoryRoot.File("samples", "plant.yaml"));
        Assert.Empty(result.Problems);
        Assert.Equal((121, 2), (result.Value!.Plant.Devices.Count, result.Value.Plant.PortCount));
    }

    [Fact]
    public async Task The_sample_plant_that_misbehaves_does_so_by_chance_and_by_schedule()
    {
        ConfigurationResult<PlantConfiguration> result = ConfigurationFile.LoadPlant(RepositoryRoot.File("samples", "plant-faults.yaml"));
        Assert.Empty(result.Problems);
        SteppedTime time = new();
        await using Simulator simulator = result.Value!.CreateSimulator(time);
        (FaultKind, int, FaultState)[] expected =
        [
            (FaultKind.Refuse, 4, FaultState.Waiting), (FaultKind.Delay, 13, FaultState.InForce), (FaultKind.Silence, 1, FaultState.InForce), (FaultKind.Exception, 4, FaultState.InForce),
            (FaultKind.BitFlips, 8, FaultState.InForce), (FaultKind.Duplicate, 8, FaultState.InForce), (FaultKind.ClockSkew, 8, FaultState.Waiting), (FaultKind.OutOfOrder, 1, FaultState.InForce),
        ];
        Assert.Equal(expected, simulator.Faults.Select(f => (f.Spec.Kind, f.Devices, f.State)));
        time.Advance(TimeSpan.FromSeconds(130));
        Assert.Equal((FaultState.InForce, FaultState.Waiting), (simulator.Faults[0].State, simulator.Faults[3].State));
        IModbusFault busy = simulator.Unit(0).Fault!;
        int delayed = Enumerable.Range(0, 10_000).Count(_ => busy.Next([]).Kind == ModbusFaultKind.Delay);
        Assert.InRange(delayed, 120, 280);
        byte[] registers = new byte[4];
        int meter = simulator.Plant.IndexOf("meter-1");
        Assert.Equal(ModbusExceptionCode.None, simulator.Device(meter).Read(ModbusTable.HoldingRegister, 100, 1, registers.AsSpan(0, 2)));
        Assert.Equal(TimeSpan.FromSeconds(-30), simulator.Device(meter).ClockSkew);
    }

    [Fact]
    public async Task The_sample_plant_answers_every_request_of_the_sample_site()
    {
        PlantConfiguration plant = ConfigurationFile.LoadPlant(RepositoryRoot.File("samples", "plant.yaml")).Value!;
        SiteConfiguration site = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "site.yaml")).Value!;
        await using Simulator simulator = plant.CreateSimulator();
        byte[] registers = new byte[ModbusFrame.MaxPduBytes];
        foreach (ModbusDeviceOptions device in site.ModbusDevices)
        {
            int index = plant.Plant.IndexOf(device.Name);
            Assert.True(index >= 0, device.Name);
            Assert.Equal(device.UnitId, plant.Plant.Devices[index].UnitId);
            foreach (ModbusTag tag in device.Tags)
            {
                Assert.Equal((device.Name, tag.Name, ModbusExceptionCode.None), (device.Name, tag.Name, simulator.Device(index).Read(tag.Table, tag.Address, tag.Span(), registers)));
            }
        }
    }

    [Fact]
    public void The_sample_plant_of_OPC_UA_servers_is_free_of_errors()
    {
        ConfigurationResult<PlantConfiguration> result = ConfigurationFile.LoadPlant(RepositoryRoot.File("samples", "plant-opcua.yaml"));
        Assert.Empty(result.Problems);
        Assert.Equal((5, 5, 2), (result.Value!.Plant.Devices.Count, result.Value.Plant.UaPortCount, result.Value.Plant.Options.Faults.Count));
        Assert.Equal(3, result.Value.Plant.Devices[^1].OpcUa!.Security.Count);
    }

    [Fact]
    public void Every_sample_is_tested()
    {
        string[] samples = [.. Directory.GetFiles(RepositoryRoot.File("samples")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(["kafka-to-postgres.yaml", "kafka.yaml", "load.csv", "mqtt-sink.yaml", "mqtt.yaml", "opcua.yaml", "plant-faults.yaml", "plant-mqtt.yaml", "plant-opcua.yaml", "plant.yaml", "site.yaml"], samples);
    }

    [Fact]
    public void Examples_in_the_documentation_are_free_of_errors()
    {
        string[] parts = File.ReadAllText(RepositoryRoot.File("docs", "configuration.md")).Split("```yaml\n");
        Assert.True(parts.Length > 2);
        foreach (string part in parts.Skip(1))
        {
            string example = part[..part.IndexOf("```", StringComparison.Ordinal)];
            // Each example shows some root keys; what a site needs besides is added.
            if (!example.Contains("journal:", StringComparison.Ordinal)) example += SiteText.Journal;
            if (!example.Contains("devices:", StringComparison.Ordinal)) example += SiteText.Device;
            Assert.Empty(SiteText.Parse(example, ("PG_CONNECTION", "Host=db")).Problems);
        }
    }
}
