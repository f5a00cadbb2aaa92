using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using HyperIngest.LoadGen;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>A server of node-opcua in a process of its own, which can be killed and started again at the same port with the same certificate.</summary>
internal sealed class NodeOpcUaServer : IAsyncDisposable
{
    // npm packages come from a loaded machine's disk, and a key is made at the first start.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _script;
    private readonly string _packages;
    private readonly string _folder = Directory.CreateTempSubdirectory("ua-node-").FullName;
    private Process? _process;

    private NodeOpcUaServer(string script, string packages)
    {
        _script = script;
        _packages = packages;
        Port = FreePort.Find();
    }

    public int Port { get; }

    public string Url => $"opc.tcp://127.0.0.1:{Port}";

    /// <summary>Starts a script that lies beside this file and takes a port and a folder.</summary>
    public static async Task<NodeOpcUaServer> StartAsync(string script, [CallerFilePath] string thisFile = "")
    {
        NodeOpcUaServer server = new(Path.Combine(Path.GetDirectoryName(thisFile)!, script), await NpmPackage.FolderOfAsync("node-opcua@2.186.4"));
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        Process process = _process = Process.Start(new ProcessStartInfo("node")
        {
            ArgumentList = { _script, Port.ToString(CultureInfo.InvariantCulture), _folder },
            Environment = { ["NODE_PATH"] = Path.Combine(_packages, "node_modules") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = process.StandardError.ReadToEndAsync();
        // What it warns of goes to its standard output too.
        string port = Port.ToString(CultureInfo.InvariantCulture);
        string? line;
        do line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        while (line is not null && line != port);
        Assert.True(line is not null, "node-opcua's server did not start");
        _ = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
