using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.LoadGen.ModbusClientOnWire;

namespace HyperIngest.Tests.Unit.LoadGen.Faults;

public sealed class FaultTests
{
    private static readonly FaultSpec Exception = new() { Kind = FaultKind.Exception };

    private readonly SteppedTime _time = new();

    [Fact]
    public async Task Chance_says_the_same_thing_twice_and_something_else_to_every_device_fault_and_seed()
    {
        FaultSpec spec = Exception with { Chance = 0.25 };
        HashSet<string> said = [];
        foreach (ulong seed in (ulong[])[1, 1, 2])
        {
            Plant plant = new(TestPlants.Of(2, TestPlants.OneOfEach()).Options with { Seed = seed });
            await using Simulator simulator = new(plant);
            string[] patterns = new string[3];
            simulator.Inject(spec);
            patterns[0] = Pattern(simulator, 0, 400);
            patterns[1] = Pattern(simulator, 1, 400);
            simulator.ClearAll();
            simulator.Inject(spec);
            patterns[2] = Pattern(simulator, 0, 400);
            Assert.All(patterns, p => Assert.InRange(p.Count(c => c == 'x'), 60, 140));
            said.UnionWith(patterns);
        }
        Assert.Equal(6, said.Count);
    }

    [Fact]
    public async Task After_every_and_requests_choose_and_the_fault_expires()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Inject(Exception with { After = 2, Every = 3, Requests = 2 });
        Assert.Equal("....x..x....", Pattern(simulator, 0, 12));
        Assert.Equal((2, FaultState.InForce), Status(simulator));
        Assert.Equal("....x..x....", Pattern(simulator, 1, 12));
        Assert.Equal((4, FaultState.Expired), Status(simulator));
    }

    [Fact]
    public async Task A_schedule_comes_goes_and_comes_again()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Inject(Exception with { Devices = "dev-1", At = Seconds(10), For = Seconds(5), Repeat = Seconds(60) });
        (int After, FaultState State)[] steps =
        [
            (0, FaultState.Waiting), (9, FaultState.Waiting), (1, FaultState.InForce), (4, FaultState.InForce), (1, FaultState.Waiting), (54, FaultState.Waiting), (1, FaultState.InForce),
        ];
        foreach ((int after, FaultState state) in steps)
        {
            _time.Advance(Seconds(after));
            Assert.Equal(state, Status(simulator).State);
            Assert.Equal(state == FaultState.InForce ? "x" : ".", Pattern(simulator, 0, 1));
        }
        Assert.Equal(".", Pattern(simulator, 1, 1));
    }

    [Fact]
    public async Task A_fault_that_comes_once_expires_with_its_time()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Inject(Exception with { For = Seconds(5) });
        Assert.Equal("x", Pattern(simulator, 0, 1));
        _time.Advance(Seconds(5));
        Assert.Equal(".", Pattern(simulator, 0, 1));
        Assert.Equal((1, FaultState.Expired), Status(simulator));
    }

    [Fact]
    public async Task The_faults_of_a_plant_count_their_time_from_its_start()
    {
        Plant plant = new(TestPlants.Of(1, TestPlants.OneOfEach()).Options with { Faults = [Exception with { At = Seconds(10) }] });
        await using Simulator simulator = new(plant, _time);
        _time.Advance(Seconds(8));
        simulator.Start();
        _time.Advance(Seconds(8));
        Assert.Equal(FaultState.Waiting, Status(simulator).State);
        _time.Advance(Seconds(2));
        Assert.Equal(FaultState.InForce, Status(simulator).State);
    }

    [Fact]
    public async Task The_first_in_force_that_says_so_wins()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Inject(new FaultSpec { Kind = FaultKind.Silence, Every = 2 });
        string second = simulator.Inject(Exception);
        IModbusFault fault = simulator.Unit(0).Fault!;
        Assert.Equal(
            [ModbusFaultKind.Exception, ModbusFaultKind.Silence, ModbusFaultKind.Exception, ModbusFaultKind.Silence], Enumerable.Range(0, 4).Select(_ => fault.Next([]).Kind));
        Assert.True(simulator.Clear(second));
        Assert.False(simulator.Clear(second));
        Assert.Equal(".x.x", Pattern(simulator, 0, 4));
        simulator.ClearAll();
        Assert.Null(simulator.Unit(0).Fault);
        Assert.Empty(simulator.Faults);
        Assert.Equal([(FaultKind.Silence, 4L), (FaultKind.Exception, 2L)], simulator.FaultHits.Select(h => (h.Key, h.Value)));
    }

    [Fact]
    public async Task Jitter_is_drawn_evenly_above_the_pause()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Inject(new FaultSpec { Kind = FaultKind.Delay, Pause = Milliseconds(100), Jitter = Milliseconds(50), Chance = 0.5 });
        IModbusFault fault = simulator.Unit(0).Fault!;
        double[] pauses = [.. Enumerable.Range(0, 1000).Select(_ => fault.Next([])).Where(a => a.Kind == ModbusFaultKind.Delay).Select(a => a.Pause.TotalMilliseconds)];
        Assert.All(pauses, p => Assert.InRange(p, 100, 150));
        Assert.InRange(pauses.Average(), 120, 130);
        Assert.True(pauses.Min() < 102 && pauses.Max() > 148);
    }

    [Fact]
    public async Task Deciding_allocates_nothing()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Inject(new FaultSpec { Kind = FaultKind.Delay, Chance = 0.1, Jitter = Milliseconds(1), For = Seconds(60) });
        simulator.Inject(Exception with { Every = 3 });
        IModbusFault fault = simulator.Unit(0).Fault!;
        for (int i = 0; i < 1000; i++) fault.Next([]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) fault.Next([]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Refuse_closes_what_is_open_and_what_comes_of_its_port_alone()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Start();
        using ModbusClientOnWire open = new(simulator.BasePort), other = new(simulator.BasePort + 1);
        open.Ask(ReadRequest(1, 1, 3, 0, 1));
        other.Ask(ReadRequest(1, 1, 3, 0, 1));
        simulator.Inject(new FaultSpec { Kind = FaultKind.Refuse, Devices = "dev-1", At = Seconds(10), For = Seconds(5), Repeat = Seconds(60) });
        open.Ask(ReadRequest(2, 1, 3, 0, 1));
        for (int time = 0; time < 2; time++)
        {
            using ModbusClientOnWire before = new(simulator.BasePort);
            before.Ask(ReadRequest(3, 1, 3, 0, 1));
            _time.Advance(Seconds(time == 0 ? 10 : 55));
            if (time == 0) Assert.True(open.IsClosedByServer());
            Assert.True(before.IsClosedByServer());
            using (ModbusClientOnWire during = new(simulator.BasePort)) Assert.True(during.IsClosedByServer());
            Assert.Equal(FaultState.InForce, Status(simulator).State);
            _time.Advance(Seconds(5));
        }
        other.Ask(ReadRequest(3, 1, 3, 0, 1));
        using ModbusClientOnWire after = new(simulator.BasePort);
        after.Ask(ReadRequest(4, 1, 3, 0, 1));
        Assert.Equal(5, simulator.Server.Counts.Refused);
        Assert.Equal((5, FaultState.Waiting), Status(simulator));
    }

    [Fact]
    public async Task Refuse_counts_connections()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Start();
        simulator.Inject(new FaultSpec { Kind = FaultKind.Refuse, Devices = "dev-1", After = 1, Requests = 2 });
        bool[] closed = new bool[4];
        for (int i = 0; i < closed.Length; i++)
        {
            using ModbusClientOnWire client = new(simulator.BasePort);
            if (i is 1 or 2) closed[i] = client.IsClosedByServer();
            else client.Ask(ReadRequest(1, 1, 3, 0, 1));
        }
        Assert.Equal([false, true, true, false], closed);
        Assert.Equal((2, FaultState.Expired), Status(simulator));
    }

    [Fact]
    public async Task A_delay_lasts_as_long_as_the_clock_says_and_does_not_hold_up_the_end()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Start();
        simulator.Inject(new FaultSpec { Kind = FaultKind.Delay, Pause = TimeSpan.FromMinutes(10) });
        using ModbusClientOnWire client = new(simulator.BasePort);
        client.Send(ReadRequest(1, 1, 3, 0, 1));
        await Eventually.IsTrue(() => _time.Waiting == 1, "the answer waits");
        Assert.Equal(0, client.Available);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(11, client.Receive().Length);
        client.Send(ReadRequest(2, 1, 3, 0, 1));
        await Eventually.IsTrue(() => _time.Waiting == 1, "the next answer waits");
        await simulator.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task Out_of_order_is_the_answer_before_under_its_own_id()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Start();
        simulator.Inject(new FaultSpec { Kind = FaultKind.OutOfOrder, Every = 2 });
        using ModbusClientOnWire client = new(simulator.BasePort);
        byte[] first = client.Ask(ReadRequest(1, 1, 3, 0, 20));
        Assert.Equal(first, client.Ask(ReadRequest(2, 1, 3, 0, 20)));
        byte[] third = client.Ask(ReadRequest(3, 1, 3, 0, 20));
        Assert.NotEqual(first[9..], third[9..]);
        Assert.All(simulator.Device(0).CopyServed(), served => Assert.Equal(2u, served));
    }

    [Fact]
    public async Task Out_of_order_as_the_first_answer_is_made_up_under_the_id_before()
    {
        await using Simulator simulator = TwoDevices();
        simulator.Start();
        simulator.Inject(new FaultSpec { Kind = FaultKind.OutOfOrder });
        using ModbusClientOnWire client = new(simulator.BasePort);
        byte[] answer = client.Ask(ReadRequest(0x100, 1, 3, 0, 2));
        Assert.Equal([0, 0xFF, 0, 0, 0, 7, 1, 3, 4], answer[..9]);
        Assert.Equal(0, simulator.ReadingsServed);
    }

    [Fact]
    public async Task A_clock_is_wrong_while_its_fault_is_in_force_and_faults_add_up()
    {
        PlantTagOptions seconds = new() { Name = "s", Type = ModbusType.UInt32, Generator = new GeneratorOptions { Kind = GeneratorKind.Counter, Max = 4_000_000_000, Period = Seconds(1) } };
        PlantOptions options = TestPlants.Of(1, seconds).Options;
        await using Simulator simulator = new(new Plant(options with { Devices = [options.Devices[0] with { ClockSkew = Seconds(-7) }] }), _time);
        SimulatedDevice device = simulator.Device(0);
        Assert.Equal(_time.GetUtcNow().UtcTicks - Seconds(7).Ticks, device.ClockTicks);
        simulator.Inject(new FaultSpec { Kind = FaultKind.ClockSkew, Skew = Seconds(90), At = Seconds(10), For = Seconds(5) });
        simulator.Inject(new FaultSpec { Kind = FaultKind.ClockSkew, Skew = Seconds(-3) });
        Assert.Null(simulator.Unit(0).Fault);
        uint before = Read(device);
        _time.Advance(Seconds(10));
        Assert.Equal(before + 10 + 90, Read(device));
        _time.Advance(Seconds(5));
        Assert.Equal(before + 15, Read(device));
        simulator.ClearAll();
        Assert.Equal(before + 15 + 3, Read(device));

        static uint Read(SimulatedDevice device)
        {
            Span<byte> registers = new byte[4];
            device.Read(ModbusTable.HoldingRegister, 0, 2, registers);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(registers);
        }
    }

    [Fact]
    public async Task Expired_faults_make_room_and_others_do_not()
    {
        await using Simulator simulator = TwoDevices();
        string first = simulator.Inject(Exception with { For = Seconds(1) });
        for (int i = 1; i < 256; i++) simulator.Inject(Exception);
        Assert.Contains("at most 256", Assert.Throws<ArgumentException>(() => simulator.Inject(Exception)).Message, StringComparison.Ordinal);
        _time.Advance(Seconds(1));
        Assert.Equal("fault-257", simulator.Inject(Exception));
        Assert.DoesNotContain(simulator.Faults, f => f.Id == first);
    }

    [Fact]
    public async Task A_fault_that_hits_nothing_is_refused()
    {
        await using Simulator simulator = TwoDevices();
        string message = Assert.Throws<ArgumentException>(() => simulator.Inject(Exception with { Devices = "press-*" })).Message;
        Assert.Contains("'press-*'", message, StringComparison.Ordinal);
        Assert.Contains("dev-1", message, StringComparison.Ordinal);
        Assert.Contains("chance: expected", Assert.Throws<ArgumentException>(() => simulator.Inject(Exception with { Chance = 0 })).Message, StringComparison.Ordinal);
        Assert.Empty(simulator.Faults);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private Simulator TwoDevices() => new(TestPlants.Of(2, TestPlants.OneOfEach()), _time);

    private static string Pattern(Simulator simulator, int device, int requests) =>
        string.Concat(Enumerable.Range(0, requests).Select(_ => simulator.Unit(device).Fault is { } fault && fault.Next([]).Kind != ModbusFaultKind.None ? 'x' : '.'));

    private static (long Hits, FaultState State) Status(Simulator simulator)
    {
        FaultStatus status = Assert.Single(simulator.Faults);
        return (status.Hits, status.State);
    }
}
