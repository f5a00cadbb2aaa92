using System.CommandLine;
using System.Globalization;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands;

/// <summary><c>hyperingest sim FILE</c>.</summary>
internal static class SimCommand
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string> file = new("FILE") { Description = "The plant file." };
        Option<int?> port = CommonOptions.Choice("--port", "PORT", "First port; overrules the file.", Scalars.Integer(0, 65535));
        Option<string?> served = new("--served") { Description = "When it stops, write what the devices answered to this file, for hyperingest verify.", HelpName = "PATH" };
        Option<bool> control = new("--control") { Description = "For programs: one JSON line when ready, then commands on standard input: stats, served PATH, stop [PATH]." };
        Option<TimeSpan?> progress = CommonOptions.Choice("--progress", "INTERVAL", "Time between progress lines, such as 1s, or 0 for none. Default: 10s.",
            Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "none"));
        Verb verb = new("sim", "Simulate a plant of Modbus TCP devices, that behave or misbehave, until SIGTERM or Ctrl-C.",
            new("hyperingest sim samples/plant.yaml", "Devices on local ports; read them with any Modbus client."),
            new("hyperingest sim samples/plant.yaml --served served.bin", "Keep count of what was answered, to verify a sink against it afterwards."),
            new("hyperingest sim samples/plant.yaml --port 15020 --progress 0", "On other ports, without progress lines."))
        {
            file, port, served, control, progress,
        };
        verb.SetAction(async (parsed, _) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            PlantConfiguration? plant = await SiteLoading.LoadPlantAsync(parsed.GetRequiredValue(file), io.Error);
            if (plant is null) return ExitCode.Usage;
            if (parsed.GetValue(port) is { } basePort) plant = AtPort(plant, basePort);

            using ShutdownSignals signals = new(Environment.Exit);
            await using Simulator simulator = plant.CreateSimulator();
            if (parsed.GetValue(control))
            {
                await ConverseAsync(simulator, io.Output, signals.Requested);
                return ExitCode.Ok;
            }
            try
            {
                simulator.Start();
            }
            catch (System.Net.Sockets.SocketException taken)
            {
                throw new IOException($"{plant.Plant.Options.Name}: cannot listen at {plant.Plant.Address} from port {plant.Plant.Options.BasePort} on: {taken.Message}", taken);
            }
            await RunAsync(simulator, parsed.GetValue(progress) ?? ProgressInterval, io.Output, signals.Requested);
            await simulator.StopAsync();
            if (parsed.GetValue(served) is { } path) simulator.Served().Save(path, plant.Plant);
            await io.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"answered {simulator.Server.Counts.Requests:N0} requests with {simulator.ReadingsServed:N0} readings"));
            return ExitCode.Ok;
        });
        return verb;
    }

    // Reading standard input cannot be cancelled: a signal leaves the read where it is, and the process' end ends it.
    private static async Task ConverseAsync(Simulator simulator, TextWriter output, CancellationToken stop)
    {
        Task conversation = Task.Run(() => SimulatorControl.RunAsync(simulator, Console.In, output, stop), CancellationToken.None);
        TaskCompletionSource signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(signal.SetResult))
        {
            await await Task.WhenAny(conversation, signal.Task);
        }
        await simulator.StopAsync();
    }

    private static PlantConfiguration AtPort(PlantConfiguration plant, int basePort)
    {
        try
        {
            return plant with { Plant = new Plant(plant.Plant.Options with { BasePort = basePort }) };
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"--port {basePort}: {wrong.Message}");
        }
    }

    private static async Task RunAsync(Simulator simulator, TimeSpan every, TextWriter output, CancellationToken stop)
    {
        Plant plant = simulator.Plant;
        CultureInfo format = CultureInfo.InvariantCulture;
        string ports = plant.PortCount == 1 ? $"port {simulator.BasePort}" : $"ports {simulator.BasePort} to {simulator.BasePort + plant.PortCount - 1}";
        await output.WriteLineAsync(string.Create(format, $"{plant.Options.Name}: {plant.Devices.Count:N0} devices with {plant.TagCount:N0} tags at {plant.Address}, {ports}; Ctrl-C ends it"));
        await output.FlushAsync(CancellationToken.None);
        try
        {
            if (every == TimeSpan.Zero) await Task.Delay(Timeout.Infinite, stop);
            using PeriodicTimer timer = new(every);
            var (requests, readings) = (0L, 0L);
            while (await timer.WaitForNextTickAsync(stop))
            {
                var counts = simulator.Server.Counts;
                long served = simulator.ReadingsServed;
                await output.WriteLineAsync(string.Create(format,
                    $"{DateTime.UtcNow:HH:mm:ss} {(counts.Requests - requests) / every.TotalSeconds:N0} requests/s, {(served - readings) / every.TotalSeconds:N0} readings/s, {counts.Connections:N0} connections, {counts.Faulted:N0} faults"));
                await output.FlushAsync(stop);
                (requests, readings) = (counts.Requests, served);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to end.
        }
    }
}
