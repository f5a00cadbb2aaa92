using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace HyperIngest.LoadGen;

/// <summary>How a private PostgreSQL is set. fsync and synchronous_commit stay on: what it measures is what a real one does.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>The folder its data folder and socket are made in; default the temporary folder.</summary>
    public string? ParentFolder { get; init; }

    /// <summary>shared_buffers; default 256MB.</summary>
    public string SharedBuffers { get; init; } = "256MB";

    /// <summary>max_wal_size; default 4GB, so that a load run is not a checkpoint run.</summary>
    public string MaxWalSize { get; init; } = "4GB";

    /// <summary>Starts the server in a session of its own, where a terminal's Ctrl-C does not reach it; default false.</summary>
    public bool OwnSession { get; init; }

    /// <summary>Further settings, name to value.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// A PostgreSQL server of one's own in a temporary folder, on a unix socket in that folder and a free TCP port of 127.0.0.1, with a password; stopped and deleted on
/// dispose. As root it runs as the system's user <c>postgres</c>, since the server refuses to run as root.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string User = "postgres";
    private const int InterruptSignal = 2;
    private const int QuitSignal = 3;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly PrivatePostgresOptions _options;
    private readonly string _binaries;
    private readonly string _folder;
    private readonly int _port;
    private readonly string _password = Guid.NewGuid().ToString("N");
    private readonly LastWords _lastWords = new();
    private Process? _server;

    private PrivatePostgres(PrivatePostgresOptions options, string binaries, string folder, int port)
    {
        _options = options;
        _binaries = binaries;
        _folder = folder;
        _port = port;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Connects through the unix socket as the superuser, to database <c>postgres</c>.</summary>
    public string ConnectionString => ConnectionStringFor(_folder);

    /// <summary>The same over TCP.</summary>
    public string TcpConnectionString => ConnectionStringFor("127.0.0.1");

    /// <summary>The folder of the socket, which is what libpq calls the host.</summary>
    public string SocketFolder => _folder;

    /// <summary>The TCP port, which also names the socket.</summary>
    public int Port => _port;

    /// <summary>The superuser's password, for programs that take it from PGPASSWORD.</summary>
    public string Password => _password;

    /// <summary>The folder of the server's programs, psql among them.</summary>
    public string Binaries => _binaries;

    private string DataFolder => Path.Combine(_folder, "data");

    /// <summary>The folder of the newest server programs on this machine; null when there is none.</summary>
    public static string? FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        if (Directory.Exists(debian))
        {
            string? newest = Directory.EnumerateDirectories(debian)
                .Where(static d => File.Exists(Path.Combine(d, "bin", "initdb")))
                .MaxBy(static d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out int major) ? major : 0);
            if (newest is not null) return Path.Combine(newest, "bin");
        }
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .FirstOrDefault(static d => d.Length > 0 && File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }

    /// <summary>Makes a cluster and starts it; ready when the task completes.</summary>
    /// <exception cref="InvalidOperationException">No server is installed, or it did not start; the message has its last words.</exception>
    public static async Task<PrivatePostgres> StartAsync(PrivatePostgresOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PrivatePostgresOptions();
        string binaries = FindBinaries() ?? throw new InvalidOperationException(
            "No PostgreSQL server was found in /usr/lib/postgresql/*/bin or on PATH. Install one (Debian: apt install postgresql), or give --postgres the connection string of yours.");
        // A socket's path may have 107 bytes: keep the folder's name short.
        string folder = Path.Combine(options.ParentFolder ?? Path.GetTempPath(), $"hyperingest-pg-{Guid.NewGuid():N}"[..24]);
        Directory.CreateDirectory(folder);
        PrivatePostgres server = new(options, binaries, folder, FreePort.Find());
        try
        {
            await server.InitialiseAsync(cancellationToken).ConfigureAwait(false);
            await server.RestartAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the server, which must not be running; ready when the task completes.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        ProcessStartInfo start = AsServerUser(Path.Combine(_binaries, "postgres"));
        foreach (string argument in Settings()) start.ArgumentList.Add(argument);
        _server = Process.Start(start) ?? throw new InvalidOperationException("The PostgreSQL server did not start.");
        _lastWords.Hear(_server);

        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_server.HasExited) throw new InvalidOperationException($"The PostgreSQL server ended with code {_server.ExitCode}: {_lastWords}");
            try
            {
                await using NpgsqlConnection connection = new(ConnectionString + ";Pooling=false");
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(began) < StartLimit)
            {
                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A fast shutdown: connections are ended, a checkpoint is written.</summary>
    public Task StopAsync() => EndAsync(InterruptSignal);

    /// <summary>An immediate shutdown: no checkpoint, as after a crash; the next start recovers from the WAL.</summary>
    public Task KillAsync() => EndAsync(QuitSignal);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await KillAsync().ConfigureAwait(false);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private string ConnectionStringFor(string host) => new NpgsqlConnectionStringBuilder
    {
        Host = host,
        Port = _port,
        Username = User,
        Password = _password,
        Database = "postgres",
    }.ConnectionString;

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        string passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password, cancellationToken).ConfigureAwait(false);
        if (Environment.IsPrivilegedProcess) await RunAsync(new ProcessStartInfo("chown") { ArgumentList = { "-R", User, _folder } }, cancellationToken).ConfigureAwait(false);
        ProcessStartInfo initdb = AsServerUser(Path.Combine(_binaries, "initdb"));
        string[] arguments =
        [
            "--pgdata", DataFolder, "--username", User, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
            // The cluster is deleted when it is done with: only what is committed into it must be durable.
            "--no-sync",
        ];
        foreach (string argument in arguments) initdb.ArgumentList.Add(argument);
        await RunAsync(initdb, cancellationToken).ConfigureAwait(false);
        File.Delete(passwordFile);
    }

    private IEnumerable<string> Settings()
    {
        yield return "-D";
        yield return DataFolder;
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["unix_socket_directories"] = _folder,
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = _port.ToString(CultureInfo.InvariantCulture),
            ["shared_buffers"] = _options.SharedBuffers,
            ["max_wal_size"] = _options.MaxWalSize,
            ["fsync"] = "on",
        };
        foreach ((string name, string value) in _options.Settings) settings[name] = value;
        foreach ((string name, string value) in settings)
        {
            yield return "-c";
            yield return $"{name}={value}";
        }
    }

    private ProcessStartInfo AsServerUser(string program)
    {
        // setsid and setpriv become the program, so that the process is the server itself; runuser stays in front of it.
        string[] command =
        [
            .. _options.OwnSession ? (string[])["setsid"] : [],
            .. Environment.IsPrivilegedProcess ? (string[])["setpriv", "--reuid", User, "--regid", User, "--init-groups"] : [],
            program,
        ];
        return new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = _folder }.Captured();
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(start.Captured()) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode == 0) return;
        throw new InvalidOperationException(
            $"{start.FileName} ended with code {process.ExitCode}: {(await errors.ConfigureAwait(false)).Trim()} {(await output.ConfigureAwait(false)).Trim()}");
    }

    private async Task EndAsync(int signal)
    {
        if (_server is null) return;
        if (!_server.HasExited) _ = NativeSignal.Kill(_server.Id, signal);
        await _server.WaitForExitAsync().ConfigureAwait(false);
        _server.Dispose();
        _server = null;
    }

    // The server must not outlive a program that ends without disposing it.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (_server is { HasExited: false }) _ = NativeSignal.Kill(_server.Id, QuitSignal);
        if (Directory.Exists(_folder) && (_server is null || _server.WaitForExit(5000))) Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Starting a program with its output taken.</summary>
internal static class CapturedProcess
{
    public static ProcessStartInfo Captured(this ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return start;
    }
}

/// <summary>kill(2).</summary>
public static partial class NativeSignal
{
    /// <summary>Sends <paramref name="signal"/> to a process; 0, or -1 when it cannot be sent.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);
}
