using System.Diagnostics;
using System.Globalization;

namespace HyperIngest.Bench.Ceilings.PingPong;

/// <summary>The parent's side of a <see cref="PongServer"/> in a process of its own.</summary>
internal sealed class PongProcess : IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private PongProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens, on loopback.</summary>
    public int Port { get; }

    /// <summary>The process.</summary>
    public Process Process => _process;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended or said something else than its port.</exception>
    public static async Task<PongProcess> StartAsync()
    {
        Process process = Process.Start(ChildProcess.Start(ChildProcess.Pong)) ?? throw new InvalidOperationException("The server of bare sockets did not start.");
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(LongestStart).ConfigureAwait(false);
            return int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
                ? new PongProcess(process, port)
                : throw new InvalidOperationException($"The server of bare sockets was to say its port and said '{line}'.");
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => End(_process);

    private static void End(Process process)
    {
        using (process)
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
