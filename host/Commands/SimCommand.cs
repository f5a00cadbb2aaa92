using System.CommandLine;
using System.Globalization;
using System.Net;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Http;
using HyperIngest.Host.Logging;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using Microsoft.Extensions.Logging;

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
        Option<bool> control = new("--control") { Description = "For programs: one JSON line when ready, then commands on standard input: stats, inject JSON, clear ID, faults, publish begin|curve|pause|drain, values hold|go|drain, served PATH, stop [PATH]." };
        Option<TimeSpan?> progress = CommonOptions.Choice("--progress", "INTERVAL", "Time between progress lines, such as 1s, or 0 for none. Default: 10s.",
            Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "none"));
        Option<ListenAddress?> http = CommonOptions.Choice("--http", "ADDRESS:PORT", "Status and faults over HTTP, such as 127.0.0.1:9700; port 0 takes a free one. Default: off.", ListenAddress.Type);
        Option<bool> httpPublic = new("--http-public") { Description = "Allow --http at an address that other machines reach: whoever does can have the devices misbehave." };
        Verb verb = new("sim", "Simulate a plant of devices that answer over Modbus TCP, are OPC UA servers or publish over MQTT, that behave or misbehave, until SIGTERM or Ctrl-C.",
            new("hyperingest sim samples/plant.yaml", "Devices on local ports; read them with any Modbus client."),
            new("hyperingest sim samples/plant.yaml --served served.bin", "Keep count of what was answered, to verify a sink against it afterwards."),
            new("hyperingest sim samples/plant-faults.yaml", "Devices that misbehave by chance and by schedule."),
            new("hyperingest sim samples/plant-mqtt.yaml", "Sparkplug edge nodes and JSON sensors that publish to a broker."),
            new("hyperingest sim samples/plant-opcua.yaml", "OPC UA servers, a port each; browse them with hyperingest browse, or any OPC UA client."),
            new("hyperingest sim samples/plant.yaml --http 127.0.0.1:9700",
                "Faults over HTTP: curl http://127.0.0.1:9700/faults -d '{\"kind\":\"delay\",\"devices\":\"press-*\",\"pause\":\"250ms\",\"for\":\"30s\"}'"),
            new("hyperingest sim samples/plant.yaml --port 15020 --progress 0", "On other ports, without progress lines."))
        {
            file, port, served, control, progress, http, httpPublic,
        };
        verb.SetAction(async (parsed, _) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            PlantConfiguration? plant = await SiteLoading.LoadPlantAsync(parsed.GetRequiredValue(file), io.Error);
            if (plant is null) return ExitCode.Usage;
            if (parsed.GetValue(port) is { } basePort) plant = AtPort(plant, basePort);
            IPEndPoint? listen = parsed.GetValue(http)?.EndPoint;
            if (listen is not null && !IPAddress.IsLoopback(listen.Address) && !parsed.GetValue(httpPublic))
            {
                throw new UsageException($"--http {listen}: expected a loopback address such as 127.0.0.1:{listen.Port}, because whoever reaches it can have the devices misbehave; --http-public allows others");
            }

            using ShutdownSignals signals = new(Environment.Exit);
            using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Warning, LogFormat.Text), new WriterLogTarget(io.Error));
            await using Simulator simulator = plant.CreateSimulator(logger: loggers.CreateLogger<Simulator>());
            await using HttpEndpoint? endpoint = listen is null ? null : new HttpEndpoint(listen, simulator, loggers);
            if (parsed.GetValue(control))
            {
                // The lines on standard output belong to the conversation.
                await ShowAsync(endpoint, io.Error);
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
            simulator.BeginPublishing();
            await ShowAsync(endpoint, io.Output);
            await RunAsync(simulator, parsed.GetValue(progress) ?? ProgressInterval, io.Output, signals.Requested);
            await DrainAsync(simulator, io.Error);
            await simulator.StopAsync();
            if (parsed.GetValue(served) is { } path) simulator.Served().Save(path, plant.Plant);
            string answered = string.Create(CultureInfo.InvariantCulture, $"answered {simulator.ServerCounts.Requests + simulator.UaCounts.Requests:N0} requests");
            string published = string.Create(CultureInfo.InvariantCulture, $"published {simulator.PublishCounts.Messages:N0} messages");
            bool isAsked = plant.Plant.PortCount + plant.Plant.UaPortCount > 0;
            string did = plant.Plant.Nodes.Count == 0 ? answered : isAsked ? $"{answered} and {published}" : published;
            await io.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{did} with {simulator.ReadingsServed:N0} readings"));
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

    private static async Task DrainAsync(Simulator simulator, TextWriter errors)
    {
        try
        {
            await simulator.DrainAsync();
        }
        catch (TimeoutException late)
        {
            await errors.WriteLineAsync($"{simulator.Plant.Options.Name}: {late.Message}");
        }
    }

    private static async Task ShowAsync(HttpEndpoint? endpoint, TextWriter output)
    {
        if (endpoint is null) return;
        await endpoint.StartAsync(CancellationToken.None);
        await output.WriteLineAsync($"status and faults at {endpoint.Address}");
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

    // Those injected; what a unit does by itself is in the total alone.
    private static string Kinds(Simulator simulator)
    {
        IReadOnlyDictionary<FaultKind, long> hits = simulator.FaultHits;
        return hits.Count == 0 ? "" : $" ({string.Join(", ", hits.Select(h => string.Create(CultureInfo.InvariantCulture, $"{FaultNames.Of(h.Key)} {h.Value:N0}")))})";
    }

    private static string Places(Simulator simulator)
    {
        Plant plant = simulator.Plant;
        List<string> places = [];
        if (plant.PortCount > 0) places.Add($"at {plant.Address}, {Ports(simulator.BasePort, plant.PortCount)}");
        if (plant.UaPortCount > 0) places.Add($"as OPC UA servers at {plant.Address}, {Ports(simulator.UaBasePort, plant.UaPortCount)}");
        if (plant.Nodes.Count > 0) places.Add(string.Create(CultureInfo.InvariantCulture, $"publishing to {plant.Options.Broker!.Address} over {plant.Nodes.Count:N0} connections"));
        return string.Join(", and ", places);
    }

    private static string Ports(int first, int count) => count == 1 ? $"port {first}" : $"ports {first} to {first + count - 1}";

    // So many can be looked through; of more the first ones say how the others are called.
    private static async Task ShowEndpointsAsync(Simulator simulator, TextWriter output)
    {
        const int most = 10;
        List<PlantDevice> servers = [.. simulator.Plant.Devices.Where(d => d.OpcUa is not null)];
        foreach (PlantDevice device in servers.Take(most)) await output.WriteLineAsync($"  {device.Name}  {simulator.UaEndpointOf(device)}");
        if (servers.Count > most) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  and {servers.Count - most:N0} more, to {servers[^1].Name}  {simulator.UaEndpointOf(servers[^1])}"));
    }

    private static async Task RunAsync(Simulator simulator, TimeSpan every, TextWriter output, CancellationToken stop)
    {
        Plant plant = simulator.Plant;
        CultureInfo format = CultureInfo.InvariantCulture;
        await output.WriteLineAsync(string.Create(format, $"{plant.Options.Name}: {plant.Devices.Count:N0} devices with {plant.TagCount:N0} tags {Places(simulator)}; Ctrl-C ends it"));
        await ShowEndpointsAsync(simulator, output);
        await output.FlushAsync(CancellationToken.None);
        try
        {
            if (every == TimeSpan.Zero) await Task.Delay(Timeout.Infinite, stop);
            using PeriodicTimer timer = new(every);
            var (requests, messages, readings) = (0L, 0L, 0L);
            bool isAsked = plant.PortCount + plant.UaPortCount > 0;
            while (await timer.WaitForNextTickAsync(stop))
            {
                var counts = simulator.ServerCounts;
                var published = simulator.PublishCounts;
                var ua = simulator.UaCounts;
                long asks = counts.Requests + ua.Requests, served = simulator.ReadingsServed;
                string asked = isAsked ? string.Create(format, $"{(asks - requests) / every.TotalSeconds:N0} requests/s, ") : "";
                string sent = published.Nodes == 0 ? "" : string.Create(format, $"{(published.Messages - messages) / every.TotalSeconds:N0} messages/s, ");
                string connected = string.Join(" and ", ((string[])[
                    isAsked ? string.Create(format, $"{counts.Connections + ua.Connections:N0} connections") : "",
                    ua.Servers == 0 ? "" : string.Create(format, $"{ua.Items:N0} monitored items"),
                    published.Nodes == 0 ? "" : string.Create(format, $"{published.Ready:N0} of {published.Nodes:N0} nodes connected")]).Where(t => t.Length > 0));
                await output.WriteLineAsync(string.Create(format,
                    $"{DateTime.UtcNow:HH:mm:ss} {asked}{sent}{(served - readings) / every.TotalSeconds:N0} readings/s, {connected}, {counts.Faulted:N0} faults{Kinds(simulator)}"));
                await output.FlushAsync(stop);
                (requests, messages, readings) = (asks, published.Messages, served);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to end.
        }
    }
}
