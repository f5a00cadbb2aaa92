using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HyperIngest.LoadGen;

/// <summary>How a private mosquitto is set. Its queues have no limit, so that what it cannot pass on at once waits there and is not dropped.</summary>
public sealed record PrivateMosquittoOptions
{
    /// <summary>The folder its own folder is made in; default the temporary folder.</summary>
    public string? ParentFolder { get; init; }

    /// <summary>Keeps sessions, queued and retained messages on disk over a stop; default false.</summary>
    public bool Persistence { get; init; }

    /// <summary>Messages of QoS 1 and 2 that may be under way to a client of 3.1.1; 0 for no limit, the default. A 5.0 client's receive maximum goes before it.</summary>
    public int MaxInflightMessages { get; init; }

    /// <summary>Messages that wait for a client; 0 for no limit, the default. What comes beyond it is dropped.</summary>
    public int MaxQueuedMessages { get; init; }

    /// <summary>Largest packet it takes, bytes, 20 up to 256 MiB; default 256 MiB less one, the largest that MQTT has.</summary>
    public int MaxPacketBytes { get; init; } = 268_435_455;

    /// <summary>Further lines of its configuration, after all others.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Starts the broker in a session of its own, where a terminal's Ctrl-C does not reach it; default false.</summary>
    public bool OwnSession { get; init; }
}

/// <summary>
/// A mosquitto broker of one's own in a temporary folder, on a free TCP port of 127.0.0.1, that lets everybody in; stopped and deleted on dispose.
/// </summary>
public sealed class PrivateMosquitto : IAsyncDisposable
{
    private const int KillSignal = 9;
    private const int TermSignal = 15;

    // Another program may take the port between our look and the broker's bind.
    private const int StartTries = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly PrivateMosquittoOptions _options;
    private readonly string _program;
    private readonly string _folder;
    private readonly LastWords _lastWords = new();
    private Process? _broker;

    private PrivateMosquitto(PrivateMosquittoOptions options, string program, string folder)
    {
        _options = options;
        _program = program;
        _folder = folder;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Where it listens.</summary>
    public const string Host = "127.0.0.1";

    /// <summary>Its TCP port; a restart keeps it.</summary>
    public int Port { get; private set; }

    /// <summary>The broker's process, for those who measure it; -1 when it is stopped.</summary>
    public int ProcessId => _broker?.Id ?? -1;

    /// <summary>Its folder: the configuration, and what persistence keeps.</summary>
    public string Folder => _folder;

    /// <summary>The broker's program on this machine; null when there is none.</summary>
    public static string? FindProgram()
    {
        // Debian has it where only root's PATH looks.
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/usr/local/sbin");
        return folders.Where(static f => f.Length > 0).Select(static f => Path.Combine(f, "mosquitto")).FirstOrDefault(File.Exists);
    }

    /// <summary>Starts a broker; it takes connections when the task completes.</summary>
    /// <exception cref="InvalidOperationException">None is installed, or it did not start; the message has its last words.</exception>
    public static async Task<PrivateMosquitto> StartAsync(PrivateMosquittoOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PrivateMosquittoOptions();
        string program = FindProgram() ?? throw new InvalidOperationException(
            "No mosquitto was found on PATH or in /usr/sbin. Install it (Debian: apt install mosquitto), or name a broker of yours.");
        string folder = Path.Combine(options.ParentFolder ?? Path.GetTempPath(), $"hyperingest-mqtt-{Guid.NewGuid():N}"[..26]);
        Directory.CreateDirectory(folder);
        PrivateMosquitto broker = new(options, program, folder);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                broker.Port = FreePort.Find();
                try
                {
                    await broker.RestartAsync(cancellationToken).ConfigureAwait(false);
                    return broker;
                }
                catch (InvalidOperationException) when (attempt < StartTries && broker._lastWords.ToString().Contains("already in use", StringComparison.OrdinalIgnoreCase))
                {
                    // Somebody else has the port by now: look for another.
                    await broker.KillAsync().ConfigureAwait(false);
                }
            }
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the broker, which must not be running, at the port it had; it takes connections when the task completes.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has its last words.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        if (_broker is not null) throw new InvalidOperationException($"mosquitto is running at port {Port}; stop it before starting it again.");
        string configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, Configuration(), cancellationToken).ConfigureAwait(false);
        // setsid becomes the program, so that the process is the broker itself.
        string[] command = [.. _options.OwnSession ? (string[])["setsid"] : [], _program, "-c", configuration];
        _broker = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = _folder }.Captured()) ?? throw new InvalidOperationException($"{_program} did not start.");
        _lastWords.Hear(_broker);

        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_broker.HasExited)
            {
                // Waits for the last lines too.
                await _broker.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                throw new InvalidOperationException($"mosquitto ended with code {_broker.ExitCode}: {_lastWords}");
            }
            if (await AcceptsAsync(cancellationToken).ConfigureAwait(false)) return;
            if (Stopwatch.GetElapsedTime(began) > StartLimit) throw new InvalidOperationException($"mosquitto took no connection at 127.0.0.1:{Port} within {StartLimit.TotalSeconds:0} s: {_lastWords}");
            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops it in order; with persistence it writes what it has.</summary>
    public Task StopAsync() => EndAsync(TermSignal);

    /// <summary>Kills it, as a crash would.</summary>
    public Task KillAsync() => EndAsync(KillSignal);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await KillAsync().ConfigureAwait(false);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private string Configuration()
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.Append(format, $"listener {Port} 127.0.0.1\nallow_anonymous true\n");
        text.Append(format, $"max_inflight_messages {_options.MaxInflightMessages}\nmax_queued_messages {_options.MaxQueuedMessages}\nmax_packet_size {_options.MaxPacketBytes}\n");
        // A client's small messages go out at once: what waits for a fuller packet would be measured as latency.
        text.Append("set_tcp_nodelay true\n");
        text.Append(_options.Persistence ? $"persistence true\npersistence_location {_folder}/\nautosave_interval 0\n" : "persistence false\n");
        // As root it would become its own user, who may not write here.
        if (Environment.IsPrivilegedProcess) text.Append("user root\n");
        text.Append("log_dest stderr\nlog_type error\nlog_type warning\n");
        foreach (string line in _options.Lines) text.Append(line).Append('\n');
        return text.ToString();
    }

    private async Task<bool> AcceptsAsync(CancellationToken cancellationToken)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task EndAsync(int signal)
    {
        if (_broker is null) return;
        if (!_broker.HasExited) _ = NativeSignal.Kill(_broker.Id, signal);
        await _broker.WaitForExitAsync().ConfigureAwait(false);
        _broker.Dispose();
        _broker = null;
    }

    // The broker must not outlive a program that ends without disposing it.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (_broker is { HasExited: false }) _ = NativeSignal.Kill(_broker.Id, KillSignal);
        if (Directory.Exists(_folder) && (_broker is null || _broker.WaitForExit(5000))) Directory.Delete(_folder, recursive: true);
    }
}
