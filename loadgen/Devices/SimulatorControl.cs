using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The simulator process' side of the conversation with its parent: one JSON line when ready, then a command a line on standard input: <c>stats</c>
/// answers with a JSON line; <c>fault DEVICE KIND [REQUESTS [PAUSE_MS]]</c> has a device misbehave on its next requests (without a number on all of them) and <c>heal DEVICE</c>
/// ends that, both answering like stats; <c>served PATH</c> writes the served counts while nobody reads, and answers like stats; <c>stop PATH</c> stops, writes the served counts to
/// PATH, answers like stats and ends (without a PATH nothing is written). The end of the input ends it too, so that no simulator outlives its parent.
/// </summary>
public static class SimulatorControl
{
    /// <summary>Starts the simulator and serves until it is told to stop.</summary>
    /// <param name="simulator">The simulator, not yet started; the caller disposes it.</param>
    /// <param name="input">Commands.</param>
    /// <param name="output">Answers.</param>
    /// <param name="cancellationToken">Stops it too.</param>
    public static async Task RunAsync(Simulator simulator, TextReader input, TextWriter output, CancellationToken cancellationToken = default)
    {
        simulator.Start();
        Plant plant = simulator.Plant;
        SimulatorReady ready = new(
            true, plant.Address.ToString(), simulator.BasePort, plant.PortCount, plant.Devices.Count, plant.TagCount, Environment.ProcessId);
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
                    await AnswerAsync(output, simulator, Misbehave(simulator, fault.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ConfigureAwait(false);
                    break;
                case ["heal", string device]:
                    await AnswerAsync(output, simulator, SetFault(simulator, device, null)).ConfigureAwait(false);
                    break;
                case ["served", string path]:
                    await SaveAsync(simulator, path, output).ConfigureAwait(false);
                    break;
                case ["stop", ..]:
                    await simulator.StopAsync().ConfigureAwait(false);
                    if (words.Length == 2) await SaveAsync(simulator, words[1], output).ConfigureAwait(false);
                    else await WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats).ConfigureAwait(false);
                    return;
                case []:
                    break;
                default:
                    SimulatorError error = new($"Unknown command '{line}'; expected stats, fault DEVICE KIND [REQUESTS [PAUSE_MS]], heal DEVICE, served PATH or stop [PATH].");
                    await WriteAsync(output, error, SimulatorJson.Default.SimulatorError).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>The numbers of a running simulator and its process.</summary>
    public static SimulatorStats Stats(Simulator simulator)
    {
        ModbusServerCounts counts = simulator.Server.Counts;
        using Process self = Process.GetCurrentProcess();
        return new SimulatorStats(
            counts.Requests, simulator.ReadingsServed, counts.Exceptions, counts.Faulted, counts.Malformed, counts.Connections,
            Math.Round(self.TotalProcessorTime.TotalSeconds, 3), Math.Round(self.WorkingSet64 / (1024.0 * 1024.0), 1));
    }

    // What is wrong with the command; null when it was carried out.
    private static string? Misbehave(Simulator simulator, string[] words)
    {
        if (words.Length is < 2 or > 4) return $"fault: expected DEVICE KIND [REQUESTS [PAUSE_MS]], found {words.Length} words";
        string[] kinds = Enum.GetNames<ModbusFaultKind>();
        // The words of the plant file: wrong-transaction-id.
        int kind = Array.FindIndex(kinds, k => k.Equals(words[1].Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        if (kind < 0) return $"fault: expected one of {string.Join(", ", kinds)}, found '{words[1]}'";
        long requests = long.MaxValue;
        int pauseMs = 1;
        if (words.Length > 2 && (!long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out requests) || requests == 0)) return $"fault: REQUESTS: expected a whole number from 1, found '{words[2]}'";
        if (words.Length > 3 && !int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out pauseMs)) return $"fault: PAUSE_MS: expected a whole number from 0, found '{words[3]}'";
        return SetFault(simulator, words[0], new ModbusFaultRun(Enum.Parse<ModbusFaultKind>(kinds[kind])) { Requests = requests, Pause = TimeSpan.FromMilliseconds(pauseMs) });
    }

    private static string? SetFault(Simulator simulator, string device, IModbusFault? fault)
    {
        int index = simulator.Plant.IndexOf(device);
        if (index < 0) return $"plant {simulator.Plant.Options.Name} has no device '{device}'";
        simulator.Unit(index).Fault = fault;
        return null;
    }

    private static Task AnswerAsync(TextWriter output, Simulator simulator, string? wrong) => wrong is null
        ? WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats)
        : WriteAsync(output, new SimulatorError(wrong), SimulatorJson.Default.SimulatorError);

    private static async Task SaveAsync(Simulator simulator, string path, TextWriter output)
    {
        try
        {
            simulator.Served().Save(path, simulator.Plant);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            await WriteAsync(output, new SimulatorError($"Cannot write the served counts to {path}: {failed.Message}"), SimulatorJson.Default.SimulatorError)
                .ConfigureAwait(false);
            return;
        }
        await WriteAsync(output, Stats(simulator), SimulatorJson.Default.SimulatorStats).ConfigureAwait(false);
    }

    private static async Task WriteAsync<T>(TextWriter output, T message, JsonTypeInfo<T> type)
    {
        await output.WriteLineAsync(JsonSerializer.Serialize(message, type)).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
