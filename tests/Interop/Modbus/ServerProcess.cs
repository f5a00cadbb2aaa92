using System.Diagnostics;

namespace HyperIngest.Tests.Interop.Modbus;

/// <summary>A server in a process of its own that prints its port and ends when its standard input closes; killed if it does not.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>This test's source folder, where the servers' sources stand.</summary>
    public static string Folder([System.Runtime.CompilerServices.CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    public static async Task<ServerProcess> StartAsync(string program, params string[] arguments)
    {
        Process process = Begin(program, arguments);
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        if (!int.TryParse(line, out int port))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} printed '{line}' instead of a port: {await process.StandardError.ReadToEndAsync()}");
        }
        return new ServerProcess(process, port);
    }

    public static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Begin(program, arguments);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} failed: {error}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process Begin(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
