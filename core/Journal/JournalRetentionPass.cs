using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Journal;

/// <summary>
/// Deletes what may go: delivered segments that are old or too many, and at the hard limit, as the policy says, undelivered readings by class. The segment being written is never
/// touched. One thread.
/// </summary>
internal sealed class JournalRetentionPass
{
    private readonly ReadingJournal _journal;
    private readonly JournalMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ClassDropping _dropping;
    private bool _reportedFull;

    public JournalRetentionPass(ReadingJournal journal, JournalMetrics metrics, ILogger logger)
    {
        _journal = journal;
        _metrics = metrics;
        _logger = logger;
        _dropping = new ClassDropping(journal, metrics, logger);
    }

    /// <summary>Does what is due, but not more at once than what a sync can wait for.</summary>
    /// <returns>True when there is more to do: call it again after the next sync.</returns>
    /// <exception cref="IOException">A file cannot be deleted or written; what was done is done, and the rest is tried again.</exception>
    public bool Apply(DateTime utcNow)
    {
        try
        {
            bool more = Run(_journal.Options.Retention, utcNow);
            _dropping.TellRest();
            return more;
        }
        finally
        {
            _journal.SetRoom();
        }
    }

    private bool Run(JournalRetention rules, DateTime utcNow)
    {
        DeleteDelivered(rules, utcNow);
        // With everything delivered there is nothing to wait for: what is left is being written, and goes once its segment is full.
        if (_journal.Bytes <= rules.LimitBytes || AllDelivered())
        {
            Open();
            return false;
        }
        if (rules.WhenFull == JournalFullPolicy.StopIntake)
        {
            Close($"{_journal.Path}: the journal is at its limit of {rules.LimitBytes} bytes and waits for its sinks");
            return false;
        }
        return DropByClass(rules.LimitBytes);
    }

    private void DeleteDelivered(JournalRetention rules, DateTime utcNow)
    {
        long bytes = _journal.Bytes;
        // What is delivered goes first, also where the hard limit is the smaller one.
        long maxBytes = Math.Min(rules.MaxBytes, rules.LimitBytes);
        long oldEnough = utcNow.Ticks - rules.MaxAge.Ticks;
        while (OldestDelivered() is { } candidate && (candidate.Segment.LastWritten < oldEnough || bytes > maxBytes))
        {
            bytes -= candidate.Segment.StoredBytes;
            candidate.Shard.Held.Delete(candidate.Segment);
            _metrics.DeletedSegments.Add();
        }
    }

    private bool DropByClass(long limit)
    {
        DropOutcome outcome = _dropping.MakeRoom(limit);
        if (outcome == DropOutcome.NothingLeft)
        {
            Close($"{_journal.Path}: the journal is at its limit of {limit} bytes with alarms, which are never dropped, and what its sinks are taking; it waits for them");
        }
        else if (outcome == DropOutcome.MoreToDo && _journal.Bytes > limit + (_journal.ShardCount * _journal.Options.SegmentBytes))
        {
            // Readings come faster than room is made.
            Close($"{_journal.Path}: the journal is at its limit of {limit} bytes and is making room");
        }
        else
        {
            Open();
        }
        return outcome == DropOutcome.MoreToDo;
    }

    private void Close(string reason)
    {
        if (!_reportedFull) JournalLog.Full(_logger, reason);
        _reportedFull = true;
        _journal.SetFull(reason);
    }

    private void Open()
    {
        _reportedFull = false;
        _journal.SetFull(null);
    }

    // The segment written longest ago over all shards, among those every sink is past.
    private (ShardJournal Shard, Segment Segment)? OldestDelivered()
    {
        (ShardJournal Shard, Segment Segment)? oldest = null;
        for (int i = 0; i < _journal.ShardCount; i++)
        {
            ShardJournal shard = _journal.Shard(i);
            if (shard.Held.Oldest() is not { Delivered: true } candidate) continue;
            if (oldest is null || candidate.Segment.LastWritten < oldest.Value.Segment.LastWritten) oldest = (shard, candidate.Segment);
        }
        return oldest;
    }

    private bool AllDelivered()
    {
        for (int i = 0; i < _journal.ShardCount; i++)
        {
            if (!_journal.Shard(i).AllDelivered) return false;
        }
        return true;
    }
}
