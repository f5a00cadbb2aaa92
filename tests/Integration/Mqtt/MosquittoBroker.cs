using System.Diagnostics;
using System.Text.Json;
using HyperIngest.LoadGen;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>How a mosquitto of a test is set.</summary>
internal sealed record MosquittoSetup
{
    /// <summary>Users and their passwords; with any, nobody else gets in.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The filters that may be subscribed to; with any, others are refused.</summary>
    public IReadOnlyList<string> Subscribable { get; init; } = [];

    /// <summary>Lines of an access list; with any, what they do not name is refused to publishers, and kept back from subscribers.</summary>
    public IReadOnlyList<string> Acl { get; init; } = [];

    /// <summary>TLS with these certificates; null for none.</summary>
    public MqttCertificates? Tls { get; init; }

    /// <summary>Whether clients must have a certificate.</summary>
    public bool RequireCertificate { get; init; }

    /// <summary>Whether it keeps sessions over a restart.</summary>
    public bool Persistence { get; init; }

    /// <summary>Further lines of its configuration.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}

/// <summary>A mosquitto of a test's own, and its command-line clients.</summary>
internal sealed class MosquittoBroker : IAsyncDisposable
{
    private readonly PrivateMosquitto _broker;
    private readonly string _folder;

    private MosquittoBroker(PrivateMosquitto broker, string folder)
    {
        _broker = broker;
        _folder = folder;
    }

    public int Port => _broker.Port;

    public int ProcessId => _broker.ProcessId;

    /// <summary>How to reach it.</summary>
    public MqttClientOptions Options => new() { Host = PrivateMosquitto.Host, Port = Port, FirstPause = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromMilliseconds(200), ConnectTimeout = TimeSpan.FromSeconds(30) };

    public static async Task<MosquittoBroker> StartAsync(MosquittoSetup? setup = null)
    {
        setup ??= new MosquittoSetup();
        string folder = Directory.CreateTempSubdirectory("hyperingest-mosquitto-").FullName;
        List<string> lines = [.. setup.Lines];
        if (setup.Users.Count > 0)
        {
            string file = Path.Combine(folder, "passwords");
            await File.WriteAllLinesAsync(file, setup.Users.Select(u => $"{u.Key}:{u.Value}"));
            await RunAsync("mosquitto_passwd", "-U", file);
            lines.AddRange(["allow_anonymous false", $"password_file {file}"]);
        }
        if (setup.Acl.Count > 0)
        {
            string file = Path.Combine(folder, "acl");
            await File.WriteAllLinesAsync(file, setup.Acl);
            lines.Add($"acl_file {file}");
        }
        if (setup.Subscribable.Count > 0)
        {
            // An ACL file of this mosquitto keeps messages back and lets every SUBSCRIBE through; its dynamic security refuses.
            string file = Path.Combine(folder, "security.json");
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
            {
                defaultACLAccess = new { publishClientSend = true, publishClientReceive = true, subscribe = false, unsubscribe = true },
                roles = new[] { new { rolename = "subscriber", acls = setup.Subscribable.Select(f => new { acltype = "subscribePattern", topic = f, priority = 0, allow = true }) } },
                groups = new[] { new { groupname = "everybody", roles = new[] { new { rolename = "subscriber" } } } },
                anonymousGroup = "everybody",
                clients = Array.Empty<object>(),
            }));
            string plugin = Directory.EnumerateFiles("/usr/lib", "mosquitto_dynamic_security.so", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).First();
            lines.AddRange([$"plugin {plugin}", $"plugin_opt_config_file {file}"]);
        }
        if (setup.Tls is { } tls)
        {
            lines.AddRange([$"cafile {tls.CaFile}", $"certfile {tls.ServerFile}", $"keyfile {tls.ServerKeyFile}", $"require_certificate {(setup.RequireCertificate ? "true" : "false")}"]);
        }
        return new MosquittoBroker(await PrivateMosquitto.StartAsync(new PrivateMosquittoOptions { Persistence = setup.Persistence, Lines = lines }), folder);
    }

    /// <summary>Stops it in order.</summary>
    public Task StopAsync() => _broker.StopAsync();

    /// <summary>Kills it, as a crash would.</summary>
    public Task KillAsync() => _broker.KillAsync();

    /// <summary>Starts it again at its port, after a stop or a kill.</summary>
    public Task RestartAsync() => _broker.RestartAsync();

    /// <summary>Publishes with mosquitto_pub.</summary>
    public Task PublishAsync(params string[] arguments) => RunAsync("mosquitto_pub", ["-p", $"{Port}", .. arguments]);

    /// <summary>Starts mosquitto_sub, which prints a line a message; complete when it has subscribed.</summary>
    public async Task<Process> SubscribeAsync(params string[] arguments)
    {
        // -d prints the SUBACK, by which the subscription is known to stand; stdbuf has it print at once.
        Process process = Begin("stdbuf", ["-oL", "mosquitto_sub", "-d", "-p", $"{Port}", .. arguments]);
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.Contains("Subscribed", StringComparison.Ordinal)) return process;
        }
        throw new InvalidOperationException($"mosquitto_sub ended: {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>The next line that a mosquitto_sub prints and that is a message, not one of its remarks.</summary>
    public static async Task<string> NextAsync(Process subscriber)
    {
        while (await subscriber.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (!line.StartsWith("Client ", StringComparison.Ordinal)) return line;
        }
        throw new InvalidOperationException("mosquitto_sub ended.");
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Begin(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {error}");
    }

    private static Process Begin(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
