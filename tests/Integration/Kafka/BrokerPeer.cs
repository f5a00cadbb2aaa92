using System.Diagnostics;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>A client in a process of its own: kcat, or a Python script of this folder.</summary>
internal sealed class BrokerPeer : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private BrokerPeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static BrokerPeer Start(string program, params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public static BrokerPeer StartPython(string script, params string[] arguments) => Start("/usr/bin/python3", [Path.Combine(Folder(), script), .. arguments]);

    /// <summary>Runs a client to its end, which has to be a good one, and returns what it wrote.</summary>
    public static async Task<string> RunAsync(string input, string program, params string[] arguments)
    {
        await using BrokerPeer peer = Start(program, arguments);
        return await peer.FinishAsync(input);
    }

    public static async Task<string> RunPythonAsync(string script, params string[] arguments)
    {
        await using BrokerPeer peer = StartPython(script, arguments);
        return await peer.FinishAsync("");
    }

    /// <summary>The next line it writes.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Longest)
            ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} wrote nothing more and ended: {await _errors}");

    /// <summary>The next line it writes; null when it has ended.</summary>
    public Task<string?> TryReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Gives it a line and waits for its answer.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadLineAsync();
    }

    /// <summary>Lets a script end by itself.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>SIGKILL: it says good-bye to nobody.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Longest);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task<string> FinishAsync(string input)
    {
        Task<string> output = _process.StandardOutput.ReadToEndAsync();
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Longest);
        Assert.True(_process.ExitCode == 0, $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}: {await _errors}");
        return await output;
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
