using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.OpcUa;

/// <summary><c>opcua</c>: how long it takes to monitor many items of one server, and what an item takes of the client's memory.</summary>
internal static class OpcUaCommand
{
    /// <summary>The first argument that leads here.</summary>
    public const string Verb = "opcua";

    private const double MostSeconds = 5;
    private const double MostBytesAnItem = 200;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Runs what the arguments behind the verb ask for; the exit code: 0 kept, 1 it took too long or too much, 2 wrong usage, 3 failed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Option<int> items = new("--items") { Description = "Items on the server. Default: 50000.", HelpName = "N", DefaultValueFactory = _ => 50_000 };
        Option<int> rounds = new("--rounds") { Description = "How often. Default: 3.", HelpName = "N", DefaultValueFactory = _ => 3 };
        RootCommand command = new(
            $"{Verb}: subscribes to one simulated server, in a process of its own, and says how long it takes from the first SYN until all items are monitored and their first values are in the journal, "
            + "and what an item takes of this process's managed memory. Exit code 1 when that is more than 5 s or 200 bytes.")
        {
            items, rounds,
        };
        command.SetAction((parsed, _) => MeasureAsync(Math.Clamp(parsed.GetValue(items), 1, 1_000_000), Math.Max(1, parsed.GetValue(rounds))));
        ParseResult result = command.Parse(arguments);
        foreach (var wrong in result.Errors) await Console.Error.WriteLineAsync($"{Verb}: {wrong.Message}").ConfigureAwait(false);
        if (result.Errors.Count > 0) return 2;
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is InvalidOperationException or IOException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"{Verb}: {failed.Message}").ConfigureAwait(false);
            return 3;
        }
    }

    private static async Task<int> MeasureAsync(int items, int rounds)
    {
        MachineInfo machine = MachineInfo.Read();
        await Console.Out.WriteLineAsync($"{machine.Cpu}, {machine.Cores} cores, {machine.Os}, {machine.Dotnet}; server and client on it, security None\n").ConfigureAwait(false);
        bool kept = true;
        for (int round = 0; round < rounds; round++)
        {
            (double created, double landed, double bytes) = await MeasureAsync(items).ConfigureAwait(false);
            kept &= created <= MostSeconds && bytes <= MostBytesAnItem;
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{items:N0} items: monitored after {created:0.00} s (at most {MostSeconds:0}), first values in the journal after {landed:0.00} s, {bytes:0} bytes an item (at most {MostBytesAnItem:0})")).ConfigureAwait(false);
        }
        return kept ? 0 : 1;
    }

    private static async Task<(double Created, double Landed, double Bytes)> MeasureAsync(int items)
    {
        PlantOptions options = new()
        {
            Name = "bench",
            Devices = [new PlantDeviceOptions { Name = "server", OpcUa = new UaServerDeviceOptions(), Tags = [new PlantTagOptions { Name = "value-{n}", Count = items, Type = ModbusType.Float64 }] }],
        };
        using BenchFolder folder = new(null);
        string plantPath = folder.In("plant.yaml");
        PlantFile.Write(options, plantPath);
        // Beside this program: the build puts the host's files there.
        ProcessStartInfo servers = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "hyperingest.dll"), "sim", plantPath, "--control"]);
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(servers).ConfigureAwait(false);
        SimulatorReady ready = simulator.Ready;
        UaPlantClient client = new()
        {
            Subscribe = new UaSubscribeOptions { Sampling = TimeSpan.FromSeconds(1), Publishing = TimeSpan.FromMilliseconds(100) },
            Session = new UaSessionOptions { EndpointUrl = "" },
        };
        IReadOnlyList<UaDeviceOptions> devices = new Plant(options).UaClientOptions(ready.Host, ready.UaBasePort!.Value, client);

        using MetricRegistry metrics = new();
        await using Pipeline pipeline = Pipeline.Open(new PipelineOptions { Node = "bench", Shards = 1, Journal = new JournalOptions { Path = folder.In("journal") } }, metrics, NullLoggerFactory.Instance);
        // The catalog has the names whatever the protocol, and is not what is measured.
        foreach (UaTag tag in devices[0].Tags) pipeline.Catalog.Register(new SeriesDefinition(devices[0].Name, tag.Name, tag.Kind!.Value, tag.Unit));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        pipeline.AddSource(new UaSource(new UaSourceOptions { Name = "opcua", Devices = devices }, pipeline.Catalog, pipeline.Intake, metrics, NullLoggerFactory.Instance));
        await pipeline.StartAsync(CancellationToken.None).ConfigureAwait(false);
        await simulator.ReleaseValuesAsync().ConfigureAwait(false);
        long began = Stopwatch.GetTimestamp();
        double created = 0;
        while (pipeline.Shards[0].Readings < items)
        {
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (seconds > Limit.TotalSeconds) throw new InvalidOperationException($"{pipeline.Shards[0].Readings:N0} of {items:N0} values came in {Limit.TotalSeconds:0} s");
            if (created == 0 && (await simulator.StatsAsync(CancellationToken.None).ConfigureAwait(false)).OpcUa!.Items >= items) created = seconds;
            await Task.Delay(5).ConfigureAwait(false);
        }
        double landed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        await pipeline.DrainAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        return (created == 0 ? landed : created, landed, bytes / (double)items);
    }
}
