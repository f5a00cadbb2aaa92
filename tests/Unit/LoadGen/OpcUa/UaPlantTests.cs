using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Tests.Unit.LoadGen.OpcUa;

public sealed class UaPlantTests
{
    private static readonly UaServerDeviceOptions Plain = new();

    [Fact]
    public void Servers_have_ports_behind_those_of_Modbus_devices_and_clients_share_a_tag_list()
    {
        PlantDeviceOptions server = DemoPlant.CreateOpcUa(Plain, devices: 3, tags: 10).Devices[0];
        Plant plant = new(new PlantOptions
        {
            BasePort = 5000,
            Devices = [server, new PlantDeviceOptions { Name = "m-{n}", Count = 4, UnitsPerPort = 2, Tags = [new PlantTagOptions { Name = "t" }] }, server with { Name = "other", Count = 1 }],
        });
        Assert.Equal((2, 4), (plant.PortCount, plant.UaPortCount));
        Assert.Equal([0, 1, 2, 0, 0, 1, 1, 3], plant.Devices.Select(d => d.Port));
        Assert.Equal(4, plant.ClientOptions("h", 5000).Count);
        UaPlantClient client = new() { Mode = UaDeviceMode.Poll, Session = new UaSessionOptions { EndpointUrl = "", Name = "t" } };
        IReadOnlyList<UaDeviceOptions> devices = plant.UaClientOptions("h", 5002, client);
        Assert.Equal(["opc.tcp://h:5002", "opc.tcp://h:5003", "opc.tcp://h:5004", "opc.tcp://h:5005"], devices.Select(d => d.Session.EndpointUrl));
        Assert.Same(devices[0].Tags, devices[2].Tags);
        Assert.All(devices, d => Assert.Equal((UaDeviceMode.Poll, "t"), (d.Mode, d.Session.Name)));
        Assert.Equal(("temperature.1", "ns=2;s=temperature.1", ValueKind.Float64), (devices[0].Tags[0].Name, devices[0].Tags[0].Node, devices[0].Tags[0].Kind));
        Assert.Equal([ValueKind.Float64, ValueKind.Int64, ValueKind.UInt64], devices[0].Tags.Select(t => t.Kind!.Value).Distinct());
    }

    [Fact]
    public void A_server_has_more_tags_than_there_are_registers()
    {
        Plant plant = new(new PlantOptions { Devices = [new PlantDeviceOptions { Name = "large", OpcUa = Plain, Tags = [new PlantTagOptions { Name = "a.{n}", Count = 60_000, Type = ModbusType.Float64 }] }] });
        Assert.Equal(60_000, plant.TagCount);
        Assert.Equal(60_000, plant.UaClientOptions("::1", 4840, new UaPlantClient())[0].Tags.Count);
        Assert.Equal("opc.tcp://[::1]:4840", plant.UaClientOptions("::1", 4840, new UaPlantClient())[0].Session.EndpointUrl);
    }

    [Fact]
    public void What_makes_no_server_is_refused_with_what_was_expected()
    {
        (UaServerDeviceOptions Server, string Says)[] wrong =
        [
            (Plain with { Security = [] }, "expected at least one policy"),
            (Plain with { Security = [new(UaSecurityPolicy.None, UaSecurityMode.Sign)] }, "the mode Sign is not for the policy None"),
            (Plain with { Security = [.. Plain.Security, .. Plain.Security] }, "offered twice"),
            (Plain with { Anonymous = false }, "nobody is let in"),
            (Plain with { Users = [new("a", "b"), new("a", "c")] }, "the user a is there twice"),
            (Plain with { MinSampling = TimeSpan.Zero }, "shortest sampling 0 ms is not 1 ms to 1 h"),
            (Plain with { MaxNodesPerCall = 0 }, "most nodes a call 0"),
        ];
        foreach ((UaServerDeviceOptions server, string says) in wrong)
        {
            Assert.Contains(says, Assert.Throws<ArgumentException>(() => new Plant(DemoPlant.CreateOpcUa(server, 1, 1))).Message, StringComparison.Ordinal);
        }
        PlantOptions plant = DemoPlant.CreateOpcUa(Plain, 1, 1);
        Assert.Contains("a port of its own", Assert.Throws<ArgumentException>(() => new Plant(plant with { Devices = [plant.Devices[0] with { UnitsPerPort = 2 }] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FaultKind.Exception, "is for Modbus devices; OPC UA servers have reconnect-storm, session-closed")]
    [InlineData(FaultKind.Oversize, "is for devices that publish")]
    [InlineData(FaultKind.ExpiredCertificate, "another policy than none")]
    public void Faults_that_do_not_fit_a_server_are_refused(FaultKind kind, string message)
    {
        PlantOptions plant = DemoPlant.CreateOpcUa(Plain, 1, 1);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new Plant(plant with { Faults = [new FaultSpec { Kind = kind }] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_servers_do_nothing_to_other_devices_and_are_at_a_time()
    {
        foreach (FaultKind kind in (FaultKind[])[FaultKind.SessionClosed, FaultKind.SubscriptionDropped, FaultKind.NodeUnknown, FaultKind.SlowPublish, FaultKind.ExpiredCertificate])
        {
            Assert.Contains("is for OPC UA servers", Assert.Throws<ArgumentException>(() => new Plant(DemoPlant.Create(1, 1) with { Faults = [new FaultSpec { Kind = kind }] })).Message, StringComparison.Ordinal);
            Assert.Contains(FaultRules.Check(new FaultSpec { Kind = kind, Every = 2 }), p => p.Message.Contains("at a time", StringComparison.Ordinal));
        }
        PlantOptions servers = DemoPlant.CreateOpcUa(Plain, 1, 1);
        Assert.Contains("at a time", Assert.Throws<ArgumentException>(() => new Plant(servers with { Faults = [new FaultSpec { Kind = FaultKind.SeqGap, Chance = 0.5 }] })).Message, StringComparison.Ordinal);
        UaEndpointSecurity secured = new(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign);
        Assert.Single(new Plant(DemoPlant.CreateOpcUa(Plain with { Security = [secured] }, 1, 1) with { Faults = [new FaultSpec { Kind = FaultKind.ExpiredCertificate }] }).Options.Faults);
    }
}
