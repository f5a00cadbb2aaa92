using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.OpcUa;

namespace HyperIngest.Tests.Unit.LoadGen.Faults;

/// <summary>Faults that are at a time: what is done when they come into force, and when they are over.</summary>
public sealed class TimedFaultTests : IFaultActions, IDisposable
{
    private readonly SteppedTime _time = new();
    private readonly List<string> _done = [];
    private readonly Plant _plant = new(DemoPlant.CreateOpcUa(new UaServerDeviceOptions(), devices: 2, tags: 1));
    private readonly FaultBoard _board;

    public TimedFaultTests()
    {
        SimulatedDevice[] devices = [.. _plant.Devices.Select(d => new SimulatedDevice(d.Name, d.Template))];
        _board = new FaultBoard(_plant, _time, devices, new Protocols.Modbus.ModbusServerUnit?[2], [], this);
    }

    public void Dispose() => _board.Dispose();

    [Fact]
    public void A_fault_is_done_once_each_time_and_not_before_the_simulator_begins()
    {
        Inject(FaultKind.SessionClosed, "press-1", at: 2, lasts: 1, repeat: 10);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(_done);
        _board.Begin();
        _time.Advance(TimeSpan.FromSeconds(13));
        Assert.Equal(["begin session-closed 0", "end session-closed 0", "begin session-closed 0", "end session-closed 0"], _done);
        Assert.Equal(2, Assert.Single(_board.Statuses()).Hits);
    }

    [Fact]
    public void What_lasts_ends_with_its_time_and_with_being_cleared()
    {
        _board.Begin();
        Inject(FaultKind.NodeUnknown, "*", at: 1, lasts: 3);
        string id = Inject(FaultKind.NodeUnknown, "press-2");
        Assert.Equal(["begin node-unknown 1"], _done);
        _time.Advance(TimeSpan.FromSeconds(4));
        // The second device has another one that lasts.
        Assert.Equal(["begin node-unknown 1", "begin node-unknown 0", "begin node-unknown 1", "end node-unknown 0", "end node-unknown 1, 1 ms stays"], _done);
        Assert.True(_board.Clear(id));
        Assert.Equal("end node-unknown 1", _done[^1]);
        _board.Clear(_board.Statuses()[0].Id);
        Assert.Equal(6, _done.Count);
    }

    [Fact]
    public void Of_two_that_overlap_the_last_that_came_stays()
    {
        _board.Begin();
        _board.Inject(new FaultSpec { Kind = FaultKind.SlowPublish, Pause = TimeSpan.FromMilliseconds(300) }, [0]);
        _board.Inject(new FaultSpec { Kind = FaultKind.SlowPublish, Pause = TimeSpan.FromMilliseconds(700), For = TimeSpan.FromSeconds(1) }, [0]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["begin slow-publish 0", "begin slow-publish 0", "end slow-publish 0, 300 ms stays"], _done);
        _board.ClearAll();
        Assert.Equal("end slow-publish 0", _done[^1]);
    }

    void IFaultActions.CloseRefused(int port) => _done.Add($"refuse {port}");

    void IFaultActions.Begin(FaultSpec spec, int device) => _done.Add($"begin {FaultNames.Of(spec.Kind)} {device}");

    void IFaultActions.End(FaultSpec spec, int device, FaultSpec? stays) =>
        _done.Add($"end {FaultNames.Of(spec.Kind)} {device}{(stays is null ? "" : $", {stays.Pause.TotalMilliseconds:0} ms stays")}");

    private string Inject(FaultKind kind, string devices, double at = 0, double? lasts = null, double? repeat = null)
    {
        FaultSpec spec = new() { Kind = kind, Devices = devices, At = TimeSpan.FromSeconds(at), For = lasts is { } time ? TimeSpan.FromSeconds(time) : null, Repeat = repeat is { } again ? TimeSpan.FromSeconds(again) : null };
        return _board.Inject(spec, _plant.Matching(devices));
    }
}
