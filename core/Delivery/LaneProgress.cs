using HyperIngest.Core.Journal;

namespace HyperIngest.Core.Delivery;

/// <summary>How far a lane is and how it does: written by its loop once a delivery, read by anybody. Who waits for a position waits here.</summary>
internal sealed class LaneProgress
{
    // A position is two words, so all of it is under one lock; the loop takes it once a delivery, uncontended but for a scrape.
    private readonly Lock _publishing = new();
    private readonly List<(JournalPosition Target, TaskCompletionSource<bool> Reached)> _waiting = [];
    private JournalPosition _cursor;
    private LaneState _state;
    private string? _reason;
    private JournalPosition? _replay;

    public JournalPosition Cursor
    {
        get
        {
            lock (_publishing) return _cursor;
        }
    }

    public (JournalPosition Cursor, LaneState State, string? Reason) Read()
    {
        lock (_publishing) return (_cursor, _state, _reason);
    }

    public void MoveTo(JournalPosition cursor)
    {
        lock (_publishing)
        {
            _cursor = cursor;
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (cursor < _waiting[i].Target) continue;
                _waiting[i].Reached.TrySetResult(true);
                _waiting.RemoveAt(i);
            }
        }
    }

    public void Enter(LaneState state, string? reason = null)
    {
        lock (_publishing)
        {
            // A lane that was stopped says so until it runs again, also while it waits for the breaker.
            if (state is LaneState.Open or LaneState.Retrying && reason is null) reason = _reason;
            _state = state;
            _reason = reason;
            if (state != LaneState.Ended) return;
            foreach ((_, TaskCompletionSource<bool> reached) in _waiting) reached.TrySetResult(false);
            _waiting.Clear();
        }
    }

    public Task<bool> Reaches(JournalPosition target)
    {
        lock (_publishing)
        {
            if (_cursor >= target) return Task.FromResult(true);
            if (_state == LaneState.Ended) return Task.FromResult(false);
            TaskCompletionSource<bool> reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((target, reached));
            return reached.Task;
        }
    }

    public void RequestReplay(JournalPosition from)
    {
        lock (_publishing) _replay = from;
    }

    public JournalPosition? TakeReplay()
    {
        lock (_publishing)
        {
            JournalPosition? replay = _replay;
            _replay = null;
            return replay;
        }
    }
}
