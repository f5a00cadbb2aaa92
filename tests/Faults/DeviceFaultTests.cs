using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>Devices that lie, stall, flood or die beside devices that do not.</summary>
[Collection(NodeCollection.Name)]
public sealed class FaultTests : IDisposable
{
    private const int GoodDevices = 20;

    // The first of them are sound, the last two are not.
    private const int GatewayUnits = 6;
    private const int SoundDevices = GoodDevices + GatewayUnits - 2;
    private const int Tags = 60;

    // One device a fault, and the name under which the node must count it. A device may be counted under more names than that one.
    private static readonly (string Name, IModbusFault Fault, string Counted)[] Faults =
    [
        ("drop", Every(3, ModbusFaultKind.Drop), "connection_closed"),
        ("silence", Every(3, ModbusFaultKind.Silence), "response_timeout"),
        ("delay", Every(3, ModbusFaultKind.Delay, TimeSpan.FromMilliseconds(400)), "late_response"),
        ("busy", Every(3, ModbusFaultKind.Exception), "server_device_busy"),
        ("transaction", Every(3, ModbusFaultKind.WrongTransactionId), "wrong_transaction_id"),
        ("unit", Every(3, ModbusFaultKind.WrongUnit), "wrong_unit"),
        ("truncated", Every(3, ModbusFaultKind.Truncated), "response_timeout"),
        ("short", Every(3, ModbusFaultKind.ShortPayload), "short_response"),
        ("long", Every(3, ModbusFaultKind.LongPayload), "long_response"),
        ("stray", Every(3, ModbusFaultKind.ExtraBytes), "malformed_frame"),
        ("garbage", Every(1, ModbusFaultKind.Garbage), "malformed_frame"),
        ("trickle", Every(1, ModbusFaultKind.Trickle, TimeSpan.FromMilliseconds(5)), "response_timeout"),
        ("mute", Every(1, ModbusFaultKind.Silence), "silent_connection"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-faults-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Devices_that_lie_stall_flood_or_die_cost_only_themselves_and_never_a_wrong_value()
    {
        PlantTagOptions[] tags = [new() { Name = "t.{n}", Count = Tags, StartAddress = 0, Type = ModbusType.Int32 }];
        Plant plant = new(new PlantOptions
        {
            Name = "faults",
            BasePort = 0,
            Devices =
            [
                new PlantDeviceOptions { Name = "good-{n}", Count = GoodDevices, Tags = tags },
                new PlantDeviceOptions { Name = "gateway-{n}", Count = GatewayUnits, UnitsPerPort = GatewayUnits, Tags = tags },
                .. Faults.Select(f => new PlantDeviceOptions { Name = f.Name, Tags = tags }),
                new PlantDeviceOptions { Name = "dead", Tags = tags },
                new PlantDeviceOptions { Name = "flood", Tags = tags },
            ],
        });
        await using Simulator simulator = new(plant);
        // The last two units of the gateway: one says nothing, one only that it is busy.
        simulator.Unit(SoundDevices).Fault = Every(1, ModbusFaultKind.Silence);
        simulator.Unit(SoundDevices + 1).Fault = Every(1, ModbusFaultKind.Exception);
        for (int i = 0; i < Faults.Length; i++) simulator.Unit(SoundDevices + 2 + i).Fault = Faults[i].Fault;
        simulator.Start();
        await using FloodingServer flood = new();
        string site = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(site, Site(plant, Path.Combine(_folder.FullName, "journal"), device => device.Name switch
        {
            // Nobody listens there.
            "dead" => 1,
            "flood" => flood.Port,
            _ => simulator.BasePort + device.Port,
        }));

        using (NodeUnderTest node = await NodeUnderTest.StartAsync(site))
        {
            foreach (string counted in Faults.Select(f => f.Counted).Concat(["connect_refused", "flood"]).Distinct())
            {
                await node.UntilAsync(async () => await node.MetricAsync("hyperingest_modbus_faults_total", $"fault=\"{counted}\"") > 0, $"{counted} is counted");
            }
            await node.UntilMoreAsync(20_000);
            Assert.True((await node.StatusAsync()).GetProperty("sources")[0].GetProperty("unhealthy").GetInt32() >= 2);
            Assert.Equal(HttpStatusCode.OK, (await node.ReadyAsync()).Code);
            Assert.Equal(0, await node.MetricAsync("hyperingest_modbus_faults_total", "fault=\"internal_error\""));
            await node.DrainAsync();
        }
        await simulator.StopAsync();

        Verifier verifier = new(plant, simulator.Served());
        using JournalReadback journal = new(Path.Combine(_folder.FullName, "journal"));
        await journal.ReadAsync(verifier, CancellationToken.None);
        VerifyReport report = verifier.Conclude();
        Assert.True((report.Altered, report.Duplicated, report.Reordered, report.Unknown) == (0, 0, 0, 0), string.Join('\n', report.Examples));
        Assert.DoesNotContain(verifier.Gaps, g => g.Device < SoundDevices);
        Assert.All(Enumerable.Range(0, SoundDevices), d => Assert.True(
            simulator.Device(d).ReadingsServed > 5 * Tags, $"{plant.Devices[d].Name} was read only {simulator.Device(d).ReadingsServed / Tags} times"));
        // What is bad for a while is said to be bad, not left out.
        Assert.True(report.Bad > 0);
    }

    private static EveryNth Every(int n, ModbusFaultKind kind, TimeSpan pause = default) => new(n, kind, pause);

    private static string Site(Plant plant, string journal, Func<PlantDevice, int> portOf)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        string tags = string.Join(", ", Enumerable.Range(1, Tags).Select(i => string.Create(format, $"{{ name: t.{i:D2}, address: {(i - 1) * 2}, type: int32 }}")));
        string devices = string.Concat(plant.Devices.Select(d => string.Create(format,
            $"  - {{ name: {d.Name}, protocol: modbus, host: 127.0.0.1, port: {portOf(d)}, unit: {d.UnitId}, template: t, interval: 100ms, timeout: 200ms, longest_backoff: 500ms }}\n")));
        return $"node: n\nshards: 2\njournal: {{ path: {journal}, segment: 4MiB }}\nhttp: {{ listen: 127.0.0.1:0 }}\ntemplates: {{ t: {{ tags: [ {tags} ] }} }}\ndevices:\n{devices}";
    }

    /// <summary>Hits one request in so many, beginning with the second.</summary>
    private sealed class EveryNth(int n, ModbusFaultKind kind, TimeSpan pause) : IModbusFault
    {
        private long _seen;

        public ModbusFaultAction Next(ReadOnlySpan<byte> request)
        {
            long seen = Interlocked.Increment(ref _seen);
            return seen == 1 || seen % n != 0 ? default : new ModbusFaultAction(kind, pause, ModbusExceptionCode.ServerDeviceBusy, (ulong)seen);
        }
    }

    /// <summary>Sends whole frames that nobody asked for, as fast as they are taken.</summary>
    private sealed class FloodingServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public FloodingServer()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync()
        {
            // Unit 1 answers a read of holding registers with one register, 0xFFFF; the transaction id is far from any that is under way.
            byte[] frames = [.. Enumerable.Repeat<byte[]>([0xFF, 0xF0, 0, 0, 0, 5, 1, 3, 2, 0xFF, 0xFF], 1000).SelectMany(f => f)];
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                    while (true) await client.SendAsync(frames, _stop.Token);
                }
                catch (Exception ended) when (ended is SocketException or OperationCanceledException)
                {
                    // The node hung up, or the test is over.
                }
            }
        }
    }
}
