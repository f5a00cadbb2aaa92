using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>The built program in a process of its own, its output piped.</summary>
internal sealed partial class ProgramProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ProgramProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>What starts the built program, nothing redirected.</summary>
    public static ProcessStartInfo With(params IEnumerable<string> arguments) => new("dotnet", [System.IO.Path.Combine(AppContext.BaseDirectory, "hyperingest.dll"), .. arguments]);

    public static ProgramProcess Start(params string[] arguments) => Start(With(arguments));

    /// <summary>Starts it with variables of its own besides the test's.</summary>
    public static ProgramProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = With(arguments);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Start(start);
    }

    /// <summary>Starts it as the head of a process group and session of its own, as a shell does with what is typed; see <see cref="SignalGroup"/>.</summary>
    public static ProgramProcess StartGroup(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo program = With(arguments);
        // A child is no group leader: setsid becomes the program, and the id stays.
        ProcessStartInfo start = new("setsid", [program.FileName, .. program.ArgumentList]);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Start(start);
    }

    private static ProgramProcess Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        // A test machine may say otherwise; what is piped must have no colours all the same.
        start.Environment["TERM"] = "xterm-256color";
        ProgramProcess program = new(Process.Start(start)!);
        program._process.OutputDataReceived += (_, e) => Append(program._output, e.Data);
        program._process.ErrorDataReceived += (_, e) => Append(program._error, e.Data);
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using ProgramProcess program = Start(arguments);
        return await program.EndAsync();
    }

    /// <summary>Waits until the output has <paramref name="text"/>.</summary>
    public async Task WaitForAsync(string text)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!Text(_output).Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, $"The program ended before it said '{text}': {Text(_error)}");
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Waits until standard error has a line with <paramref name="text"/>; the line.</summary>
    public async Task<string> WaitForErrorAsync(string text)
    {
        using CancellationTokenSource limit = new(Limit);
        while (true)
        {
            string? line = Text(_error).Split('\n').FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal));
            if (line is not null) return line;
            Assert.False(_process.HasExited, $"The program ended before it said '{text}': {Text(_error)}");
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Sends a signal, such as 15 for SIGTERM.</summary>
    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Sends a signal to the program and all it has started, as a terminal does on Ctrl-C.</summary>
    public void SignalGroup(int signal) => Assert.Equal(0, Kill(-_process.Id, signal));

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it has said on standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>Waits for its end, a minute unless told otherwise.</summary>
    public async Task<(int Code, string Output, string Error)> EndAsync(TimeSpan? longest = null)
    {
        using CancellationTokenSource limit = new(longest ?? Limit);
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, Text(_output), Text(_error));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
