using System.Diagnostics;
using HyperIngest.Bench.Ceilings.PingPong;
using HyperIngest.Bench.Ceilings.Stages;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Bench.Ceilings;

/// <summary>The servers of the polls stage: this program again, so that their memory and processor time are not the client's.</summary>
internal static class ChildProcess
{
    /// <summary>The argument that makes it the Modbus simulator.</summary>
    public const string Simulator = "--as-simulator";

    /// <summary>The argument that makes it the other end of bare sockets.</summary>
    public const string Pong = "--as-pong";

    /// <summary>The plant of both sides: devices of the demo, each at a port of its own.</summary>
    public static Plant Plant() => new(DemoPlant.Create(devices: PollsStage.Devices));

    /// <summary>A start of this program as one of them.</summary>
    public static ProcessStartInfo Start(string role)
    {
        ProcessStartInfo start = new("dotnet", [typeof(ChildProcess).Assembly.Location, CeilingsCommand.Verb, role])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        // As SimulatorProcess does for the simulator: both servers answer on the thread that the socket's event arrives on.
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        return start;
    }

    /// <summary>Runs as <paramref name="role"/> until standard input ends; false when it is none.</summary>
    public static async Task<bool> TryRunAsync(string role)
    {
        switch (role)
        {
            case Simulator:
                await using (Simulator simulator = new(Plant()))
                {
                    await SimulatorControl.RunAsync(simulator, Console.In, Console.Out).ConfigureAwait(false);
                }
                return true;
            case Pong:
                await PongServer.RunAsync(Console.In, Console.Out).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }
}
