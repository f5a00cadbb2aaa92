using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Journal;

/// <summary>
/// Deletes what may go: delivered segments that are old or too many, and at the hard limit, as the policy says, undelivered ones, each reported with its time range in the log, in
/// the metrics and as a line of <c>losses.jsonl</c>. The segment being written is never touched.
/// </summary>
internal sealed class JournalRetentionPass(ReadingJournal journal, JournalMetrics metrics, ILogger logger)
{
    private const string LossesName = "losses.jsonl";
    private bool _reportedFull;

    public void Apply(DateTime utcNow)
    {
        JournalRetention rules = journal.Options.Retention;
        long bytes = journal.Bytes;
        // What is delivered goes first, also where the hard limit is the smaller one.
        long maxBytes = Math.Min(rules.MaxBytes, rules.LimitBytes);
        long oldEnough = utcNow.Ticks - rules.MaxAge.Ticks;
        while (Oldest(delivered: true) is { } candidate && (candidate.Segment.LastWritten < oldEnough || bytes > maxBytes))
        {
            bytes -= Delete(candidate.Shard, candidate.Segment);
        }
        // With everything delivered there is nothing to wait for: what is left is being written, and goes once its segment is full.
        if (bytes <= rules.LimitBytes || (rules.WhenFull == JournalFullPolicy.StopIntake && AllDelivered()))
        {
            _reportedFull = false;
            journal.SetFull(null);
            return;
        }
        if (rules.WhenFull == JournalFullPolicy.StopIntake)
        {
            if (!_reportedFull) JournalLog.Full(logger, journal.Path, rules.LimitBytes);
            _reportedFull = true;
            journal.SetFull($"{journal.Path}: the journal is at its limit of {rules.LimitBytes} bytes and waits for its sinks");
            return;
        }
        while (bytes > rules.LimitBytes && Oldest(delivered: false) is { } victim)
        {
            string line = Report(victim.Shard, victim.Segment, rules.LimitBytes);
            // Before it goes, so that a crash leaves no loss untold; on a full disk after, when there is room.
            bool told = TryTell(line);
            bytes -= Delete(victim.Shard, victim.Segment);
            if (!told) Tell(line);
        }
    }

    // The segment written longest ago over all shards, among those every sink is past (or among all).
    private (ShardJournal Shard, Segment Segment)? Oldest(bool delivered)
    {
        (ShardJournal Shard, Segment Segment)? oldest = null;
        for (int i = 0; i < journal.ShardCount; i++)
        {
            ShardJournal shard = journal.Shard(i);
            if (shard.Oldest() is not { } candidate || (delivered && !candidate.Delivered)) continue;
            if (oldest is null || candidate.Segment.LastWritten < oldest.Value.Segment.LastWritten) oldest = (shard, candidate.Segment);
        }
        return oldest;
    }

    private long Delete(ShardJournal shard, Segment segment)
    {
        shard.Delete(segment);
        metrics.DeletedSegments.Add();
        return segment.End - segment.Start;
    }

    private bool AllDelivered()
    {
        for (int i = 0; i < journal.ShardCount; i++)
        {
            if (!journal.Shard(i).AllDelivered) return false;
        }
        return true;
    }

    private string Report(ShardJournal shard, Segment segment, long limit)
    {
        long readings = 0, from = long.MaxValue, to = long.MinValue;
        if (File.Exists(segment.Path))
        {
            using var file = segment.OpenRead();
            for (long at = segment.Start; SegmentScan.TryNextHeader(file, segment, at, segment.End, shard.Stamp, out JournalRecord record); at = record.End)
            {
                readings += record.Count;
                from = Math.Min(from, record.Earliest);
                to = Math.Max(to, record.Latest);
            }
        }
        DateTime first = JournalRecord.TimeOf(readings == 0 ? 0 : from), last = JournalRecord.TimeOf(readings == 0 ? 0 : to);
        metrics.DroppedReadings.Add(readings);
        JournalLog.Dropped(logger, segment.Path, readings, first, last, limit);
        return JsonSerializer.Serialize(new LossEvent("overflow", shard.Shard, segment.Start, segment.End, readings, first, last), LossEventJson.Default.LossEvent);
    }

    private bool TryTell(string line)
    {
        try
        {
            Tell(line);
            return true;
        }
        catch (IOException failed)
        {
            JournalLog.LossNotTold(logger, LossesPath, failed);
            return false;
        }
    }

    private void Tell(string line) => File.AppendAllText(LossesPath, line + "\n");

    private string LossesPath => Path.Combine(journal.Path, LossesName);
}

/// <summary>A line of <c>losses.jsonl</c>: readings that went before every sink had them.</summary>
internal sealed record LossEvent(string Event, int Shard, long FromOffset, long ToOffset, long Readings, DateTime FromTime, DateTime ToTime);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
[System.Text.Json.Serialization.JsonSerializable(typeof(LossEvent))]
internal sealed partial class LossEventJson : System.Text.Json.Serialization.JsonSerializerContext;
