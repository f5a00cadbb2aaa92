using System.ComponentModel;
using System.Diagnostics;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>
/// <c>hyperingest run</c> as a child process that can be killed and started again. One fault at a time starts and stops it (<see cref="ChaosStage.NodeTurn"/>); any may look at it.
/// </summary>
internal sealed class ChaosNode : IAsyncDisposable
{
    private const string ListeningText = "Health, status and metrics at ";
    private const int KillSignal = 9;
    private const int TerminateSignal = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly string _siteFile;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly StreamWriter _log;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private Process? _process;

    // Written by the fault whose turn it is, read by all that look; null while the node is down.
    private volatile Uri? _http;

    /// <summary>A node that has not been started.</summary>
    /// <param name="siteFile">Its site file.</param>
    /// <param name="environment">What the file refers to.</param>
    /// <param name="logFile">Where its log goes, all lives in one file.</param>
    public ChaosNode(string siteFile, IReadOnlyDictionary<string, string> environment, string logFile)
    {
        _siteFile = siteFile;
        _environment = environment;
        _log = new StreamWriter(logFile) { AutoFlush = true };
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>How often it has been started.</summary>
    public int Lives { get; private set; }

    /// <summary>Starts it; done when it is ready.</summary>
    /// <exception cref="ChaosException">It ended, or was not ready in a minute and a half.</exception>
    public async Task<TimeSpan> StartAsync()
    {
        long began = Stopwatch.GetTimestamp();
        ProcessStartInfo start = OwnProgram.With("run", _siteFile, "--progress", "0", "--log-format", "text");
        foreach ((string name, string value) in _environment) start.Environment[name] = value;
        start = OwnSession.Of(start);
        start.RedirectStandardError = true;
        Process process = _process = Process.Start(start) ?? throw new InvalidOperationException("The node did not start.");
        Lives++;
        TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) => Take(line.Data, listening);
        process.BeginErrorReadLine();
        Task ended = process.WaitForExitAsync();
        await Task.WhenAny(listening.Task, ended, Task.Delay(StartLimit));
        if (!listening.Task.IsCompletedSuccessfully) throw NotStarted(ended.IsCompleted);
        _http = await listening.Task;
        while (await LookAsync() is not { Ready: true })
        {
            if (ended.IsCompleted || Stopwatch.GetElapsedTime(began) > StartLimit) throw NotStarted(ended.IsCompleted);
            await Task.Delay(20);
        }
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>What it shows now; null when it is down or does not answer.</summary>
    public async Task<NodeSnapshot?> LookAsync()
    {
        int life = Lives;
        if (_http is not { } http) return null;
        try
        {
            string status = await _client.GetStringAsync(new Uri(http, "/status"));
            string metrics = await _client.GetStringAsync(new Uri(http, "/metrics"));
            return new NodeSnapshot(life, status, metrics);
        }
        catch (Exception down) when (down is HttpRequestException or TaskCanceledException)
        {
            // Between two lives, or too busy dying to answer.
            return null;
        }
    }

    /// <summary>kill -9; the moment after which it was gone.</summary>
    /// <exception cref="ChaosException">It had ended by itself before.</exception>
    public async Task<DateTime> KillAsync()
    {
        int code = await EndAsync(KillSignal);
        if (code != 128 + KillSignal) throw new ChaosException($"the node had ended with code {code} before it was killed; its log says why");
        return DateTime.UtcNow;
    }

    /// <summary>SIGTERM, and the end of the drain.</summary>
    /// <exception cref="ChaosException">Its exit code was not 0.</exception>
    public async Task<TimeSpan> DrainAsync()
    {
        long began = Stopwatch.GetTimestamp();
        int code = await EndAsync(TerminateSignal);
        if (code != ExitCode.Ok) throw new ChaosException($"the node ended with code {code} after SIGTERM, expected {ExitCode.Ok}; its log says why");
        return Stopwatch.GetElapsedTime(began);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await EndAsync(KillSignal);
        _client.Dispose();
        await _log.DisposeAsync();
    }

    private async Task<int> EndAsync(int signal)
    {
        if (_process is not { } process) return 0;
        if (signal == KillSignal) _http = null;
        if (!process.HasExited) _ = NativeSignal.Kill(process.Id, signal);
        await process.WaitForExitAsync();
        _http = null;
        int code = process.ExitCode;
        process.Dispose();
        _process = null;
        return code;
    }

    private static ChaosException NotStarted(bool ended) => new(ended ? "the node ended in its start; its log says why" : $"the node was not ready {StartLimit.TotalSeconds:0} s after its start; its log says why");

    private void Take(string? line, TaskCompletionSource<Uri> listening)
    {
        if (line is null) return;
        lock (_log) _log.WriteLine(line);
        int at = line.IndexOf(ListeningText, StringComparison.Ordinal);
        if (at >= 0 && Uri.TryCreate(line[(at + ListeningText.Length)..].Split(' ')[0], UriKind.Absolute, out Uri? address)) listening.TrySetResult(address);
    }

    // A second Ctrl-C ends this program at once; the node is in another session and would live on.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        try
        {
            _process?.Kill();
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
