using System.Threading.Tasks.Sources;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>
/// Wakes one waiter, at the latest after the time it gave; setting it before the wait counts. Neither side allocates: a lane waits some thousand times a second for acknowledgements.
/// </summary>
internal sealed class Pulse : IValueTaskSource, IThreadPoolWorkItem, IDisposable
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private readonly Timer _timer;
    private ManualResetValueTaskSourceCore<bool> _source;

    // Changed with CompareExchange by setters (Idle to Signalled, Waiting to Idle) and by the one waiter (Signalled to Idle, Idle to Waiting).
    private int _state;

    public Pulse() => _timer = new Timer(static pulse => ((Pulse)pulse!).Set(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>Any thread: wakes the waiter, or lets its next wait pass at once.</summary>
    public void Set()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state == Signalled) return;
            int next = state == Waiting ? Idle : Signalled;
            if (Interlocked.CompareExchange(ref _state, next, state) != state) continue;
            // Never on the setter's thread, which is a connection's reading loop.
            if (state == Waiting) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }

    /// <summary>The one waiter: completes at the next <see cref="Set"/> or after <paramref name="atMost"/>; now when it was set since the last wait. It may complete for an earlier wait's time.</summary>
    public ValueTask WaitAsync(TimeSpan atMost)
    {
        _source.Reset();
        _timer.Change(atMost, Timeout.InfiniteTimeSpan);
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle) return new ValueTask(this, _source.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
