using System.Diagnostics;
using System.Globalization;

namespace HyperIngest.Bench.Mqtt;

/// <summary>The subscriber in C, a process of its own: bare_subscriber.c.</summary>
internal sealed class LibmosquittoSubscriber : ISubscriber
{
    private readonly Process _process;
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written as the process says it, read by whoever measures.
    private long _messages;

    private LibmosquittoSubscriber(Process process) => _process = process;

    /// <inheritdoc/>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Compiles it into <paramref name="folder"/>; the program's path.</summary>
    /// <exception cref="InvalidOperationException">There is no compiler, or no libmosquitto.</exception>
    public static async Task<string> CompileAsync(string folder)
    {
        string source = Path.Combine(folder, "bare_subscriber.c"), program = Path.Combine(folder, "bare_subscriber");
        await using (Stream code = typeof(LibmosquittoSubscriber).Assembly.GetManifestResourceStream("bare_subscriber.c")!)
        await using (FileStream file = File.Create(source))
        {
            await code.CopyToAsync(file).ConfigureAwait(false);
        }
        try
        {
            using Process compiler = Process.Start(new ProcessStartInfo("cc", ["-O2", "-o", program, source, "-lmosquitto"]) { UseShellExecute = false, RedirectStandardError = true })!;
            string said = await compiler.StandardError.ReadToEndAsync().ConfigureAwait(false);
            await compiler.WaitForExitAsync().ConfigureAwait(false);
            return compiler.ExitCode == 0 ? program : throw new InvalidOperationException($"the subscriber in C does not compile; Debian: apt install gcc libc6-dev libmosquitto-dev. {said.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("there is no C compiler; Debian: apt install gcc libc6-dev libmosquitto-dev", missing);
        }
    }

    /// <summary>Starts it; it is subscribed when the task completes.</summary>
    public static async Task<ISubscriber> StartAsync(string program, int port, string filter, int qos)
    {
        ProcessStartInfo start = new(program, [port.ToString(CultureInfo.InvariantCulture), filter, qos.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        LibmosquittoSubscriber subscriber = new(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
        subscriber._process.OutputDataReceived += (_, said) => subscriber.Take(said.Data);
        subscriber._process.BeginOutputReadLine();
        await subscriber._subscribed.Task.ConfigureAwait(false);
        return subscriber;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) _subscribed.TrySetException(new InvalidOperationException("the subscriber in C ended before it had subscribed"));
        else if (long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long messages)) Volatile.Write(ref _messages, messages);
        else _subscribed.TrySetResult();
    }
}
