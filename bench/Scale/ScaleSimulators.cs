using System.Diagnostics;
using System.Globalization;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Bench.Scale;

/// <summary>The devices: this program again, in as many processes as one process' limit of open files asks for.</summary>
internal sealed class ScaleSimulators : IAsyncDisposable
{
    /// <summary>The argument that makes it a simulator: its number, devices, units a port and tags follow.</summary>
    public const string Role = "--as-simulator";

    // Files that are no sockets of devices: assemblies, pipes, the runtime's own.
    private const int OtherFiles = 500;

    private readonly List<(SimulatorProcess Process, Plant Plant)> _simulators = [];

    private ScaleSimulators()
    {
    }

    /// <summary>The processes and what each of them simulates.</summary>
    public IReadOnlyList<(SimulatorProcess Process, Plant Plant)> All => _simulators;

    /// <summary>Files this process may open.</summary>
    public static int FileLimit
    {
        get
        {
            string line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
            return int.TryParse(line.AsSpan(26, 21), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int limit) ? limit : int.MaxValue;
        }
    }

    /// <summary>Most devices with a socket each that one node can have here.</summary>
    public static int MostSockets => FileLimit - (2 * OtherFiles);

    /// <summary>Starts them; all can be reached when it returns.</summary>
    public static async Task<ScaleSimulators> StartAsync(int devices, ScaleLayout layout, int tags)
    {
        int units = UnitsOf(layout);
        // A port takes two files: it listens, and one client is connected.
        int mostPorts = (FileLimit - OtherFiles) / 2;
        int processes = ((devices + units - 1) / units + mostPorts - 1) / mostPorts;
        ScaleSimulators simulators = new();
        try
        {
            for (int i = 0; i < processes; i++)
            {
                int count = (devices / processes) + (i < devices % processes ? 1 : 0);
                ProcessStartInfo start = new("dotnet", [typeof(ScaleSimulators).Assembly.Location, ScaleCommand.Verb, Role, Text(i), Text(count), Text(units), Text(tags)]);
                simulators._simulators.Add((await SimulatorProcess.StartAsync(start).ConfigureAwait(false), PlantOf(i, count, units, tags)));
            }
            return simulators;
        }
        catch
        {
            await simulators.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs as one of them until standard input ends.</summary>
    public static async Task RunAsync(int number, int count, int units, int tags)
    {
        await using Simulator simulator = new(PlantOf(number, count, units, tags));
        await SimulatorControl.RunAsync(simulator, Console.In, Console.Out).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((SimulatorProcess process, _) in _simulators) await process.DisposeAsync().ConfigureAwait(false);
    }

    private static int UnitsOf(ScaleLayout layout) => layout == ScaleLayout.Gateways ? 247 : 1;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A loopback address for each: two runs of nine thousand ports do not find room at one.
    private static Plant PlantOf(int number, int count, int units, int tags)
    {
        PlantOptions options = DemoPlant.Create(count, tags, basePort: 0, unitsPerPort: units);
        return new Plant(options with { ListenAddress = $"127.0.0.{number + 1}", Devices = [options.Devices[0] with { Name = $"site{number}-{{n}}" }] });
    }
}
