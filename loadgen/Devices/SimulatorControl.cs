using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The simulator process' side of the conversation with its parent: one JSON line when ready, then a command a line on standard input: <c>stats</c>
/// answers with a JSON line; <c>fault DEVICE KIND [REQUESTS [PAUSE_MS]]</c> has a device misbehave on its next requests (without a number on all of them) and <c>heal DEVICE</c>
/// ends that, both answering like stats; <c>inject JSON</c> sets a fault in force (<see cref="FaultSpecJson"/>) and answers with its id, <c>clear ID</c> takes it off and answers with the id,
/// <c>faults</c> answers with all there are; <c>served PATH</c> writes the served counts while nobody reads, and answers like stats; <c>stop PATH</c> stops, writes the served counts to
/// PATH, answers like stats and ends (without a PATH nothing is written). The values of OPC UA servers go on from the start; after <c>values hold</c> they stand still, after <c>values drain</c> their subscribers
/// have acknowledged all that was sent before as well, and after <c>values go</c> they go on; all answer like stats. Publishers are connected and held until they are told: <c>publish ...</c>, see <see cref="PublishControl"/>. The end of the input ends it too, so that no simulator outlives its parent.
/// </summary>
public static class SimulatorControl
{
    // Within the 30 s that the parent waits for an answer.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(25);

    /// <summary>Starts the simulator and serves until it is told to stop.</summary>
    /// <param name="simulator">The simulator, not yet started; the caller disposes it.</param>
    /// <param name="input">Commands.</param>
    /// <param name="output">Answers.</param>
    /// <param name="cancellationToken">Stops it too.</param>
    public static async Task RunAsync(Simulator simulator, TextReader input, TextWriter output, CancellationToken cancellationToken = default)
    {
        simulator.Start();
        Plant plant = simulator.Plant;
        // What `fault` has set, by device: the next one on the device takes its place.
        Dictionary<string, string> misbehaving = new(StringComparer.Ordinal);
        PublishControl publish = new(simulator, output);
        SimulatorReady ready = new(
            true, plant.Address.ToString(), simulator.BasePort, plant.PortCount, plant.Devices.Count, plant.TagCount, Environment.ProcessId,
            plant.UaPortCount == 0 ? null : simulator.UaBasePort, plant.UaPortCount == 0 ? null : plant.UaPortCount);
        await WriteAsync(output, ready, SimulatorJson.Default.SimulatorReady).ConfigureAwait(false);
        while (true)
        {
            string? line;
            try
            {
                line = await input.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                line = null;
            }
            if (line is null)
            {
                await simulator.StopAsync().ConfigureAwait(false);
                return;
            }
            string[] words = line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["stats"]:
                    await WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats).ConfigureAwait(false);
                    break;
                case ["fault", string fault]:
                    await AnswerAsync(output, simulator, Misbehave(simulator, misbehaving, fault.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ConfigureAwait(false);
                    break;
                case ["heal", string device]:
                    await AnswerAsync(output, simulator, Heal(simulator, misbehaving, device)).ConfigureAwait(false);
                    break;
                case ["inject", string json]:
                    await InjectAsync(simulator, json, output).ConfigureAwait(false);
                    break;
                case ["clear", string id]:
                    if (simulator.Clear(id)) await WriteAsync(output, new SimulatorFault(id), SimulatorJson.Default.SimulatorFault).ConfigureAwait(false);
                    else await FailAsync(output, $"clear: expected the id of a fault, found '{id}'; there {Ids(simulator)}").ConfigureAwait(false);
                    break;
                case ["faults"]:
                    await WriteLineAsync(output, FaultsJson(simulator)).ConfigureAwait(false);
                    break;
                case ["publish", string what]:
                    await publish.RunAsync(what, cancellationToken).ConfigureAwait(false);
                    break;
                case ["values", string what]:
                    await AnswerAsync(output, simulator, await ValuesAsync(simulator, what, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                    break;
                case ["served", string path]:
                    await SaveAsync(simulator, path, output).ConfigureAwait(false);
                    break;
                case ["stop", ..]:
                    await publish.DrainBeforeStopAsync(cancellationToken).ConfigureAwait(false);
                    await simulator.StopAsync().ConfigureAwait(false);
                    if (words.Length == 2) await SaveAsync(simulator, words[1], output).ConfigureAwait(false);
                    else await WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats).ConfigureAwait(false);
                    return;
                case []:
                    break;
                default:
                    await FailAsync(output,
                        $"Unknown command '{line}'; expected stats, inject JSON, clear ID, faults, fault DEVICE KIND [REQUESTS [PAUSE_MS]], heal DEVICE, publish begin|max|curve|pause|drain, values hold|go|drain, served PATH or stop [PATH].").ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>The numbers of a running simulator and its process.</summary>
    public static SimulatorStats Stats(Simulator simulator)
    {
        ModbusServerCounts counts = simulator.ServerCounts;
        SimulatorPublishStats? published = PublishControl.Stats(simulator);
        UaServersCounts ua = simulator.UaCounts;
        using Process self = Process.GetCurrentProcess();
        return new SimulatorStats(
            counts.Requests + (published?.Messages ?? 0) + ua.Requests, simulator.ReadingsServed, counts.Exceptions + ua.Faults, counts.Faulted, counts.Malformed + ua.Malformed,
            counts.Connections + (int)(published?.Connected ?? 0) + ua.Connections,
            Math.Round(self.TotalProcessorTime.TotalSeconds, 3), Math.Round(self.WorkingSet64 / (1024.0 * 1024.0), 1),
            simulator.FaultHits.ToDictionary(k => FaultNames.Of(k.Key), k => k.Value), published,
            ua.Servers == 0 ? null : new SimulatorUaStats(ua.Servers, ua.Sessions, ua.Subscriptions, ua.Items, ua.Notified, ua.Read, ua.Queued, ua.Unacknowledged, ua.Lost, ua.Forgotten, ua.Missed));
    }

    /// <summary>A simulator's faults as one JSON object: <c>{"faults":[..]}</c>.</summary>
    public static string FaultsJson(Simulator simulator)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WritePropertyName("faults");
            FaultSpecJson.Write(json, simulator.Faults);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static async Task InjectAsync(Simulator simulator, string json, TextWriter output)
    {
        string id;
        try
        {
            if (!FaultSpecJson.TryParse(json, out FaultSpec? spec, out IReadOnlyList<FaultProblem> problems))
            {
                await FailAsync(output, $"inject: {string.Join("; ", problems)}").ConfigureAwait(false);
                return;
            }
            id = simulator.Inject(spec!);
        }
        catch (ArgumentException wrong)
        {
            await FailAsync(output, $"inject: {wrong.Message}").ConfigureAwait(false);
            return;
        }
        await WriteAsync(output, new SimulatorFault(id), SimulatorJson.Default.SimulatorFault).ConfigureAwait(false);
    }

    // What is wrong with the command; null when it was carried out.
    private static async Task<string?> ValuesAsync(Simulator simulator, string what, CancellationToken cancellationToken)
    {
        if (simulator.UaServers is not { } servers) return $"values: no device of plant {simulator.Plant.Options.Name} is an OPC UA server";
        switch (what)
        {
            case "hold" or "go":
                simulator.HoldValues(what == "hold");
                return null;
            case "drain":
                try
                {
                    await servers.DrainAsync(DrainLimit, cancellationToken).ConfigureAwait(false);
                    return null;
                }
                catch (TimeoutException late)
                {
                    return $"values: {late.Message}";
                }
            default:
                return $"values: expected hold, go or drain, found '{what}'";
        }
    }

    private static string Ids(Simulator simulator)
    {
        IReadOnlyList<FaultStatus> faults = simulator.Faults;
        return faults.Count == 0 ? "is none" : "are " + string.Join(", ", faults.Select(f => f.Id));
    }

    // What is wrong with the command; null when it was carried out.
    private static string? Misbehave(Simulator simulator, Dictionary<string, string> misbehaving, string[] words)
    {
        if (words.Length is < 2 or > 4) return $"fault: expected DEVICE KIND [REQUESTS [PAUSE_MS]], found {words.Length} words";
        if (!FaultNames.TryParse(words[1], out FaultKind kind)) return $"fault: expected one of {string.Join(", ", FaultNames.All.Select(k => k.Word))}, found '{words[1]}'";
        FaultSpec spec = new() { Kind = kind, Devices = words[0] };
        if (words.Length > 2)
        {
            if (!long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long requests) || requests == 0) return $"fault: REQUESTS: expected a whole number from 1, found '{words[2]}'";
            spec = spec with { Requests = requests };
        }
        if (words.Length > 3)
        {
            if (!int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out int pauseMs)) return $"fault: PAUSE_MS: expected a whole number from 0, found '{words[3]}'";
            spec = spec with { Pause = TimeSpan.FromMilliseconds(pauseMs) };
        }
        if (Heal(simulator, misbehaving, words[0]) is { } unknown) return unknown;
        try
        {
            misbehaving[words[0]] = simulator.Inject(spec);
            return null;
        }
        catch (ArgumentException wrong)
        {
            return $"fault: {wrong.Message}";
        }
    }

    private static string? Heal(Simulator simulator, Dictionary<string, string> misbehaving, string device)
    {
        if (simulator.Plant.IndexOf(device) < 0) return $"plant {simulator.Plant.Options.Name} has no device '{device}'";
        if (misbehaving.Remove(device, out string? id)) simulator.Clear(id);
        return null;
    }

    private static Task AnswerAsync(TextWriter output, Simulator simulator, string? wrong) => wrong is null
        ? WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats)
        : FailAsync(output, wrong);

    internal static Task FailAsync(TextWriter output, string wrong) => WriteAsync(output, new SimulatorError(wrong), SimulatorJson.Default.SimulatorError);

    private static async Task SaveAsync(Simulator simulator, string path, TextWriter output)
    {
        try
        {
            simulator.Served().Save(path, simulator.Plant);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            await FailAsync(output, $"Cannot write the served counts to {path}: {failed.Message}").ConfigureAwait(false);
            return;
        }
        await WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats).ConfigureAwait(false);
    }

    internal static Task WriteAsync<T>(TextWriter output, T message, JsonTypeInfo<T> type) => WriteLineAsync(output, JsonSerializer.Serialize(message, type));

    private static async Task WriteLineAsync(TextWriter output, string line)
    {
        await output.WriteLineAsync(line).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
