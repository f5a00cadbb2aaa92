using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>
/// With <c>--max</c>: has the publishers wait while they are too far ahead of whoever subscribes. A broker takes messages faster than it gives them out, and keeps what it has not given out in memory:
/// without this its queue, and not its rate, would be measured.
/// </summary>
internal sealed class PublishHold : IAsyncDisposable
{
    // At 100,000 messages a second 1,000 of them are between two looks.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _looking;

    private PublishHold(SimulatorProcess simulator, Func<long> taken, long mostAhead, Func<SimulatorProcess, CancellationToken, Task> begin) => _looking = LookAsync(simulator, taken, mostAhead, begin);

    /// <summary>Holds while more than <paramref name="mostAhead"/> readings are published beyond <paramref name="taken"/>; publishing has begun, and is begun again by <paramref name="begin"/>, as the plant says unless told otherwise.</summary>
    public static PublishHold Of(SimulatorProcess simulator, Func<long> taken, long mostAhead, Func<SimulatorProcess, CancellationToken, Task>? begin = null) =>
        new(simulator, taken, mostAhead, begin ?? ByPlant);

    /// <summary>Publishing as the plant says.</summary>
    public static Task ByPlant(SimulatorProcess simulator, CancellationToken cancellationToken) => simulator.BeginPublishingAsync(null, cancellationToken);

    /// <summary>Holds no more; the publishers are left as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _looking;
        _end.Dispose();
    }

    private async Task LookAsync(SimulatorProcess simulator, Func<long> taken, long mostAhead, Func<SimulatorProcess, CancellationToken, Task> begin)
    {
        bool held = false;
        while (!_end.IsCancellationRequested)
        {
            long ahead = (await simulator.StatsAsync(CancellationToken.None)).Readings - taken();
            if (!held && ahead > mostAhead) await simulator.PausePublishingAsync(CancellationToken.None);
            else if (held && ahead < mostAhead / 2) await begin(simulator, CancellationToken.None);
            held = held ? ahead >= mostAhead / 2 : ahead > mostAhead;
            await Task.WhenAny(Task.Delay(LookEvery, CancellationToken.None), Task.Delay(Timeout.Infinite, _end.Token));
        }
    }
}
