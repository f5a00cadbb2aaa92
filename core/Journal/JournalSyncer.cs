using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Journal;

/// <summary>The journal's one background thread: a grouped fsync for all shards at the policy's pace, and retention once a second.</summary>
internal sealed class JournalSyncer : IDisposable
{
    // With a sync after every batch, or none, there is nothing to group; the thread then only tells who waits for durability, and 5 ms is fine enough for that.
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly ReadingJournal _journal;
    private readonly Action<int, long> _onDurable;
    private readonly JournalMetrics _metrics;
    private readonly ILogger _logger;
    private readonly JournalRetentionPass _retention;
    private readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    private readonly Thread _thread;

    public JournalSyncer(ReadingJournal journal, Action<int, long> onDurable, JournalMetrics metrics, ILogger logger)
    {
        _journal = journal;
        _onDurable = onDurable;
        _metrics = metrics;
        _logger = logger;
        _retention = new JournalRetentionPass(journal, metrics, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "journal sync" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        TimeSpan interval = _journal.Options.Fsync == FsyncPolicy.Interval ? _journal.Options.FsyncInterval : TellInterval;
        long retained = Stopwatch.GetTimestamp();
        TimeSpan wait = interval;
        while (!_stop.Wait(wait))
        {
            long begun = Stopwatch.GetTimestamp();
            if (!TrySync()) return;
            bool more = false;
            if (_journal.TakeRetentionRequest() || Stopwatch.GetElapsedTime(retained) >= RetentionInterval)
            {
                retained = Stopwatch.GetTimestamp();
                more = Retain();
            }
            // From begin to begin: a slow fsync shortens the pause and does not add to it.
            wait = interval - Stopwatch.GetElapsedTime(begun);
            if (more || wait < ShortestWait) wait = ShortestWait;
        }
    }

    private bool TrySync()
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            for (int i = 0; i < _journal.ShardCount; i++)
            {
                // With a sync after every batch the shard has done it; what is told is what is durable.
                ShardJournal shard = _journal.Shard(i);
                _onDurable(i, _journal.Options.Fsync == FsyncPolicy.EveryBatch ? shard.DurableOffset : shard.Sync());
            }
        }
        catch (IOException failed)
        {
            JournalLog.SyncFailed(_logger, _journal.Path, failed);
            return false;
        }
        _metrics.SyncDuration.Record(Stopwatch.GetElapsedTime(begun).Ticks);
        return true;
    }

    // True: it has more to do, after the next sync.
    private bool Retain()
    {
        try
        {
            bool more = _retention.Apply(DateTime.UtcNow);
            if (more) _journal.RequestRetention();
            return more;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            JournalLog.RetentionFailed(_logger, _journal.Path, failed);
            return false;
        }
    }
}
