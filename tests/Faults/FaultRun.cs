using System.Net;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Faults;

/// <summary>One life of the node, with what <c>/health/ready</c> said all through it: false when and only when intake is stopped.</summary>
internal sealed class FaultRun : IDisposable
{
    // Twenty looks a second: a stop that a test waits for lasts until the test ends it, and is seen many times.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;

    // Written by the watch alone, read when it has ended.
    private readonly List<string> _refusals = [];
    private int _looks;

    public FaultRun(NodeUnderTest node)
    {
        Node = node;
        _watching = WatchAsync();
    }

    public NodeUnderTest Node { get; }

    /// <summary>Waits until a metric is above what it was, which is how a fault is counted.</summary>
    public Task UntilCountedAsync(string metric, double before, string label = "") =>
        Node.UntilAsync(async () => await Node.MetricAsync(metric, label) > before, $"{metric} {label} moves from {before}");

    /// <summary>Waits for the line of the log that has <paramref name="text"/>.</summary>
    public async Task<string> UntilSaidAsync(string text)
    {
        await Node.UntilAsync(() => Task.FromResult(Node.Log.Contains(text, StringComparison.Ordinal)), $"the log says '{text}'");
        return Node.Log.Split('\n').First(l => l.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>Waits until readiness is false for a reason that says <paramref name="reason"/>; nothing is taken in while it is.</summary>
    public async Task UntilIntakeStopsAsync(string reason)
    {
        await Node.UntilAsync(async () => (await Node.ReadyAsync()).Code == HttpStatusCode.ServiceUnavailable, "readiness is false");
        Assert.Contains(reason, (await Node.ReadyAsync()).Body, StringComparison.Ordinal);
        Assert.False((await Node.StatusAsync()).GetProperty("journal").GetProperty("accepts_readings").GetBoolean());
        await Node.UntilAsync(
            async () => await Node.MetricAsync("hyperingest_shard_intake_stopped") == (await Node.StatusAsync()).GetProperty("shards").GetArrayLength(), "every shard's intake is stopped");
        long taken = await Node.ReadingsAsync();
        await Node.UntilAsync(async () => await Node.MetricAsync("hyperingest_modbus_polls_delayed_total") > 0, "polls wait for room");
        Assert.Equal(taken, await Node.ReadingsAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Node.ReadyAsync()).Code);
    }

    /// <summary>Ends the watch; it never saw readiness false, so that intake went on all through the fault.</summary>
    public async Task AssertNeverStoppedAsync()
    {
        await EndWatchAsync();
        Assert.Equal([], _refusals);
    }

    /// <summary>Ends the watch; it saw readiness false, and each time because intake was stopped.</summary>
    public async Task AssertStoppedAsync()
    {
        await EndWatchAsync();
        Assert.NotEmpty(_refusals);
        Assert.All(_refusals, said => Assert.Contains("intake is stopped", said, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _end.Cancel();
        Node.Dispose();
        _end.Dispose();
    }

    private async Task EndWatchAsync()
    {
        await _end.CancelAsync();
        await _watching;
        Assert.True(_looks > 0, "readiness was never looked at");
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            (HttpStatusCode code, string body) answer;
            try
            {
                answer = await Node.ReadyAsync();
            }
            catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException or ObjectDisposedException)
            {
                // The node has ended, by a test's kill; whoever asserts on the watch has ended it before.
                return;
            }
            _looks++;
            if (answer.code != HttpStatusCode.OK) _refusals.Add(answer.body);
            await Task.Delay(Pace, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
