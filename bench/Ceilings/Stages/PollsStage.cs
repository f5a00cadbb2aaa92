using System.Diagnostics;
using HyperIngest.Bench.Ceilings.PingPong;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>Polls over loopback: this product's Modbus client and simulator, beside bare sockets that send and receive as many bytes.</summary>
internal sealed class PollsStage : CeilingStage
{
    private const string Bare = "bare sockets";

    /// <summary>Devices, each with a connection and a port of its own.</summary>
    public const int Devices = 100;

    private readonly SimulatorProcess _simulator;
    private readonly PongProcess _pong;
    private readonly PollShape _shape;
    private readonly Process _simulatorProcess;

    private PollsStage(string name, int atOnce, Plant plant, SimulatorProcess simulator, PongProcess pong)
    {
        Name = name;
        _simulatorProcess = Process.GetProcessById(simulator.Ready.Pid);
        _simulator = simulator;
        _pong = pong;
        _shape = PollShape.Of(plant, atOnce);
        int[] simulated = [.. Enumerable.Range(simulator.Ready.BasePort, Devices)];
        int[] bare = [.. Enumerable.Repeat(pong.Port, Devices)];
        Contenders =
        [
            new ModbusPolls("Modbus client and simulator", plant, _shape, simulated, _simulatorProcess),
            new BarePolls(Bare, _shape, bare, pong.Process),
            new ModbusPolls("Modbus client, bare server", plant, _shape, bare, pong.Process),
            new BarePolls("bare client, simulator", _shape, simulated, _simulatorProcess),
        ];
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Unit => "requests";

    /// <inheritdoc/>
    public override StageClock Clock => StageClock.Processes;

    /// <inheritdoc/>
    public override string Includes =>
        $"{Devices} connections over loopback, on each a device of the demo polled without pause, {(_shape.AtOnce == 1 ? "a request, its response, the next request" : $"{_shape.AtOnce} requests in one send, their responses, then the next poll")}: "
        + $"{_shape.Requests} requests and {_shape.ResponseBytes.Sum():N0} bytes of responses a poll. The product: its "
        + $"client with framing, decoding ({_shape.Readings} readings a poll), the ring and a thread that empties it, and its simulator, which makes every value. The limit: the same requests, response sizes, connections and "
        + "sends on the runtime's sockets, with nothing looked at but lengths. Servers are processes of their own; rates are by the processor time of client and server together, which other work on the "
        + "machine does not change, and beside them by elapsed time. The crossed pairs show which end costs what.";

    /// <inheritdoc/>
    public override IReadOnlyList<IContender> Contenders { get; }

    /// <inheritdoc/>
    // The target is for question and answer in turn; with many requests a send the sockets all but vanish, and what is left is values made and decoded against none.
    public override IReadOnlyList<StageTarget> Targets => _shape.AtOnce == 1 ? [new LeastRatio(0.8, Bare)] : [];

    /// <inheritdoc/>
    // Each slice connects anew: in 300 ms a median of ten ratios still moved between 0.72 and 1.01, in 750 ms between 0.83 and 0.88.
    public override TimeSpan ShortestSlice => TimeSpan.FromMilliseconds(750);

    /// <summary>Question and answer in turn, as devices are asked by default; once both servers listen.</summary>
    public static Task<PollsStage> InTurnAsync() => StartAsync("polls", 1);

    /// <summary>All requests of a poll at once, as devices that allow it may be asked.</summary>
    public static Task<PollsStage> PipelinedAsync() => StartAsync("polls-pipelined", int.MaxValue);

    private static async Task<PollsStage> StartAsync(string name, int atOnce)
    {
        SimulatorProcess simulator = await SimulatorProcess.StartAsync(ChildProcess.Start(ChildProcess.Simulator)).ConfigureAwait(false);
        return new PollsStage(name, atOnce, ChildProcess.Plant(), simulator, await PongProcess.StartAsync().ConfigureAwait(false));
    }

    /// <inheritdoc/>
    protected override async ValueTask EndAsync()
    {
        _pong.Dispose();
        _simulatorProcess.Dispose();
        await _simulator.DisposeAsync().ConfigureAwait(false);
    }
}
