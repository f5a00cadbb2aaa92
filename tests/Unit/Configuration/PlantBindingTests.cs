using HyperIngest.Host.Configuration;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Tests.Unit.LoadGen;

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
    [InlineData("{ name: a, fault: { kind: dorp }, tags: [ { name: t, address: 0 } ] }", "did you mean 'drop'?")]
    [InlineData("{ name: a, faults: [ { kind: drop, chance: 2 } ], tags: [ { name: t, address: 0 } ] }", "devices[0].faults[0].chance: expected a number above 0 to 1, found '2'")]
    [InlineData("{ name: a, faults: [ { kind: drop, repeat: 5s } ], tags: [ { name: t, address: 0 } ] }", "devices[0].faults[0].repeat: expected for beside it")]
    [InlineData("{ name: a, faults: [ { kind: drop, devices: b } ], tags: [ { name: t, address: 0 } ] }", "no device matches 'b'")]
    [InlineData("{ name: a, fault: { kind: exception, exception: 300 }, tags: [ { name: t, address: 0 } ] }", "devices[0].fault.exception: expected a whole number from 1 to 255, or one of illegal-function")]
    [InlineData("{ name: a, clock_skew: soon, tags: [ { name: t, address: 0 } ] }", "devices[0].clock_skew: expected a duration such as 5s or -5s")]
    [InlineData("{ name: a, quality: { bad: 5s }, tags: [ { name: t, address: 0 } ] }", "devices[0].quality.good: missing")]
    [InlineData("{ name: a, quality: { good: 0 }, tags: [ { name: t, address: 0 } ] }", "devices[0].quality: expected a cycle of at least 1ms")]
    [InlineData("{ name: a, tags: [ { name: t, address: 0, generator: { kind: csv } } ] }", "devices[0].tags[0].generator.file: missing; kind csv needs the file to play")]
    [InlineData("{ name: a, tags: [ { name: t, address: 0, generator: { file: a.csv } } ] }", "devices[0].tags[0].generator.file: is for kind csv")]
    [InlineData("{ name: a, tags: [ { name: t, address: 0, generator: { kind: csv, file: none.csv } } ] }", "devices[0].tags[0].generator.file: expected a file at none.csv; there is none")]
    [InlineData("{ name: a, fault: { every: 3 }, tags: [ { name: t, address: 0 } ] }", "devices[0].fault.kind: missing")]
    public void What_makes_no_plant_is_refused(string device, string says)
    {
        var result = Parse($"plant: p\ndevices: [ {device} ]\n");
        Assert.Null(result.Value);
        Assert.Contains(says, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_lies_beside_its_plant_and_its_errors_have_line_and_column()
    {
        using TemporaryFile csv = new();
        string folder = Path.GetDirectoryName(csv.Path)!, name = Path.GetFileName(csv.Path);
        string yaml = $"plant: p\ndevices: [ {{ name: a, tags: [ {{ name: t, address: 0, generator: {{ kind: csv, file: {name}, interpolation: linear }} }} ] }} ]\n";
        File.WriteAllText(csv.Path, "0,1\n1,2\n");
        GeneratorOptions generator = Parse(yaml, Path.Combine(folder, "plant.yaml")).Value!.Plant.Options.Devices[0].Tags[0].Generator;
        Assert.Equal((GeneratorKind.Csv, 2, RecordingInterpolation.Linear), (generator.Kind, generator.Recording!.Rows, generator.Interpolation));
        File.WriteAllText(csv.Path, "0,1\n1,two\n");
        string error = Assert.Single(Parse(yaml, Path.Combine(folder, "plant.yaml")).Errors).ToString();
        Assert.Contains($"{csv.Path}:2:3: expected a number, found 'two'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_of_a_fault_is_bound()
    {
        PlantOptions plant = Parse("""
            plant: p
            faults: [ { kind: delay, devices: "a*", chance: 0.5, every: 2, after: 3, at: 1s, for: 2s, repeat: 3s, requests: 4, pause: 5ms, jitter: 6ms } ]
            devices:
              - name: a
                clock_skew: -5s
                quality: { good: 50s, uncertain: 5s, bad: 4s }
                tags: [ { name: t, address: 0, quality: { good: 1s, bad: 2s } } ]
                faults: [ { kind: exception, exception_code: 200 }, { kind: clock-skew, skew: -1.5s } ]
                fault: { kind: repeat }
            """).Value!.Plant.Options;
        Assert.Equal(
            new FaultSpec
            {
                Kind = FaultKind.Delay,
                Devices = "a*",
                Chance = 0.5,
                Every = 2,
                After = 3,
                At = Seconds(1),
                For = Seconds(2),
                Repeat = Seconds(3),
                Requests = 4,
                Pause = Seconds(0.005),
                Jitter = Seconds(0.006),
            },
            Assert.Single(plant.Faults));
        PlantDeviceOptions device = plant.Devices[0];
        FaultSpec[] expected = [new() { Kind = FaultKind.Exception, ExceptionCode = 200 }, new() { Kind = FaultKind.ClockSkew, Skew = Seconds(-1.5) }, new() { Kind = FaultKind.Duplicate }];
        Assert.Equal(expected, device.Faults);
        Assert.Equal((Seconds(-5), new QualityCycle(Seconds(50), Seconds(5), Seconds(4)), new QualityCycle(Seconds(1), default, Seconds(2))), (device.ClockSkew, device.Quality, device.Tags[0].Quality));

        static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
    }

    [Theory]
    [InlineData("{ kind: constant, value: 5 }", 5)]
    [InlineData("{ kind: constant, max: 4711 }", 4711)]
    [InlineData("{ kind: memory }", 0)]
    public void A_constant_has_its_value(string generator, double value)
    {
        PlantConfiguration plant = Parse($"plant: p\ndevices: [ {{ name: a, tags: [ {{ name: t, address: 0, generator: {generator} }} ] }} ]\n").Value!;
        byte[] registers = new byte[4];
        plant.CreateSimulator().Device(0).Read(ModbusTable.HoldingRegister, 0, 2, registers);
        Assert.Equal(value, System.Buffers.Binary.BinaryPrimitives.ReadSingleBigEndian(registers));
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

    [Fact]
    public void Every_key_of_an_OPC_UA_server_is_bound()
    {
        PlantDeviceOptions device = Parse("""
            plant: p
            devices:
              - name: d
                opcua:
                  security: [ { policy: None }, { policy: Basic256Sha256 }, { policy: Aes128_Sha256_RsaOaep, mode: Sign } ]
                  anonymous: false
                  users: [ { name: a, password: b } ]
                  namespace: "urn:{plant}:x"
                  nodes: numeric
                  min_sampling: 5ms
                  min_publishing: 20ms
                  max_sessions: 3
                  max_nodes_per_call: 77
                  certificates: some/where
                tags: [ { name: "t.{n}", count: 3, type: int16 } ]
            """).Value!.Plant.Options.Devices[0];
        UaServerDeviceOptions server = device.OpcUa!;
        Assert.Equal(
            [
                new UaEndpointSecurity(UaSecurityPolicy.None, UaSecurityMode.None), new UaEndpointSecurity(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt),
                new UaEndpointSecurity(UaSecurityPolicy.Aes128Sha256RsaOaep, UaSecurityMode.Sign),
            ],
            server.Security);
        Assert.Equal((false, new UaPasswordIdentity("a", "b")), (server.Anonymous, Assert.Single(server.Users)));
        Assert.Equal(("urn:{plant}:x", UaNodeForm.Numeric, "some/where"), (server.Namespace, server.Nodes, server.Certificates));
        Assert.Equal((5.0, 20.0, 3, 77), (server.MinSampling.TotalMilliseconds, server.MinPublishing.TotalMilliseconds, server.MaxSessions, server.MaxNodesPerCall));
        Assert.Equal(new UaServerDeviceOptions().Nodes, Parse("plant: p\ndevices: [ { name: a, opcua: {}, tags: [ { name: t } ] } ]\n").Value!.Plant.Options.Devices[0].OpcUa!.Nodes);
    }

    [Theory]
    [InlineData("{ name: a, opcua: {}, tags: [ { name: t, address: 0 } ] }", "devices[0].tags[0].address: is for Modbus devices")]
    [InlineData("{ name: a, opcua: {}, units_per_port: 2, tags: [ { name: t } ] }", "devices[0].units_per_port: is for Modbus devices; an OPC UA server has a port of its own")]
    [InlineData("{ name: a, opcua: { security: [ { policy: None, mode: Sign } ] }, tags: [ { name: t } ] }", "security[0].mode: expected None")]
    [InlineData("{ name: a, opcua: { security: [ { policy: Basic256Sha256, mode: None } ] }, tags: [ { name: t } ] }", "security[0].mode: expected Sign or SignAndEncrypt")]
    [InlineData("{ name: a, opcua: { anonymous: false }, tags: [ { name: t } ] }", "nobody is let in")]
    [InlineData("{ name: a, opcua: {}, fault: { kind: exception }, tags: [ { name: t } ] }", "is for Modbus devices; OPC UA servers have")]
    public void What_makes_no_OPC_UA_server_is_refused(string device, string says)
    {
        var result = Parse($"plant: p\ndevices: [ {device} ]\n");
        Assert.Null(result.Value);
        Assert.Contains(says, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    private static ConfigurationResult<PlantConfiguration> Parse(string yaml, string file = "plant.yaml") => ConfigurationFile.ParsePlant(file, new StringReader(yaml), _ => null);
}
