using System.Threading.Tasks.Sources;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// Wakes one waiting lane; setting it before the wait counts. Neither side allocates: the signal is its own value task source and its own
/// thread-pool work item, so the setter (a shard's thread) never runs the lane's code.
/// </summary>
internal sealed class LaneSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;

    // Changed with CompareExchange by setters (Idle to Signalled, Waiting to Idle) and by the one waiter (Signalled to Idle, Idle to Waiting).
    private int _state;

    /// <summary>Any thread: wakes the waiter, or lets its next wait pass at once.</summary>
    public void Set()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state == Signalled) return;
            int next = state == Waiting ? Idle : Signalled;
            if (Interlocked.CompareExchange(ref _state, next, state) != state) continue;
            if (state == Waiting) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }

    /// <summary>The one waiter: completes at the next <see cref="Set"/>, or now when there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle) return new ValueTask(this, _source.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
