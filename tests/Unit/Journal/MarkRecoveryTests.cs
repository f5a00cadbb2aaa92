using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class MarkRecoveryTests : IDisposable
{
    private const ulong Kafka = 0xfeed;

    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    // Appends the next readings with a mark that says how many there are then.
    private ReadingBatch Append(ReadingJournal journal, int count, params (int Partition, long Position)[] marks)
    {
        ReadingBatch batch = _rig.Filled(count);
        foreach ((int partition, long position) in marks) Assert.True(batch.TryMark(new SourceMark(Kafka, partition, position)));
        AppendOutcome outcome = journal.Shard(0).Append(batch);
        Assert.True(outcome.Appended, outcome.Reason);
        _rig.Next += count;
        return batch;
    }

    private void Group(ReadingJournal journal, int count, int partition = 0) => Append(journal, count, (partition, _rig.Next + count)).Release();

    // Mark and readings of a group are in the journal together or not at all, whatever byte the last write got to.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_kill_at_any_byte_leaves_no_readings_without_their_mark_and_no_mark_without_its_readings(int seed)
    {
        _rig.Options = _rig.Options with { SegmentBytes = 16 * 1024 };
        Random random = new(seed);
        ReadingJournal written = _rig.Open();
        while (written.Shard(0).Held.All().Length < 4 || written.Shard(0).EndOffset - written.Shard(0).Held.All()[^1].Start < 6000) Group(written, random.Next(0, 60));
        List<StoredRecord> newest = StoredRecord.Of(written.Shard(0), written.Shard(0).Held.All()[^1]);
        _rig.Kill(written);
        string file = _rig.SegmentFiles()[^1];
        byte[] whole = File.ReadAllBytes(file);
        string mark = Path.Combine(_rig.Folder, "shard-00", "end");
        byte[] openMark = File.ReadAllBytes(mark);
        long start = newest[0].Offset;
        SortedSet<int> lengths = [];
        foreach (StoredRecord record in newest)
        {
            int from = (int)(record.Offset - start), to = (int)(record.End - start);
            lengths.UnionWith([from, from + 1, from + 63, from + 64, from + 65, to - 32, to - 1, to]);
            lengths.Add(random.Next(from, to));
        }
        long reached = -1;
        foreach (int length in lengths.Where(l => l <= whole.Length))
        {
            foreach (string later in _rig.SegmentFiles().Where(f => string.CompareOrdinal(f, file) > 0)) File.Delete(later);
            File.WriteAllBytes(file, whole[..length]);
            File.WriteAllBytes(mark, openMark);
            using ReadingJournal journal = _rig.Open();
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
            Assert.Equal(JournalRig.Range(0, numbers.Count), numbers);
            Assert.Equal(numbers.Count, journal.Shard(0).RecoveredMark(Kafka, 0));
            Assert.Empty(gaps);
            Assert.True(numbers.Count >= reached);
            reached = numbers.Count;
        }
        Assert.Equal(_rig.Next, reached);
    }

    [Fact]
    public void Marks_outlive_segment_after_segment_and_the_retention_of_all_that_had_them()
    {
        _rig.Options = _rig.Options with { Retention = new JournalRetention { MaxAge = TimeSpan.FromHours(1) } };
        for (int life = 0; life < 4; life++)
        {
            ReadingJournal journal = _rig.Open();
            for (int partition = 0; life == 0 && partition < 3; partition++) Append(journal, 100, (partition, 1000 + partition)).Release();
            for (int partition = 0; partition < 3; partition++) Assert.Equal(life == 0 ? -1 : 1000 + partition, journal.Shard(0).RecoveredMark(Kafka, partition));
            Assert.Equal(-1, journal.Shard(0).RecoveredMark(Kafka, 3));
            Assert.Equal(-1, journal.Shard(0).RecoveredMark(Kafka + 1, 0));
            JournalRetentionPass pass = new(journal, new JournalMetrics(_rig.Metrics), NullLogger.Instance);
            // In the last life nothing is appended: the segment that has the marks is nobody's but theirs.
            for (int i = 0; i < 9 && life < 3; i++) _rig.Append(journal, 900);
            journal.Shard(0).Sync();
            pass.Apply(DateTime.UtcNow.AddHours(2));
            Assert.Single(_rig.SegmentFiles());
            _rig.Kill(journal);
        }
        using ReadingJournal end = _rig.Open();
        for (int partition = 0; partition < 3; partition++) Assert.Equal(1000 + partition, end.Shard(0).RecoveredMark(Kafka, partition));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(600)]
    public void A_segment_begins_with_the_last_mark_of_every_partition_however_many(int partitions)
    {
        _rig.Options = _rig.Options with { SegmentBytes = 48 * 1024 };
        ReadingJournal journal = _rig.Open();
        for (int partition = 0; partition < partitions; partition++) Append(journal, 1, (partition, 10 + partition)).Release();
        Append(journal, 1, (0, 77)).Release();
        while (journal.Shard(0).Held.All().Length < 3) _rig.Append(journal, 500);
        _rig.Kill(journal);
        // The newest segment alone.
        foreach (string older in _rig.SegmentFiles().SkipLast(1)) File.Delete(older);
        using ReadingJournal again = _rig.Open();
        for (int partition = 1; partition < partitions; partition++) Assert.Equal(10 + partition, again.Shard(0).RecoveredMark(Kafka, partition));
        Assert.Equal(77, again.Shard(0).RecoveredMark(Kafka, 0));
        Assert.Equal((partitions + 254) / 255, StoredRecord.Of(again.Shard(0)).Count(r => r.Readings.Count == 0));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(64 + 8)]
    public void Marks_that_are_damaged_at_a_segments_begin_are_taken_from_the_segment_before(int at)
    {
        ReadingJournal journal = _rig.Open();
        Group(journal, 100, partition: 1);
        for (int i = 0; i < 3; i++) Group(journal, 900);
        Assert.Equal(2, _rig.SegmentFiles().Length);
        long all = _rig.Next;
        _rig.Kill(journal);
        JournalRig.Flip(_rig.SegmentFiles()[^1], at);
        using ReadingJournal again = _rig.Open();
        Assert.Equal(all, again.Shard(0).RecoveredMark(Kafka, 0));
        Assert.Equal(100, again.Shard(0).RecoveredMark(Kafka, 1));
        // No reading is missing, and nothing is said to be; the segment before stays as long as it is needed.
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(again);
        Assert.Equal(JournalRig.Range(0, all), numbers);
        Assert.Empty(gaps);
        Assert.Null(again.Shard(0).Held.Oldest());
        _rig.Append(again, 1);
        Assert.NotNull(again.Shard(0).Held.Oldest());
    }

    [Fact]
    public void A_reader_is_given_no_record_of_marks_and_reports_no_gap_where_one_was_or_is_missing()
    {
        ReadingJournal journal = _rig.Open();
        Append(journal, 10, (0, 10)).Release();
        JournalPosition marksOnly = Append(journal, 0, (0, 20)).Position;
        Append(journal, 10, (0, 30)).Release();
        Append(journal, 0, (0, 40)).Release();
        Assert.Equal(JournalRig.Range(0, 20), _rig.ReadAll(journal).Numbers);
        Assert.Equal(JournalRig.Range(10, 20), _rig.ReadAll(journal, marksOnly).Numbers);
        _rig.Kill(journal);
        JournalRig.Flip(_rig.SegmentFiles()[0], marksOnly.Offset + 70);
        using ReadingJournal again = _rig.Open();
        _rig.Append(again, 10);
        foreach (long from in new[] { 0, marksOnly.Offset, marksOnly.Offset + 96 })
        {
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(again, new JournalPosition(from, 0));
            Assert.Equal(JournalRig.Range(from == 0 ? 0 : 10, 30), numbers);
            Assert.Empty(gaps);
        }
        using JournalReader reader = again.Shard(0).OpenReader(JournalPosition.Start);
        reader.SeekTime(JournalRig.FirstTime + 15);
        Assert.Equal(JournalRig.Range(10, 30), _rig.ReadAll(reader).Numbers);
    }

    [Fact]
    public void Readings_that_are_missing_in_front_of_marks_are_a_gap()
    {
        ReadingJournal journal = _rig.Open();
        Append(journal, 10, (0, 10)).Release();
        JournalPosition lost = Append(journal, 10, (0, 20)).Position;
        JournalPosition marksOnly = Append(journal, 0, (0, 30)).Position;
        _rig.Kill(journal);
        JournalRig.Flip(_rig.SegmentFiles()[0], lost.Offset + 70);
        using ReadingJournal again = _rig.Open();
        Assert.Empty(again.Cuts);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(again);
        Assert.Equal(JournalRig.Range(0, 10), numbers);
        Assert.Equal(new LostRange(lost.Offset, marksOnly.Offset, JournalRig.FirstTime + 9, 0), Assert.Single(gaps));
    }

    [Fact]
    public void A_torn_tail_behind_marks_says_the_time_of_the_last_reading()
    {
        ReadingJournal journal = _rig.Open();
        Append(journal, 10, (0, 10)).Release();
        Append(journal, 0, (0, 20)).Release();
        _rig.Kill(journal);
        File.AppendAllText(_rig.SegmentFiles()[0], "torn");
        using ReadingJournal again = _rig.Open();
        Assert.Equal(JournalRig.FirstTime + 9, Assert.Single(again.Cuts).LastGoodTime);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restart_behind_marks_leaves_a_sink_that_had_everything_nothing_to_wait_for(bool killed)
    {
        ReadingJournal first = _rig.Open();
        long cursor = Append(first, 10, (0, 10)).NextOffset;
        Append(first, 0, (0, 20)).Release();
        first.Shard(0).SetCursor("sink", new JournalPosition(cursor, 0));
        Assert.Equal((cursor, 0, true), (first.Shard(0).ReadingsEnd, first.Shard(0).BytesFrom(cursor), first.Shard(0).AllDelivered));
        if (killed) _rig.Kill(first);
        else first.Dispose();
        using ReadingJournal journal = _rig.Open();
        Assert.Equal(20, journal.Shard(0).RecoveredMark(Kafka, 0));
        Assert.Equal(cursor, journal.Shard(0).RecoveredRecordsEnd);
        journal.Shard(0).SetCursor("sink", new JournalPosition(cursor, 0));
        Assert.True(journal.Shard(0).AllDelivered);
        _rig.Append(journal, 5);
        Assert.False(journal.Shard(0).AllDelivered);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal, new JournalPosition(cursor, 0));
        Assert.Equal(JournalRig.Range(10, 15), numbers);
        Assert.Empty(gaps);
    }

    [Fact]
    public void A_lane_that_keeps_up_goes_over_marks_in_memory()
    {
        using ReadingJournal journal = _rig.Open();
        using LaneFeed feed = new(new ShardLaneLog(journal, 0), _rig.Pool, memoryBatches: 4) { Lost = (_, _) => Assert.Fail("nothing is lost") };
        feed.SeekTo(JournalPosition.Start);
        DeliveryChunk chunk = new();
        for (int i = 0; i < 12; i++)
        {
            // Every third batch begins a segment, and with it a record of marks.
            ReadingBatch batch = Append(journal, 900, (0, i));
            Assert.True(feed.Offer(batch));
            batch.Release();
            Append(journal, 0, (0, i)).Release();
            Assert.Equal(FeedOutcome.Filled, feed.Fill(chunk, 900));
            Assert.Equal(JournalRig.Make(i * 900), chunk.ReadingAt(0));
            Assert.Equal(journal.Shard(0).ReadingsEnd, chunk.End.Offset);
            Assert.Equal(FeedOutcome.Empty, feed.Fill(new DeliveryChunk(), 900));
            chunk.Clear();
        }
        Assert.True(_rig.SegmentFiles().Length > 4);
        Assert.Equal((12, 0), (feed.FromMemory, feed.FromJournal));
    }

    [Fact]
    public void A_lane_that_is_behind_reads_over_marks_and_comes_to_rest()
    {
        using ReadingJournal journal = _rig.Open();
        for (int i = 0; i < 12; i++)
        {
            Append(journal, 900, (0, i)).Release();
            Append(journal, 0, (0, i)).Release();
        }
        using LaneFeed feed = new(new ShardLaneLog(journal, 0), _rig.Pool, memoryBatches: 4) { Lost = (_, _) => Assert.Fail("nothing is lost") };
        feed.SeekTo(JournalPosition.Start);
        DeliveryChunk chunk = new();
        Assert.Equal(FeedOutcome.Filled, feed.Fill(chunk, 12 * 900));
        Assert.Equal((12 * 900, journal.Shard(0).ReadingsEnd), (chunk.Count, chunk.End.Offset));
        chunk.Clear();
        Assert.Equal(FeedOutcome.Empty, feed.Fill(chunk, 900));
    }

    [Fact]
    public void A_batch_of_as_many_readings_and_marks_as_there_can_be_is_read_back()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 1 << 20 };
        using ReadingJournal journal = _rig.Open();
        Append(journal, _rig.BatchReadings, [.. Enumerable.Range(0, 255).Select(p => (p, (long)p))]).Release();
        Assert.Equal(JournalRig.Range(0, _rig.BatchReadings), _rig.ReadAll(journal).Numbers);
        StoredRecord record = Assert.Single(StoredRecord.Of(journal.Shard(0)));
        Assert.Equal((1000, 255, 64 + (1255 * 32L)), (record.Readings.Count, record.Marks.Count, record.End));
        using ReadingJournal beside = ReadingJournal.OpenRead(_rig.Folder);
        using JournalReader reader = beside.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch batch = new BatchPool(beside.LargestBatch, 1).Rent();
        Assert.Equal((ReadStatus.Read, 1000), (reader.TryRead(batch).Status, batch.Count));
    }

    [Fact]
    public void A_refused_append_of_marks_is_whole_when_it_is_tried_again()
    {
        using ReadingJournal journal = _rig.Open();
        ReadingBatch batch = _rig.Filled(1000);
        for (int i = 0; i < 255; i++) Assert.True(batch.TryMark(new SourceMark(Kafka, i, i)));
        Assert.False(batch.TryMark(new SourceMark(Kafka, 255, 0)));
        Assert.True(batch.TryMark(new SourceMark(Kafka, 7, 8)));
        journal.SetFull("full");
        for (int i = 0; i < 3; i++) Assert.False(journal.Shard(0).Append(batch).Appended);
        journal.SetFull(null);
        Assert.True(journal.Shard(0).Append(batch).Appended);
        StoredRecord record = Assert.Single(StoredRecord.Of(journal.Shard(0)));
        Assert.Equal(Enumerable.Range(0, 255).Select(p => new SourceMark(Kafka, p, p == 7 ? 8 : p)), record.Marks);
    }

    // The fsync of the marks at a segment's begin is like any other: when it fails, nothing more is taken.
    [Fact]
    public void A_failed_sync_of_a_new_segments_marks_stops_the_journal()
    {
        bool fails = false;
        _rig.Options = _rig.Options with
        {
            FlushToDisk = file =>
            {
                if (fails) throw new IOException("Input/output error");
                RandomAccess.FlushToDisk(file);
            },
        };
        ReadingJournal journal = _rig.Open();
        Group(journal, 900);
        Group(journal, 900);
        fails = true;
        AppendOutcome refused = journal.Shard(0).Append(_rig.Filled(900));
        Assert.False(refused.Appended);
        Assert.Contains("fsync failed", refused.Reason, StringComparison.Ordinal);
        fails = false;
        Assert.False(journal.Shard(0).Append(_rig.Filled(900)).Appended);
        journal.Dispose();
        using ReadingJournal again = _rig.Open();
        Assert.Equal(1800, again.Shard(0).RecoveredMark(Kafka, 0));
    }

    [Fact]
    public void Append_with_marks_allocates_nothing_within_a_segment()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 64 << 20 };
        using ReadingJournal journal = _rig.Open();
        ReadingBatch batch = _rig.Filled(1000);
        long before = 0;
        for (int i = 0; i < 200; i++)
        {
            if (i == 50) before = GC.GetAllocatedBytesForCurrentThread();
            batch.ClearMarks();
            for (int partition = 0; partition < 20; partition++) batch.TryMark(new SourceMark(Kafka, partition, i));
            journal.Shard(0).Append(batch);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
