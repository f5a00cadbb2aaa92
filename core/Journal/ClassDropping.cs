using System.Runtime.ExceptionServices;
using HyperIngest.Core.Readings;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Journal;

/// <summary>How making room ended.</summary>
internal enum DropOutcome
{
    /// <summary>The journal is within its limit, or what is over it is being written.</summary>
    Done,

    /// <summary>There is more that may go; one pass does not do it all.</summary>
    MoreToDo,

    /// <summary>It is over its limit, and what is left is alarms or in use.</summary>
    NothingLeft,
}

/// <summary>
/// Makes room at the hard limit: takes the lowest class there is out of the closed segments that a sink still needs, the oldest segment first, then the next class; alarms never. A
/// segment is written anew without what goes, beside itself, and the new file takes its place at once; one with nothing left is deleted. What goes is told before it does.
/// </summary>
internal sealed class ClassDropping
{
    // A segment of the default size a pass: the sync that waits for it is late by its reading, writing and fsync. docs/decisions/0006 has the time.
    private const long WorkBytes = 64L << 20;

    // In place of a class, where damage leaves nothing to tell one by.
    private const string Unreadable = "unreadable";

    private readonly ReadingJournal _journal;
    private readonly JournalMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SeriesClasses _classes;
    private readonly LossFile _losses;

    // Made at the limit: it has large buffers, and most journals never come there.
    private SegmentThinner? _thinner;

    public ClassDropping(ReadingJournal journal, JournalMetrics metrics, ILogger logger)
    {
        _journal = journal;
        _metrics = metrics;
        _logger = logger;
        _classes = new SeriesClasses(journal.Catalog);
        _losses = new LossFile(journal.Path, journal.Options.FlushToDisk, logger);
    }

    /// <summary>Drops until the journal is within <paramref name="limit"/>, or has worked enough for one pass.</summary>
    /// <exception cref="IOException">A file cannot be written, deleted or replaced; what was not done is tried again.</exception>
    public DropOutcome MakeRoom(long limit)
    {
        _classes.Refresh();
        _thinner ??= new SegmentThinner(_journal.Options, _journal.LargestBatch, _classes);
        long work = WorkBytes;
        IOException? noRoom = null;
        foreach (Classification highest in JournalMetrics.DroppedClasses)
        {
            if (!_classes.Has(highest)) continue;
            foreach ((ShardJournal shard, Segment segment) in OldestFirst())
            {
                if (_journal.Bytes <= limit) return DropOutcome.Done;
                if (shard.Held.IsInUse(segment)) continue;
                long delivered = shard.Held.DeliveredBefore(segment);
                if (segment.Census?.DeliveredBefore != delivered)
                {
                    if (work <= 0) return DropOutcome.MoreToDo;
                    work -= segment.StoredBytes;
                    segment.Census = _thinner.Count(segment, shard.Stamp, delivered);
                }
                // One that nothing can be read of holds none of any class: it goes with the lowest.
                if (segment.Census.UpTo(highest) == 0 && segment.Census.UpTo(Classification.Alarm) > 0) continue;
                bool any = segment.Census.Above(highest) > 0;
                if (any && work <= 0) return DropOutcome.MoreToDo;
                if (any) work -= segment.StoredBytes;
                try
                {
                    Drop(shard, segment, delivered, highest);
                }
                catch (IOException failed) when (any)
                {
                    // On a full disk there is no room to write a segment anew, and others can be deleted whole.
                    noRoom ??= failed;
                }
            }
        }
        if (noRoom is not null && _journal.Bytes > limit) ExceptionDispatchInfo.Throw(noRoom);
        return _journal.Bytes <= limit || OldestFirst().Count == 0 ? DropOutcome.Done : DropOutcome.NothingLeft;
    }

    /// <summary>Tells of drops what could not be told when they were made.</summary>
    /// <exception cref="IOException">It cannot now either; it is tried again with the next pass.</exception>
    public void TellRest() => _losses.TellRest();

    private void Drop(ShardJournal shard, Segment segment, long delivered, Classification highest)
    {
        SegmentCensus census = segment.Census!;
        bool whole = census.Above(highest) == 0;
        List<LossEvent> losses = LinesOf(shard, segment, census, highest);
        long holes = whole ? 0 : _thinner!.Write(segment, shard.Stamp, delivered, highest);
        lock (segment.Gate)
        {
            // Who has come meanwhile may have read what was to go, and will deliver it.
            if (shard.Held.IsInUse(segment) || shard.Held.DeliveredBefore(segment) != delivered)
            {
                if (!whole) File.Delete(segment.ThinnedPath);
                return;
            }
            // Before it goes, so that a crash leaves no loss untold; on a full disk after, when there is room.
            _losses.Tell(losses);
            if (whole) shard.Held.Delete(segment);
            else shard.Held.Replace(segment, holes);
        }
        (whole ? _metrics.DeletedSegments : _metrics.ThinnedSegments).Add();
        foreach (Classification of in JournalMetrics.DroppedClasses)
        {
            ClassStretch stretch = census[of];
            if (of > highest || stretch.Readings == 0) continue;
            _metrics.DroppedReadings[(int)of].Add(stretch.Readings);
            JournalLog.Dropped(
                _logger, segment.Path, stretch.Readings, ClassificationNames.NameOf(of), JournalRecord.TimeOf(stretch.Earliest), JournalRecord.TimeOf(stretch.Latest),
                _journal.Options.Retention.LimitBytes);
        }
        census.Remove(highest);
        _losses.Gone(losses);
    }

    private static List<LossEvent> LinesOf(ShardJournal shard, Segment segment, SegmentCensus census, Classification highest)
    {
        List<LossEvent> lines = [];
        if (census.UpTo(Classification.Alarm) == 0)
        {
            DateTime never = JournalRecord.TimeOf(0);
            lines.Add(new LossEvent("overflow", Unreadable, shard.Shard, census.DeliveredBefore, segment.End, 0, never, never));
        }
        foreach (Classification of in JournalMetrics.DroppedClasses)
        {
            ClassStretch stretch = census[of];
            if (of > highest || stretch.Readings == 0) continue;
            lines.Add(new LossEvent(
                "overflow", ClassificationNames.NameOf(of), shard.Shard, stretch.FromOffset, stretch.ToOffset, stretch.Readings, JournalRecord.TimeOf(stretch.Earliest),
                JournalRecord.TimeOf(stretch.Latest)));
        }
        return lines;
    }

    private List<(ShardJournal Shard, Segment Segment)> OldestFirst()
    {
        List<(ShardJournal Shard, Segment Segment)> found = [];
        for (int i = 0; i < _journal.ShardCount; i++)
        {
            ShardJournal shard = _journal.Shard(i);
            foreach (Segment segment in shard.Held.Undelivered()) found.Add((shard, segment));
        }
        found.Sort((a, b) => a.Segment.LastWritten != b.Segment.LastWritten ? a.Segment.LastWritten.CompareTo(b.Segment.LastWritten) : a.Segment.Start.CompareTo(b.Segment.Start));
        return found;
    }
}
