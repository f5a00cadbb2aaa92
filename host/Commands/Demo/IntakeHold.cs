using HyperIngest.Core;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>With <c>--max</c>: lets a pipeline's pollers wait while its sinks are too far ahead of whoever reads what they wrote.</summary>
internal sealed class IntakeHold : IAsyncDisposable
{
    // 20 ms of three million readings a second are 60,000: a small part of what anybody may be ahead here.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly Timer _looking;

    // Written by the timer, read by pollers.
    private volatile bool _held;

    private IntakeHold(Pipeline pipeline, Func<long> read, long mostAhead)
    {
        pipeline.HoldIntakeWhile(() => _held);
        _looking = new Timer(_ => _held = Delivered(pipeline) - read() > mostAhead, null, LookEvery, LookEvery);
    }

    /// <summary>Holds while the pipeline has delivered more than <paramref name="mostAhead"/> readings beyond <paramref name="read"/>; before the pipeline starts.</summary>
    public static IntakeHold Of(Pipeline pipeline, Func<long> read, long mostAhead) => new(pipeline, read, mostAhead);

    /// <summary>Readings all lanes have delivered.</summary>
    public static long Delivered(Pipeline pipeline) => pipeline.Lanes.Sum(l => l.Status.Delivered);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _looking.DisposeAsync();
}
