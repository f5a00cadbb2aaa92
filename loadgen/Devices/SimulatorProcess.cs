using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>The parent's side: a simulator in a child process of its own, so that its memory and processor time are not the product's. Any thread may ask; one command goes after the other.</summary>
public sealed class SimulatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    // An answer has no number: the next command waits for it.
    private readonly SemaphoreSlim _asking = new(1, 1);

    private SimulatorProcess(Process process, SimulatorReady ready)
    {
        _process = process;
        Ready = ready;
    }

    /// <summary>Where its devices are.</summary>
    public SimulatorReady Ready { get; }

    /// <summary>Starts the child and waits until its devices can be reached.</summary>
    /// <param name="start">The command line; the pipes are set here. Standard error stays the parent's.</param>
    /// <param name="cancellationToken">Gives up and ends the child.</param>
    /// <exception cref="InvalidOperationException">The child ended or said something else; the message has what it said.</exception>
    public static async Task<SimulatorProcess> StartAsync(ProcessStartInfo start, CancellationToken cancellationToken = default)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.UseShellExecute = false;

        // Requests are answered on the thread that the socket's event arrives on: no hand-over to the pool, a quarter to a third less processor time.
        // Nothing in an answer blocks. The simulator alone: in the product this would let one socket hold up others.
        start.Environment.TryAdd("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"The simulator process {start.FileName} did not start.");
        try
        {
            SimulatorReady ready = await ReadAsync(process, SimulatorJson.Default.SimulatorReady, cancellationToken).ConfigureAwait(false);
            return ready.Ready ? new SimulatorProcess(process, ready) : throw new InvalidOperationException("The simulator process says it is not ready.");
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>Its numbers now.</summary>
    public Task<SimulatorStats> StatsAsync(CancellationToken cancellationToken = default) => AskAsync("stats", cancellationToken);

    /// <summary>Has a device misbehave on its next <paramref name="requests"/> requests; it behaves again after them, or after <see cref="HealAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The plant has no such device.</exception>
    public Task<SimulatorStats> MisbehaveAsync(string device, ModbusFaultKind kind, int requests, TimeSpan pause = default, CancellationToken cancellationToken = default) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"fault {device} {JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString())} {requests} {pause.TotalMilliseconds:F0}"), cancellationToken);

    /// <summary>Has a device behave again.</summary>
    public Task<SimulatorStats> HealAsync(string device, CancellationToken cancellationToken = default) => AskAsync($"heal {device}", cancellationToken);

    /// <summary>Sets a fault in force on every device whose name matches; its id.</summary>
    /// <exception cref="InvalidOperationException">The fault cannot be, or no device matches; the message says what was expected.</exception>
    public async Task<string> InjectAsync(FaultSpec spec, CancellationToken cancellationToken = default) =>
        (await AskAsync($"inject {FaultSpecJson.Write(spec)}", SimulatorJson.Default.SimulatorFault, cancellationToken).ConfigureAwait(false)).Id;

    /// <summary>Takes a fault off.</summary>
    /// <exception cref="InvalidOperationException">There is none of that id.</exception>
    public Task ClearAsync(string id, CancellationToken cancellationToken = default) => AskAsync($"clear {id}", SimulatorJson.Default.SimulatorFault, cancellationToken);

    /// <summary>The faults that were set and not cleared, with their hits so far.</summary>
    public async Task<IReadOnlyList<FaultStatus>> FaultsAsync(CancellationToken cancellationToken = default)
    {
        JsonElement answer = await AskAsync("faults", SimulatorJson.Default.JsonElement, cancellationToken).ConfigureAwait(false);
        return FaultSpecJson.ReadStatuses(answer.GetProperty("faults"));
    }

    /// <summary>Has its publishers publish, once all are connected: as the plant says, or by a pace, which is in its warm-up until <see cref="BeginCurveAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">Not all could connect; the message says why.</exception>
    public Task<SimulatorPublishing> BeginPublishingAsync(SimulatorPace? pace = null, CancellationToken cancellationToken = default) =>
        AskAsync(pace is null ? "publish begin" : $"publish begin {JsonSerializer.Serialize(pace, SimulatorJson.Default.SimulatorPace)}", SimulatorJson.Default.SimulatorPublishing, cancellationToken);

    /// <summary>Has its publishers publish as fast as the broker takes it, whatever the plant's intervals are, once all are connected.</summary>
    /// <exception cref="InvalidOperationException">Not all could connect; the message says why.</exception>
    public Task<SimulatorPublishing> BeginPublishingAtMostAsync(CancellationToken cancellationToken = default) => AskAsync("publish max", SimulatorJson.Default.SimulatorPublishing, cancellationToken);

    /// <summary>The measured time of the publishers' pace begins, <paramref name="lead"/> from now or a little later; from when to when. It begins on a whole millisecond.</summary>
    public Task<SimulatorPublishing> BeginCurveAsync(TimeSpan lead = default, CancellationToken cancellationToken = default) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"publish curve {lead.TotalMilliseconds:F0}"), SimulatorJson.Default.SimulatorPublishing, cancellationToken);

    /// <summary>Nothing is due any more; what was due before is still published.</summary>
    public Task<SimulatorStats> PausePublishingAsync(CancellationToken cancellationToken = default) => AskAsync("publish pause", cancellationToken);

    /// <summary>The same, and waits until the broker has all of it: the served counts are exact from then on.</summary>
    /// <exception cref="InvalidOperationException">It has not all of it in time; the message says of whom.</exception>
    public Task<SimulatorStats> DrainPublishingAsync(CancellationToken cancellationToken = default) => AskAsync("publish drain", cancellationToken);

    /// <summary>The values of its OPC UA servers stand still from now on; what was due before still reaches subscribers.</summary>
    public Task<SimulatorStats> HoldValuesAsync(CancellationToken cancellationToken = default) => AskAsync("values hold", cancellationToken);

    /// <summary>They go on.</summary>
    public Task<SimulatorStats> ReleaseValuesAsync(CancellationToken cancellationToken = default) => AskAsync("values go", cancellationToken);

    /// <summary>Holds them, and waits until subscribers have acknowledged all that was sent before: the served counts are exact from then on.</summary>
    /// <exception cref="InvalidOperationException">They have not all of it in time; the message says of whom.</exception>
    public Task<SimulatorStats> DrainValuesAsync(CancellationToken cancellationToken = default) => AskAsync("values drain", cancellationToken);

    /// <summary>Has it write the served counts to <paramref name="path"/> and run on; call it while nobody reads.</summary>
    public Task<SimulatorStats> WriteServedAsync(string path, CancellationToken cancellationToken = default) => AskAsync($"served {path}", cancellationToken);

    /// <summary>Stops it, has it write the served counts to <paramref name="path"/>, and waits for its end.</summary>
    public async Task<SimulatorStats> StopAsync(string path, CancellationToken cancellationToken = default)
    {
        SimulatorStats stats = await AskAsync($"stop {path}", cancellationToken).ConfigureAwait(false);
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return stats;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End(_process);
        _asking.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<SimulatorStats> AskAsync(string command, CancellationToken cancellationToken) => AskAsync(command, SimulatorJson.Default.SimulatorStats, cancellationToken);

    private async Task<T> AskAsync<T>(string command, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _process.StandardInput.WriteLineAsync(command.AsMemory(), cancellationToken).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAsync(_process, type, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _asking.Release();
        }
    }

    private static async Task<T> ReadAsync<T>(Process process, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestAnswer);
        string? line;
        try
        {
            line = await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The simulator process said nothing for {LongestAnswer.TotalSeconds:0} s.");
        }
        if (line is null) throw new InvalidOperationException("The simulator process ended without an answer; its standard error says why.");
        if (line.StartsWith("{\"error\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The simulator process: " + JsonSerializer.Deserialize(line, SimulatorJson.Default.SimulatorError)?.Error);
        }
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("null");
        }
        catch (JsonException wrong)
        {
            throw new InvalidOperationException($"The simulator process said '{line}', which is not the JSON line that was expected.", wrong);
        }
    }

    private static void End(Process process)
    {
        using (process)
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
