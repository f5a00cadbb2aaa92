using System.Collections.Concurrent;
using System.Text.Json;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.LoadGen.ModbusClientOnWire;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class SimulatorTests
{
    [Fact]
    public async Task Served_counts_are_what_a_client_read()
    {
        Plant plant = new(DemoPlant.Create(devices: 5, tags: 30, unitsPerPort: 2));
        await using Simulator simulator = new(plant);
        simulator.Start();
        Random random = new(11);
        uint[][] read = [.. Enumerable.Range(0, 5).Select(_ => new uint[30])];
        int registers = plant.Devices[0].Template.Tags.Sum(t => t.Span);
        ModbusClientOnWire[] clients = [.. Enumerable.Range(0, plant.PortCount).Select(p => new ModbusClientOnWire(simulator.BasePort + p))];
        for (int i = 0; i < 2000; i++)
        {
            int d = random.Next(5), from = random.Next(registers), count = random.Next(1, Math.Min(125, registers - from) + 1);
            PlantDevice device = plant.Devices[d];
            byte[] answer = clients[device.Port].Ask(ReadRequest((ushort)i, device.UnitId, 3, from, count));
            Assert.Equal(9 + (2 * count), answer.Length);
            for (int t = 0; t < 30; t++)
            {
                PlantTag tag = device.Template.Tags[t];
                if (tag.Address >= from && tag.Address + tag.Span <= from + count) read[d][t]++;
            }
        }
        foreach (ModbusClientOnWire client in clients) client.Dispose();
        ServedCounts served = simulator.Served();
        for (int d = 0; d < 5; d++) Assert.Equal(read[d], served.Of(d).ToArray());
        Assert.Equal(served.Total, simulator.ReadingsServed);
        Assert.Equal(2000, simulator.Server.Counts.Requests);
    }

    [Fact]
    public async Task Rejected_answers_are_not_counted_as_served()
    {
        Plant plant = TestPlants.Of(1, TestPlants.OneOfEach());
        await using Simulator simulator = new(plant);
        simulator.Start();
        foreach (ModbusFaultKind kind in Enum.GetValues<ModbusFaultKind>())
        {
            uint before = simulator.Device(0).CopyServed()[0];
            long requests = simulator.Server.Counts.Requests + (kind == ModbusFaultKind.Drop ? 1 : 2);
            simulator.Unit(0).Fault = new ModbusFaultRun(kind) { Requests = 1 };
            using (ModbusClientOnWire client = new(simulator.BasePort))
            {
                client.Send(ReadRequest(1, 1, 3, 0, 20));
                client.Send(ReadRequest(2, 1, 3, 0, 1));
                await Eventually.IsTrue(() => simulator.Server.Counts.Requests == requests, $"{kind}: both requests were received");
            }
            simulator.Unit(0).Fault = null;

            // The second request was answered too, unless the first one's fault closed the connection.
            uint answered = (kind == ModbusFaultKind.Drop ? 0u : 1u) + (new ModbusFaultAction(kind).AnswersTruly ? 1u : 0u);
            Assert.Equal((kind, answered), (kind, simulator.Device(0).CopyServed()[0] - before));
        }
    }

    [Fact]
    public async Task Many_devices_find_free_ports_and_answer_side_by_side()
    {
        Plant plant = new(DemoPlant.Create(devices: 300, tags: 20));
        await using Simulator simulator = new(plant);
        simulator.Start();
        ConcurrentBag<int> lengths = [];
        Parallel.For(0, 300, d =>
        {
            using ModbusClientOnWire client = new(simulator.BasePort + d);
            for (int i = 0; i < 5; i++) lengths.Add(client.Ask(ReadRequest(1, 1, 3, 0, 20)).Length);
        });
        Assert.Equal(1500, lengths.Count);
        Assert.All(lengths, l => Assert.Equal(49, l));
        Assert.Equal(1500, simulator.Server.Counts.Requests);
    }

    [Fact]
    public async Task The_process_conversation_goes_as_written()
    {
        using TemporaryFile file = new();
        Plant plant = TestPlants.Of(2, TestPlants.OneOfEach());
        await using Simulator simulator = new(plant);
        StringWriter output = new();
        await SimulatorControl.RunAsync(simulator, new StringReader($"stats\nwhat\nstop {file.Path}\nstats\n"), output);
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(4, lines.Length);
        SimulatorReady ready = JsonSerializer.Deserialize(lines[0], SimulatorJson.Default.SimulatorReady)!;
        Assert.Equal((true, "127.0.0.1", simulator.BasePort, 2, 2, 16L), (ready.Ready, ready.Host, ready.BasePort, ready.PortCount, ready.Devices, ready.Tags));
        Assert.Contains("\"base_port\":", lines[0]);
        Assert.Contains("\"rss_mb\":", lines[1]);
        Assert.Contains("what", JsonSerializer.Deserialize(lines[2], SimulatorJson.Default.SimulatorError)!.Error);
        Assert.Equal(0, JsonSerializer.Deserialize(lines[3], SimulatorJson.Default.SimulatorStats)!.Readings);
        Assert.Equal(0, ServedCounts.Load(file.Path, plant).Total);
    }

    [Fact]
    public async Task The_parent_has_a_device_misbehave_and_behave_again()
    {
        await using Simulator simulator = new(TestPlants.Of(2, TestPlants.OneOfEach()));
        string device = simulator.Plant.Devices[1].Name;
        StringWriter output = new();
        string wrong = $"fault nobody drop\nfault {device} explode\nfault {device} drop 0\nfault {device} delay 1 soon\nfault {device}\nheal nobody\n";
        await SimulatorControl.RunAsync(simulator, new StringReader($"{wrong}fault {device} wrong-transaction-id 3 20\n"), output);
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(lines[1..^1], l => Assert.Contains("expected", l.Replace("has no device", "expected", StringComparison.Ordinal)));
        Assert.Equal(8, lines.Length);
        Assert.Contains("\"requests\":0", lines[^1]);
        FaultSpec fault = Assert.Single(simulator.Faults).Spec;
        Assert.Equal((FaultKind.WrongTransactionId, 3, 20), (fault.Kind, fault.Requests, fault.Pause.TotalMilliseconds));
        Assert.NotNull(simulator.Unit(1).Fault);
        Assert.Null(simulator.Unit(0).Fault);

        await using Simulator healed = new(TestPlants.Of(1, TestPlants.OneOfEach()));
        await SimulatorControl.RunAsync(healed, new StringReader($"fault {healed.Plant.Devices[0].Name} silence\nheal {healed.Plant.Devices[0].Name}\n"), new StringWriter());
        Assert.Null(healed.Unit(0).Fault);
    }

    [Fact]
    public async Task The_end_of_input_ends_the_simulator()
    {
        await using Simulator simulator = new(TestPlants.Of(1, TestPlants.OneOfEach()));
        await SimulatorControl.RunAsync(simulator, new StringReader(""), new StringWriter());
        Assert.ThrowsAny<System.Net.Sockets.SocketException>(() => new ModbusClientOnWire(simulator.BasePort));
    }
}
