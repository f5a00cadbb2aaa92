using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace HyperIngest.Tests.EndToEnd;

/// <summary><c>hyperingest run</c> in a process of its own, seen through its HTTP port.</summary>
internal sealed class NodeUnderTest : IDisposable
{
    // Far beyond what any condition takes on a loaded machine; reached only when the claim is false.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly ProgramProcess _program;
    private readonly HttpClient _client;

    private NodeUnderTest(ProgramProcess program, Uri http)
    {
        _program = program;
        _client = new HttpClient { BaseAddress = http, Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>Its process.</summary>
    public int Pid => _program.Pid;

    /// <summary>Its log so far.</summary>
    public string Log => _program.Error;

    /// <summary>Starts it, with variables of its own where it needs them; done when its devices are being read.</summary>
    public static async Task<NodeUnderTest> StartAsync(string site, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProgramProcess program = ProgramProcess.Start(environment ?? new Dictionary<string, string>(), "run", site, "--progress", "0");
        try
        {
            string line = await program.WaitForErrorAsync("Health, status and metrics at ");
            NodeUnderTest node = new(program, new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Split('"', ' ')[0]));
            await program.WaitForErrorAsync(" started with ");
            return node;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    public async Task<JsonElement> StatusAsync()
    {
        using JsonDocument status = JsonDocument.Parse(await _client.GetStringAsync("/status"));
        return status.RootElement.Clone();
    }

    public Task<string> StatusTextAsync() => _client.GetStringAsync("/status");

    public async Task<(HttpStatusCode Code, string Body)> ReadyAsync()
    {
        using HttpResponseMessage answer = await _client.GetAsync("/health/ready");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Readings taken in since its start.</summary>
    public async Task<long> ReadingsAsync() => (await StatusAsync()).GetProperty("readings").GetInt64();

    /// <summary>A metric's samples added up, those alone whose labels hold <paramref name="label"/>.</summary>
    public async Task<double> MetricAsync(string name, string label = "")
    {
        string text = await _client.GetStringAsync("/metrics");
        string[][] samples =
        [
            .. text.Split('\n').Where(l => l.StartsWith(name, StringComparison.Ordinal) && l[name.Length] is ' ' or '{').Select(l => l.Split(' '))
        ];
        Assert.True(samples.Length > 0, $"/metrics has no {name}");
        return samples.Where(s => s[0].Contains(label, StringComparison.Ordinal)).Sum(s => double.Parse(s[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until it holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, string claim)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (_program.HasExited) Assert.Fail($"The node ended before this held: {claim}\n{Log}");
            if (Stopwatch.GetElapsedTime(began) > Longest) Assert.Fail($"Not within {Longest.TotalSeconds} s: {claim}\n{await StatusTextAsync()}\n{Log}");
            await Task.Delay(10);
        }
    }

    /// <summary>Waits until so many more readings than now are in the journal.</summary>
    public async Task UntilMoreAsync(long readings)
    {
        long target = await ReadingsAsync() + readings;
        await UntilAsync(async () => await ReadingsAsync() >= target, $"{readings} more readings");
    }

    /// <summary>Waits until all lanes have delivered all there was when it was called.</summary>
    public Task UntilCaughtUpAsync() => UntilAsync(
        async () => (await StatusAsync()).GetProperty("lanes").EnumerateArray().All(l => l.GetProperty("state").GetString() == "delivering" && l.GetProperty("lag_seconds").GetDouble() < 1 && l.GetProperty("delivered").GetInt64() > 0),
        "the lanes have caught up");

    /// <summary>SIGTERM, and the exit code 0 that must follow, within a minute unless told otherwise.</summary>
    public async Task DrainAsync(TimeSpan? longest = null)
    {
        _program.Signal(15);
        var (code, _, error) = await _program.EndAsync(longest);
        Assert.True(code == 0, error);
    }

    /// <summary>SIGTERM to a node that cannot end in order; the exit code and all it said.</summary>
    public async Task<(int Code, string Log)> TerminateAsync()
    {
        _program.Signal(15);
        var (code, _, error) = await _program.EndAsync();
        return (code, error);
    }

    /// <summary>kill -9; the moment after which it was gone.</summary>
    public async Task<DateTime> KillAsync()
    {
        _program.Signal(9);
        Assert.Equal(128 + 9, (await _program.EndAsync()).Code);
        return DateTime.UtcNow;
    }

    public void Dispose()
    {
        _client.Dispose();
        _program.Dispose();
    }
}
