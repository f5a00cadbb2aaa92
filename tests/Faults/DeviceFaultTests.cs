using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Faults;

/// <summary>Devices that connect and disconnect, stall, lie, answer late, repeat themselves, run by a wrong clock, flood or die beside devices that do not.</summary>
[Collection(NodeCollection.Name)]
public sealed class DeviceFaultTests : IAsyncLifetime
{
    private const int GatewayUnits = 6;
    private const int Tags = 60;
    private const string ClockTag = "clock";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Skew = TimeSpan.FromDays(-365);

    // Devices behind ports of their own that nothing is wrong with, as far as their readings go: the last two repeat every answer and have a clock a year behind.
    private const int GoodDevices = 22;
    private const int Repeating = GoodDevices - 2;
    private const int Skewed = GoodDevices - 1;

    // The units of the gateway come next; the last two of them are not sound.
    private const int SoundDevices = GoodDevices + GatewayUnits - 2;
    private const int FirstFaulty = GoodDevices + GatewayUnits;

    // One device a fault, the name under which the node must count it, and the statuses its readings may have besides Good; the first of them they must have.
    private static readonly FaultyDevice[] Faults =
    [
        new("drop", Every(3, ModbusFaultKind.Drop), "connection_closed", StatusCodes.BadCommunicationError),
        new("silence", Every(3, ModbusFaultKind.Silence), "response_timeout", StatusCodes.BadTimeout),
        new("late", Every(3, ModbusFaultKind.Delay, TimeSpan.FromSeconds(2)), "late_response", StatusCodes.BadTimeout),
        new("busy", Every(3, ModbusFaultKind.Exception), "server_device_busy", StatusCodes.BadResourceUnavailable),
        new("transaction", Every(3, ModbusFaultKind.WrongTransactionId), "wrong_transaction_id", StatusCodes.BadTimeout),
        new("unit", Every(3, ModbusFaultKind.WrongUnit), "wrong_unit", StatusCodes.BadDecodingError),
        new("truncated", Every(3, ModbusFaultKind.Truncated), "response_timeout", StatusCodes.BadTimeout, StatusCodes.BadDecodingError),
        new("short", Every(3, ModbusFaultKind.ShortPayload), "short_response", StatusCodes.BadDecodingError),
        new("long", Every(3, ModbusFaultKind.LongPayload), "long_response", StatusCodes.BadDecodingError),
        new("stray", Every(3, ModbusFaultKind.ExtraBytes), "malformed_frame", StatusCodes.BadDecodingError),
        new("garbage", Every(1, ModbusFaultKind.Garbage), "malformed_frame", StatusCodes.BadDecodingError),
        new("trickle", Every(1, ModbusFaultKind.Trickle, TimeSpan.FromMilliseconds(20)), "response_timeout", StatusCodes.BadTimeout, StatusCodes.BadCommunicationError),
        new("mute", Every(1, ModbusFaultKind.Silence), "silent_connection", StatusCodes.BadTimeout, StatusCodes.BadCommunicationError),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-faults-");
    private PrivatePostgres _server = null!;

    private string JournalFolder => Path.Combine(_folder.FullName, "journal");

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Devices_that_misbehave_cost_only_themselves_and_never_a_wrong_value()
    {
        Plant plant = FaultyPlant();
        await using Simulator simulator = new(plant);
        simulator.Unit(Repeating).Fault = Every(1, ModbusFaultKind.Repeat);
        // The last two units of the gateway: one says nothing, one only that it is busy.
        simulator.Unit(SoundDevices).Fault = Every(1, ModbusFaultKind.Silence);
        simulator.Unit(SoundDevices + 1).Fault = Every(1, ModbusFaultKind.Exception);
        for (int i = 0; i < Faults.Length; i++) simulator.Unit(FirstFaulty + i).Fault = Faults[i].Fault;
        simulator.Start();
        await using FloodingServer flood = new();
        string site = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(site, Site(plant, device => device.Name switch
        {
            // Nobody listens there.
            "dead" => 1,
            "flood" => flood.Port,
            _ => simulator.BasePort + device.Port,
        }));

        DateTime began = DateTime.UtcNow;
        using (NodeUnderTest node = await NodeUnderTest.StartAsync(site))
        {
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            await Eventually.IsTrue(() => simulator.Device(0).ReadingsServed > 0, "polls are under way");
            long[] polled = PollsOf(simulator);
            long counting = Stopwatch.GetTimestamp();
            foreach (string counted in Faults.Select(f => f.Counted).Concat(["connect_refused", "flood"]).Distinct())
            {
                await node.UntilAsync(async () => await node.MetricAsync("hyperingest_modbus_faults_total", $"fault=\"{counted}\"") > 0, $"{counted} is counted");
            }
            simulator.Device(Skewed).ClockSkew = Skew;
            await node.UntilMoreAsync(40_000);

            double due = Stopwatch.GetElapsedTime(counting) / Interval;
            long[] polls = [.. PollsOf(simulator).Zip(polled, (after, before) => after - before)];
            // None waited for a device that times out: once in three polls that would leave it three of eight. A busy machine skips some by itself.
            Assert.All(polls[..GoodDevices], p => Assert.InRange(p, (0.6 * due) - 1, due + 2));
            // Those behind the gateway share their socket with a unit that does not answer.
            Assert.All(polls[GoodDevices..SoundDevices], p => Assert.True(p > 5, $"a sound unit of the gateway was polled {p} times"));

            Assert.True((await node.StatusAsync()).GetProperty("sources")[0].GetProperty("unhealthy").GetInt32() >= 2);
            Assert.Equal(0, await node.MetricAsync("hyperingest_modbus_faults_total", "fault=\"internal_error\""));
            Assert.True(await node.MetricAsync("hyperingest_modbus_bad_readings_total") > 0);
            await readiness.AssertAlwaysReadyAsync();
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        await simulator.StopAsync();
        DateTime ended = DateTime.UtcNow;

        ServedCounts served = simulator.Served();
        using JournalReadback journal = new(JournalFolder);
        (VerifyReport Report, IReadOnlyList<SeriesGap> Gaps) inJournal = await VerifyAsync(journal, plant, served);
        (VerifyReport Report, IReadOnlyList<SeriesGap> Gaps) inSink = await VerifyAsync(new PostgresReadback(_server.ConnectionString), plant, served);
        // What is bad for a while is said to be bad, not left out.
        Assert.True(inJournal.Report.Bad > 0);
        Assert.Equal((inJournal.Report.Received, inJournal.Report.Bad, inJournal.Report.Unverified), (inSink.Report.Received, inSink.Report.Bad, inSink.Report.Unverified));
        Assert.Equal(inJournal.Gaps.Select(Place), inSink.Gaps.Select(Place));
        AssertStatuses(plant);
        AssertTimes(plant, began, ended);
    }

    // Nothing doubled, out of order or altered anywhere, and nothing lost but by those who answered what nobody could take.
    private static async Task<(VerifyReport Report, IReadOnlyList<SeriesGap> Gaps)> VerifyAsync(IReadback readback, Plant plant, ServedCounts served)
    {
        Verifier verifier = new(plant, served);
        await readback.ReadAsync(verifier, CancellationToken.None);
        VerifyReport report = verifier.Conclude();
        Assert.True((report.Altered, report.Duplicated, report.Reordered, report.Unknown) == (0, 0, 0, 0), string.Join('\n', report.Examples));
        Assert.DoesNotContain(verifier.Gaps, g => g.Device < SoundDevices);
        return (report, verifier.Gaps);
    }

    private static (int, int, long, long) Place(SeriesGap gap) => (gap.Device, gap.Tag, gap.FirstN, gap.Count);

    private void AssertStatuses(Plant plant)
    {
        Dictionary<string, HashSet<uint>> statuses = new(StringComparer.Ordinal);
        foreach ((SeriesDefinition series, Reading reading) in Journalled())
        {
            if (!statuses.TryGetValue(series.Device, out HashSet<uint>? seen)) statuses.Add(series.Device, seen = []);
            seen.Add(reading.Status);
        }
        string Names(string device) => $"{device}: {string.Join(", ", statuses.GetValueOrDefault(device, []).Select(StatusCodes.NameOf))}";
        foreach (PlantDevice sound in plant.Devices.Take(SoundDevices)) Assert.True(statuses[sound.Name].SetEquals([StatusCodes.Good]), Names(sound.Name));
        // On a busy machine any answer may come after its time.
        void AssertOnly(string device, params uint[] allowed)
        {
            Assert.True(statuses[device].Contains(allowed[0]), Names(device));
            Assert.True(statuses[device].IsSubsetOf([StatusCodes.Good, StatusCodes.BadTimeout, .. allowed]), Names(device));
        }
        foreach (FaultyDevice faulty in Faults) AssertOnly(faulty.Name, faulty.Statuses);
        AssertOnly(plant.Devices[SoundDevices].Name, StatusCodes.BadTimeout);
        AssertOnly(plant.Devices[SoundDevices + 1].Name, StatusCodes.BadResourceUnavailable);
        Assert.True(statuses["dead"].SetEquals([StatusCodes.BadNoCommunication]), Names("dead"));
        Assert.True(statuses["flood"].SetEquals([StatusCodes.BadCommunicationError]), Names("flood"));
    }

    // Whatever a device's clock says: readings have the gateway's time, which goes on, and no time of a source that sends none.
    private void AssertTimes(Plant plant, DateTime began, DateTime ended)
    {
        Dictionary<int, long> last = [];
        List<long> skewed = [];
        foreach ((SeriesDefinition series, Reading reading) in Journalled())
        {
            Assert.Equal(0, reading.SourceTime);
            Assert.InRange(reading.GatewayTime, began.Ticks, ended.Ticks);
            Assert.True(reading.GatewayTime >= last.GetValueOrDefault(reading.SeriesId), $"{series.Device}/{series.Tag} went back in time");
            last[reading.SeriesId] = reading.GatewayTime;
            if (series.Device == plant.Devices[Skewed].Name && series.Tag == ClockTag) skewed.Add(reading.ValueBits);
        }
        // Its own clock did go back.
        Assert.True(skewed[^1] < skewed[0] - ((long)-Skew.TotalSeconds / 2), $"the clock of {plant.Devices[Skewed].Name} went from {skewed[0]} to {skewed[^1]}");
    }

    private IEnumerable<(SeriesDefinition Series, Reading Reading)> Journalled()
    {
        using ReadingJournal journal = ReadingJournal.OpenRead(JournalFolder);
        ReadingBatch batch = new BatchPool(journal.LargestBatch, 1).Rent();
        for (int shard = 0; shard < journal.ShardCount; shard++)
        {
            using JournalReader reader = journal.Shard(shard).OpenReader(JournalPosition.Start);
            while (reader.TryRead(batch).Status != ReadStatus.AtEnd)
            {
                for (int i = 0; i < batch.Count; i++) yield return (journal.Catalog[batch.Slots[i].SeriesId], batch.Slots[i]);
            }
        }
    }

    private static long[] PollsOf(Simulator simulator) => [.. Enumerable.Range(0, SoundDevices).Select(d => simulator.Device(d).ReadingsServed / (Tags + 1))];

    private static Plant FaultyPlant()
    {
        PlantTagOptions[] tags =
        [
            new() { Name = "t.{n}", Count = Tags, StartAddress = 0, Type = ModbusType.Int32 },
            // The device's own idea of the time, in seconds.
            new()
            {
                Name = ClockTag,
                StartAddress = 2 * Tags,
                Type = ModbusType.UInt32,
                Generator = new GeneratorOptions { Kind = GeneratorKind.Counter, Max = uint.MaxValue, Period = TimeSpan.FromSeconds(1) },
            },
        ];
        return new Plant(new PlantOptions
        {
            Name = "faults",
            Devices =
            [
                new PlantDeviceOptions { Name = "good-{n}", Count = GoodDevices, Tags = tags },
                new PlantDeviceOptions { Name = "gateway-{n}", Count = GatewayUnits, UnitsPerPort = GatewayUnits, Tags = tags },
                .. Faults.Select(f => new PlantDeviceOptions { Name = f.Name, Tags = tags }),
                new PlantDeviceOptions { Name = "dead", Tags = tags },
                new PlantDeviceOptions { Name = "flood", Tags = tags },
            ],
        });
    }

    private static EveryNth Every(int n, ModbusFaultKind kind, TimeSpan pause = default) => new(n, kind, pause);

    // Sound devices are waited for as long as a busy machine may take: an answer that came too late is one that was lost.
    private string Site(Plant plant, Func<PlantDevice, int> portOf)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        string tags = string.Join(", ", Enumerable.Range(1, Tags).Select(i => string.Create(format, $"{{ name: t.{i:D2}, address: {(i - 1) * 2}, type: int32 }}")));
        string devices = string.Concat(plant.Devices.Select((d, i) => string.Create(format,
            $"  - {{ name: {d.Name}, protocol: modbus, host: 127.0.0.1, port: {portOf(d)}, unit: {d.UnitId}, template: t, interval: {Interval.TotalMilliseconds}ms, timeout: {(i < SoundDevices ? "20s" : "1s")}, longest_backoff: 500ms }}\n")));
        return string.Create(format, $$"""
            node: n
            shards: 2
            journal: { path: {{JournalFolder}}, segment: 4MiB }
            http: { listen: 127.0.0.1:0 }
            sinks: [ { name: historian, type: postgres, connection: "{{_server.ConnectionString}}" } ]
            templates: { t: { tags: [ {{tags}}, { name: {{ClockTag}}, address: {{2 * Tags}}, type: uint32 } ] } }
            devices:
            {{devices}}
            """);
    }

    private sealed record FaultyDevice(string Name, IModbusFault Fault, string Counted, params uint[] Statuses);

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
