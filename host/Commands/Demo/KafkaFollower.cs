using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HyperIngest.Host.Commands.Chaos;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>
/// <c>hyperingest verify --kafka --follow</c> as a process of its own: it reads the topic along while it is written, because a test broker throws old records out, and judges at the
/// end.
/// </summary>
internal sealed class KafkaFollower : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Task<string> _report;

    // Written by whoever reads the child's lines; read by pollers.
    private long _read;

    private KafkaFollower(Process process, Task<string> error)
    {
        _process = process;
        _error = error;
        _report = ReadLinesAsync();
    }

    /// <summary>Readings it has read.</summary>
    public long Read => Volatile.Read(ref _read);

    /// <summary>Starts it and waits until it reads.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it said.</exception>
    public static async Task<KafkaFollower> StartAsync(string plantPath, string servedPath, string brokers, string topic, string folder, bool ownSession, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = OwnProgram.With(
            "verify", plantPath, "--served", servedPath, "--kafka", brokers, "--topic", topic, "--follow", "--spool", Path.Combine(folder, "follow.spool"), "--json");
        if (ownSession) start = OwnSession.Of(start);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The verifier did not start.");
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        string? first = await process.StandardOutput.ReadLineAsync(limit.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        if (first == VerifyFollow.Ready) return new KafkaFollower(process, error);
        if (!process.HasExited) process.Kill();
        throw new InvalidOperationException($"The verifier does not read the topic {topic}: {(await error).Trim()}");
    }

    /// <summary>Everything is produced and the devices' answers are on file: reads to the end and judges.</summary>
    public async Task<VerifySummary> FinishAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        string output = await _report.WaitAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode is not (ExitCode.Ok or ExitCode.Broken)) throw new InvalidOperationException($"The verifier ended with code {_process.ExitCode}: {(await _error).Trim()}");
        return JsonSerializer.Deserialize(output, VerifySummaryJson.Default.VerifySummary) ?? throw new InvalidOperationException("The verifier printed no report.");
    }

    // Lines of progress, and then the report.
    private async Task<string> ReadLinesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(VerifyFollow.Progress, StringComparison.Ordinal)) return line + await _process.StandardOutput.ReadToEndAsync();
            Volatile.Write(ref _read, long.Parse(line.AsSpan(VerifyFollow.Progress.Length), CultureInfo.InvariantCulture));
        }
        return "";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
