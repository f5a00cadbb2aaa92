using System.Text.Json;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class RetentionTests : IDisposable
{
    // 900 readings: two records in a segment of 64 KiB.
    private const int PerRecord = 900;
    private const long RecordBytes = 64 + (PerRecord * 32);
    private const long SegmentBytes = 2 * RecordBytes;

    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    private ReadingJournal OpenWith(JournalRetention retention, int records)
    {
        _rig.Options = _rig.Options with { Retention = retention };
        ReadingJournal journal = _rig.Open();
        for (int i = 0; i < records; i++) _rig.Append(journal, PerRecord);
        journal.Shard(0).Sync();
        return journal;
    }

    private JournalRetentionPass Pass(ReadingJournal journal) => new(journal, new JournalMetrics(_rig.Metrics), NullLogger.Instance);

    [Fact]
    public void Delivered_segments_go_when_they_are_old()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { MaxAge = TimeSpan.FromHours(1) }, records: 9);
        JournalRetentionPass pass = Pass(journal);
        pass.Apply(DateTime.UtcNow);
        Assert.Equal(5, _rig.SegmentFiles().Length);
        pass.Apply(DateTime.UtcNow.AddHours(1.1));
        // The one being written stays however old it is.
        Assert.Single(_rig.SegmentFiles());
        Assert.Equal(8 * RecordBytes, journal.Shard(0).StartOffset);
        Assert.Equal(0, journal.DroppedReadings);
        Assert.Equal(JournalRig.Range(8 * PerRecord, 9 * PerRecord), _rig.ReadAll(journal).Numbers);
    }

    [Fact]
    public void A_clock_stepped_back_deletes_nothing_and_one_stepped_forward_deletes_only_what_is_delivered()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { MaxAge = TimeSpan.FromHours(1) }, records: 9);
        JournalRetentionPass pass = Pass(journal);
        journal.Shard(0).SetCursor("slow", new JournalPosition(SegmentBytes * 2, 0));
        pass.Apply(DateTime.UtcNow.AddYears(-20));
        Assert.Equal(5, _rig.SegmentFiles().Length);
        pass.Apply(DateTime.UtcNow.AddYears(20));
        Assert.Equal(SegmentBytes * 2, journal.Shard(0).StartOffset);
    }

    [Fact]
    public void Delivered_segments_beyond_the_bytes_go_oldest_first()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { MaxBytes = 2 * SegmentBytes }, records: 9);
        Pass(journal).Apply(DateTime.UtcNow);
        Assert.True(journal.Bytes <= 2 * SegmentBytes);
        Assert.Equal(SegmentBytes * 3, journal.Shard(0).StartOffset);
    }

    [Fact]
    public void A_cursor_holds_its_segment_and_all_behind_it()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { MaxBytes = 0, MaxAge = TimeSpan.Zero }, records: 9);
        journal.Shard(0).SetCursor("fast", new JournalPosition(journal.Shard(0).EndOffset, 0));
        journal.Shard(0).SetCursor("slow", new JournalPosition(SegmentBytes + 64, 0));
        Pass(journal).Apply(DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(SegmentBytes, journal.Shard(0).StartOffset);
        journal.Shard(0).SetCursor("slow", new JournalPosition(SegmentBytes * 2, 0));
        Pass(journal).Apply(DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(SegmentBytes * 2, journal.Shard(0).StartOffset);
    }

    [Fact]
    public void At_the_limit_the_oldest_goes_counted_and_written_down_with_its_time_range()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { LimitBytes = 3 * SegmentBytes, MaxBytes = 100 * SegmentBytes }, records: 9);
        journal.Shard(0).SetCursor("down", JournalPosition.Start);
        using JournalReader slow = journal.Shard(0).OpenReader(new JournalPosition(RecordBytes, 0));
        Pass(journal).Apply(DateTime.UtcNow);
        Assert.True(journal.Bytes <= 3 * SegmentBytes);
        Assert.Equal(2 * SegmentBytes, journal.Shard(0).StartOffset);
        Assert.Equal(4 * PerRecord, journal.DroppedReadings);

        string[] lines = File.ReadAllLines(Path.Combine(_rig.Folder, "losses.jsonl"));
        Assert.Equal(2, lines.Length);
        JsonElement loss = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal("overflow", loss.GetProperty("event").GetString());
        Assert.Equal((SegmentBytes, 2 * SegmentBytes), (loss.GetProperty("from_offset").GetInt64(), loss.GetProperty("to_offset").GetInt64()));
        Assert.Equal(2 * PerRecord, loss.GetProperty("readings").GetInt64());
        Assert.Equal(JournalRig.FirstTime + (2 * PerRecord), loss.GetProperty("from_time").GetDateTime().Ticks);
        Assert.Equal(JournalRig.FirstTime + (4 * PerRecord) - 1, loss.GetProperty("to_time").GetDateTime().Ticks);

        // A reader that had not got there is told, by a gap and not by an exception.
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(slow);
        Assert.Equal(new LostRange(RecordBytes, 2 * SegmentBytes, 0, JournalRig.FirstTime + (4 * PerRecord)), Assert.Single(gaps));
        Assert.Equal(JournalRig.Range(4 * PerRecord, 9 * PerRecord), numbers);
    }

    [Fact]
    public void What_is_delivered_is_not_called_dropped_when_the_limit_is_below_the_bytes_kept()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { LimitBytes = 2 * SegmentBytes, MaxBytes = 100 * SegmentBytes }, records: 9);
        journal.Shard(0).SetCursor("up", new JournalPosition(journal.Shard(0).EndOffset, 0));
        Pass(journal).Apply(DateTime.UtcNow);
        Assert.True(journal.Bytes <= 2 * SegmentBytes);
        Assert.Equal(0, journal.DroppedReadings);
        Assert.False(File.Exists(Path.Combine(_rig.Folder, "losses.jsonl")));
    }

    [Fact]
    public void Readings_behind_damage_are_counted_among_the_dropped_too()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { LimitBytes = 2 * SegmentBytes }, records: 5);
        journal.Shard(0).SetCursor("down", JournalPosition.Start);
        JournalRig.Flip(_rig.SegmentFiles()[0], 20);
        Pass(journal).Apply(DateTime.UtcNow);
        Assert.Equal(PerRecord, journal.DroppedReadings);
    }

    [Fact]
    public void With_stop_intake_appends_are_refused_at_the_limit_and_taken_again_when_the_sink_has_caught_up()
    {
        using ReadingJournal journal = OpenWith(
            new JournalRetention { LimitBytes = 2 * SegmentBytes, MaxBytes = 100 * SegmentBytes, WhenFull = JournalFullPolicy.StopIntake }, records: 9);
        JournalRetentionPass pass = Pass(journal);
        journal.Shard(0).SetCursor("down", JournalPosition.Start);
        pass.Apply(DateTime.UtcNow);
        ReadingBatch batch = _rig.Filled(10);
        AppendOutcome refused = journal.Shard(0).Append(batch);
        Assert.False(refused.Appended);
        Assert.Contains(_rig.Folder, refused.Reason, StringComparison.Ordinal);
        Assert.Contains($"{2 * SegmentBytes} bytes", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(5, _rig.SegmentFiles().Length);
        Assert.Equal(0, journal.DroppedReadings);

        journal.Shard(0).SetCursor("down", new JournalPosition(journal.Shard(0).EndOffset, 0));
        pass.Apply(DateTime.UtcNow);
        Assert.True(journal.Shard(0).Append(batch).Appended);
        Assert.True(journal.Bytes <= 2 * SegmentBytes);
    }

    [Fact]
    public void A_limit_smaller_than_a_segment_does_not_stop_intake_for_ever()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { LimitBytes = 1000, WhenFull = JournalFullPolicy.StopIntake }, records: 1);
        JournalRetentionPass pass = Pass(journal);
        journal.Shard(0).SetCursor("sink", JournalPosition.Start);
        pass.Apply(DateTime.UtcNow);
        Assert.False(journal.Shard(0).Append(_rig.Filled(1)).Appended);
        journal.Shard(0).SetCursor("sink", new JournalPosition(journal.Shard(0).EndOffset, 0));
        pass.Apply(DateTime.UtcNow);
        Assert.True(journal.Shard(0).Append(_rig.Filled(1)).Appended);
    }

    [Fact]
    public void A_loss_that_cannot_be_written_down_first_is_written_down_after_room_was_made()
    {
        using ReadingJournal journal = OpenWith(new JournalRetention { LimitBytes = 2 * SegmentBytes }, records: 9);
        journal.Shard(0).SetCursor("down", JournalPosition.Start);
        JournalRetentionPass pass = Pass(journal);
        string losses = Path.Combine(_rig.Folder, "losses.jsonl");
        using (new FileStream(losses, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            // The first segment goes, its line is refused twice, and the pass says so; the next pass goes on, and writes it down too.
            Assert.ThrowsAny<IOException>(() => pass.Apply(DateTime.UtcNow));
            Assert.Equal(4, _rig.SegmentFiles().Length);
        }
        pass.Apply(DateTime.UtcNow);
        Assert.True(journal.Bytes <= 2 * SegmentBytes);
        Assert.Equal(3, File.ReadAllLines(losses).Length);
    }
}
