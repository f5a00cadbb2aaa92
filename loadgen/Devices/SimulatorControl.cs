using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The simulator process' side of the conversation with its parent: one JSON line when ready, then a command a line on standard input: <c>stats</c>
/// answers with a JSON line; <c>served PATH</c> writes the served counts while nobody reads, and answers like stats; <c>stop PATH</c> stops, writes the served counts to
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
                    SimulatorError error = new($"Unknown command '{line}'; expected stats, served PATH or stop [PATH].");
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
