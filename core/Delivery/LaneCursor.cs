using HyperIngest.Core.Journal;

namespace HyperIngest.Core.Delivery;

/// <summary>Where a lane is, and who is told: the journal's retention, and for sinks that keep no cursor the file beside the journal. Used by the lane's loop alone.</summary>
internal sealed class LaneCursor(string sink, ILaneLog log, LaneProgress progress, TimeProvider time)
{
    // A durable cursor beside the journal costs an fsync. Once a second bounds what is delivered again after a power cut, and is far from costing anything. What is written in between outlives the
    // process: after a kill a delivery is sent again.
    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(1);

    private readonly string _sink = sink;
    private readonly ILaneLog _log = log;
    private readonly LaneProgress _progress = progress;
    private readonly TimeProvider _time = time;
    private JournalPosition _stored = new(-1, 0);
    private long _storedAt;

    /// <summary>The sink stores the cursor itself.</summary>
    public bool SinkKeeps { get; private set; }

    /// <summary>A lane was open before, so that the lane's own cursor means something.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Where to go on with a lane just opened: the sink's cursor, else the lane's own, else the file's, else the start.</summary>
    public JournalPosition Of(ISinkLane lane)
    {
        SinkKeeps = lane.StoredCursor is not null;
        return lane.StoredCursor ?? (IsKnown ? _progress.Cursor : _log.LoadCursor(_sink) ?? JournalPosition.Start);
    }

    /// <summary>The lane goes on from <paramref name="cursor"/>.</summary>
    public void ResumeAt(JournalPosition cursor)
    {
        IsKnown = true;
        MoveTo(cursor);
    }

    /// <summary>The lane is at <paramref name="cursor"/>.</summary>
    public void MoveTo(JournalPosition cursor)
    {
        _progress.MoveTo(cursor);
        if (SinkKeeps) _log.SetCursor(_sink, cursor);
        else
        {
            Store(force: false);
            if (cursor != _stored) _log.NoteCursor(_sink, cursor);
        }
    }

    /// <summary>For sinks that keep no cursor: stores it durably once a second, or now. Retention follows what is stored, not what was delivered.</summary>
    public void Store(bool force)
    {
        if (!IsKnown || SinkKeeps) return;
        JournalPosition cursor = _progress.Cursor;
        if (cursor == _stored || (!force && _time.GetElapsedTime(_storedAt) < StoreInterval)) return;
        _log.StoreCursor(_sink, cursor);
        _log.SetCursor(_sink, cursor);
        _stored = cursor;
        _storedAt = _time.GetTimestamp();
    }
}
