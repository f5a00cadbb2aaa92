using System.Net;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Faults;

/// <summary>Asks a node, over and over, whether it is ready, for the claim that it says no when its intake is stopped and only then.</summary>
internal sealed class ReadinessWatch
{
    // Often enough to see a node turn unready for a tenth of a second, which is how long a shard waits before it tries its journal again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly NodeUnderTest _node;
    private readonly List<string> _refusals = [];
    private readonly Task _watching;
    private int _answers;

    // Set by the test, read by the watch.
    private volatile bool _stopping;

    private ReadinessWatch(NodeUnderTest node)
    {
        _node = node;
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>Begins to watch a node that has started.</summary>
    public static ReadinessWatch Of(NodeUnderTest node) => new(node);

    /// <summary>Ends the watch: it was asked, and every time it was ready.</summary>
    public async Task AssertAlwaysReadyAsync()
    {
        await EndAsync();
        Assert.True(_answers > 0, "the node was never asked whether it is ready");
        Assert.True(_refusals.Count == 0, $"{_refusals.Count} of {_answers} answers said not ready: {string.Join('\n', _refusals.Distinct())}");
    }

    /// <summary>Ends the watch, over which the node was told to stop: it was ready, then said that it is draining, and never anything else.</summary>
    public async Task AssertReadyUntilDrainingAsync()
    {
        await EndAsync();
        Assert.True(_answers > _refusals.Count, "the node was never ready");
        Assert.NotEmpty(_refusals);
        Assert.All(_refusals, r => Assert.Contains("draining", r, StringComparison.Ordinal));
    }

    private async Task EndAsync()
    {
        _stopping = true;
        await _watching;
    }

    private async Task WatchAsync()
    {
        try
        {
            while (!_stopping)
            {
                (HttpStatusCode code, string body) = await _node.ReadyAsync();
                _answers++;
                if (code != HttpStatusCode.OK) _refusals.Add(body);
                await Task.Delay(Pause);
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            // The node has ended.
        }
    }
}
