using System.IO.Pipelines;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// Where a connection's loop goes on: inline when bytes arrived, which spares a thread switch a response; on the pool when it was woken, so that one
/// busy connection can never keep the thread that wakes them all. Queues itself as the work item and allocates nothing.
/// </summary>
internal sealed class ResumeScheduler : PipeScheduler, IThreadPoolWorkItem
{
    // How deep in Wake this thread is. Each thread's own.
    [ThreadStatic]
    private static int _waking;

    // The loop's continuation, of which a pipe has one at most. Written before it is queued, taken by the pool's thread; the pool's queue is the barrier.
    private Action<object?>? _action;
    private object? _state;

    /// <summary>From here on this thread hands continuations to the pool.</summary>
#pragma warning disable CA1822 // Reads as the scheduler's own: the state is the thread's.
    public void BeginWake() => _waking++;

    /// <summary>The end of <see cref="BeginWake"/>.</summary>
    public void EndWake() => _waking--;
#pragma warning restore CA1822

    /// <inheritdoc/>
    public override void Schedule(Action<object?> action, object? state)
    {
        if (_waking == 0)
        {
            action(state);
            return;
        }
        _action = action;
        _state = state;
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void Execute()
    {
        Action<object?> action = _action!;
        object? state = _state;
        _action = null;
        _state = null;
        action(state);
    }
}
