using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class ThinningTests : IDisposable
{
    // Two records in a segment of 64 KiB.
    private const int PerRecord = 900;
    private const long SegmentBytes = 2 * (64 + (PerRecord * 32));

    private readonly JournalRig _rig = new();
    private readonly ClassedJournal _classed;

    public ThinningTests() => _classed = new ClassedJournal(_rig);

    public void Dispose()
    {
        _classed.Journal?.Dispose();
        _rig.Dispose();
    }

    private ReadingJournal OpenWith(long limit)
    {
        _rig.Options = _rig.Options with { Retention = new JournalRetention { LimitBytes = limit, MaxBytes = long.MaxValue } };
        _classed.Open();
        _classed.Shard.SetCursor("down", JournalPosition.Start);
        return _classed.Journal;
    }

    [Fact]
    public void Logs_go_before_events_before_telemetry_and_alarms_never()
    {
        OpenWith(8 * SegmentBytes);
        HashSet<Classification> went = [];
        for (int i = 0; i < 60; i++)
        {
            _classed.Append(1, PerRecord);
            long[] before = [.. ClassedJournal.Droppable.Select(_classed.Dropped)];
            _classed.Retain();
            _classed.AssertAccountsForAll(_rig.Next);
            Assert.True(_classed.Journal.Bytes <= 8 * SegmentBytes);
            // The newest segment is being written; in all others a class goes only when there is nothing left of those below it.
            long written = _classed.Shard.Held.All()[^1].Start / (SegmentBytes / 2) * PerRecord;
            List<long> there = _classed.NumbersFrom(JournalPosition.Start);
            foreach (Classification of in ClassedJournal.Droppable)
            {
                if (_classed.Dropped(of) == before[(int)of]) continue;
                went.Add(of);
                Assert.DoesNotContain(there, n => n < written && ClassedJournal.ClassOf(n) < of);
                // The oldest of a class first.
                long oldest = there.Where(n => ClassedJournal.ClassOf(n) == of).Append(long.MaxValue).Min();
                Assert.Equal(JournalRig.Range(0, Math.Min(oldest, _rig.Next)).LongCount(n => ClassedJournal.ClassOf(n) == of), _classed.Dropped(of));
            }
        }
        Assert.Equal(ClassedJournal.Droppable, went.Order());
    }

    [Fact]
    public void With_nothing_but_alarms_left_intake_stops_until_a_sink_has_taken_them()
    {
        ReadingJournal journal = OpenWith(3 * SegmentBytes);
        AppendOutcome outcome;
        do
        {
            ReadingBatch batch = _rig.Filled(PerRecord);
            outcome = _classed.Shard.Append(batch);
            batch.Release();
            if (!outcome.Appended) break;
            _rig.Next += PerRecord;
            _classed.Shard.Sync();
            _classed.Retain();
        }
        while (_rig.Next < 1_000_000);
        Assert.False(outcome.Appended);
        Assert.Contains($"{3 * SegmentBytes} bytes with alarms", outcome.Reason, StringComparison.Ordinal);
        _classed.AssertAccountsForAll(_rig.Next);
        long newest = _classed.Shard.Held.All()[^1].Start;
        Assert.DoesNotContain(_classed.NumbersFrom(JournalPosition.Start), n => n < newest / (SegmentBytes / 2) * PerRecord && ClassedJournal.ClassOf(n) != Classification.Alarm);

        _classed.Shard.SetCursor("down", new JournalPosition(newest, 0));
        _classed.Retain();
        Assert.Null(journal.Refusal);
        _classed.Append(1, PerRecord);
    }

    [Fact]
    public void A_segment_with_nothing_left_is_deleted()
    {
        ReadingJournal journal = OpenWith(2 * SegmentBytes);
        // Only logs: the series that end in 1.
        for (int i = 0; i < 20; i++)
        {
            ReadingBatch batch = _rig.Filled(PerRecord);
            for (int n = 0; n < PerRecord; n++) batch.Slots[n] = new Reading(1, 0, 0, JournalRig.FirstTime + n, n);
            Assert.True(journal.Shard(0).Append(batch).Appended);
            batch.Release();
        }
        journal.Shard(0).Sync();
        _classed.Retain();
        Assert.Equal(2, _rig.SegmentFiles().Length);
        Assert.Equal(16 * PerRecord, _classed.Dropped(Classification.Log));
    }

    [Fact]
    public void A_position_means_the_same_reading_however_often_its_record_was_thinned_and_over_restarts()
    {
        // Every position there ever was, and the number of the first reading behind it.
        List<(JournalPosition At, long Next)> positions = [];
        void Note(ReadingBatch batch)
        {
            for (int i = 0; i < batch.Count; i += 37) positions.Add((new JournalPosition(batch.Offset, batch.IndexOf(i)), JournalRig.NumberOf(batch.Readings[i])));
        }
        int records = 0;
        // The lower the limit, the more classes go.
        foreach (long limit in new[] { 100, 9, 7, 3 })
        {
            OpenWith(limit * SegmentBytes);
            if (records == 0)
            {
                // Of all sizes: small records are joined into larger ones.
                foreach (int readings in new[] { 1, 7, 300, 20, 1000, 5, 5, 5, 250, 900, 900 }) _rig.Append(_classed.Journal, readings);
                for (records = 11; records < 31; records++) _rig.Append(_classed.Journal, PerRecord);
                _classed.Shard.Sync();
            }
            _classed.Retain();
            List<long> there = _classed.NumbersFrom(JournalPosition.Start, Note);
            foreach ((JournalPosition at, long next) in positions) Assert.Equal(there.Where(n => n >= next), _classed.NumbersFrom(at));
            Assert.Empty(_rig.ReadAll(_classed.Journal).Gaps);
            long bytes = _classed.Journal.Bytes;
            _classed.Journal.Dispose();
            _classed.Open();
            Assert.Equal(bytes, _classed.Journal.Bytes);
            Assert.Equal(there, _classed.NumbersFrom(JournalPosition.Start));
            Assert.Empty(_classed.Journal.Cuts);
            _classed.Journal.Dispose();
        }
        Assert.True(positions.Count > 1000);
        _classed.Open();
        Assert.Equal(4, _classed.Losses().Select(l => l.GetProperty("class").GetString()).Append("alarm").Distinct().Count());
    }

    [Fact]
    public void Small_records_are_joined_so_that_what_stays_of_them_takes_few_blocks()
    {
        ReadingJournal journal = OpenWith(4 * SegmentBytes);
        for (int i = 0; i < 2500; i++) _rig.Append(journal, 10);
        journal.Shard(0).Sync();
        _classed.Retain();
        _classed.AssertAccountsForAll(_rig.Next);
        Segment first = journal.Shard(0).Held.All()[0];
        // Some 170 records of ten readings, one of them an alarm: 5.4 KiB, and each record would be in a block of its own or share one with its neighbour.
        Assert.True(first.StoredBytes <= 3 * 4096, $"{first.StoredBytes} bytes");
        Assert.Equal(new FileInfo(first.Path).Length, first.End - first.Start);
    }

    [Fact]
    public void What_stays_between_what_goes_is_told_in_as_many_records_as_it_needs()
    {
        using JournalRig rig = new(batchReadings: 4096);
        rig.Options = rig.Options with { SegmentBytes = 1 << 18, Retention = new JournalRetention { LimitBytes = 1 << 19, MaxBytes = long.MaxValue } };
        using ReadingJournal journal = rig.Open();
        int log = journal.Catalog.Register(new SeriesDefinition("d", "log", Classification: Classification.Log));
        int alarm = journal.Catalog.Register(new SeriesDefinition("d", "alarm", Classification: Classification.Alarm));
        journal.Shard(0).SetCursor("down", JournalPosition.Start);
        for (int i = 0; i < 16; i++)
        {
            ReadingBatch batch = rig.Filled(4096);
            // Every second one stays: 2,048 runs a record, and a record can tell of 1,020.
            for (int n = 0; n < 4096; n++) batch.Slots[n] = new Reading(n % 2 == 0 ? log : alarm, 0, 0, JournalRig.FirstTime, (i * 4096) + n);
            Assert.True(journal.Shard(0).Append(batch).Appended);
            batch.Release();
        }
        journal.Shard(0).Sync();
        JournalRetentionPass pass = new(journal, new JournalMetrics(rig.Metrics), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        pass.Apply(DateTime.UtcNow);
        Assert.Equal(15 * 2048, journal.DroppedReadings);

        ReadingBatch read = rig.Pool.Rent();
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        long alarms = 0, logs = 0;
        while (reader.TryRead(read).Status == ReadStatus.Read)
        {
            for (int i = 0; i < read.Count; i++)
            {
                Reading reading = read.Readings[i];
                if (reading.SeriesId == log)
                {
                    logs++;
                    continue;
                }
                Assert.Equal((2 * alarms++) + 1, reading.ValueBits);
                // The position is the one the reading was appended at.
                Assert.Equal(AppendedAt(reading.ValueBits), read.Offset + 64 + (32L * read.IndexOf(i)));
            }
        }
        Assert.Equal((16 * 2048, 16 * 2048), (alarms, logs + journal.DroppedReadings));

        // A cursor from before, in the middle of what are three records now.
        foreach (int index in new[] { 0, 1, 1000, 1366, 1367, 3000, 4000, 4095 })
        {
            JournalPosition at = new(64 + (4096 * 32), index);
            using JournalReader from = journal.Shard(0).OpenReader(at);
            int first;
            do
            {
                Assert.Equal(ReadStatus.Read, from.TryRead(read).Status);
                Assert.Equal(at.Offset, read.Offset);
                first = read.FirstFrom(at.Index);
                at = new JournalPosition(read.NextOffset, read.IndexInNext(at.Index));
            }
            while (first == read.Count);
            Assert.Equal((4096 + index) | 1, read.Readings[first].ValueBits);
        }
        static long AppendedAt(long n) => ((n / 4096) * (64 + (4096 * 32))) + 64 + (n % 4096 * 32);
    }

    [Fact]
    public void Segments_with_marks_are_thinned_like_others_and_recovery_still_finds_the_marks()
    {
        OpenWith(8 * SegmentBytes);
        ulong source = SourceMark.SourceOf("kafka-in");
        // Room for the marks each segment begins with, and for one a record: two records a segment still.
        const int readings = PerRecord - 8;
        const int rounds = 60;
        for (int i = 0; i < rounds; i++)
        {
            ReadingBatch batch = _rig.Filled(readings);
            Assert.True(batch.TryMark(new SourceMark(source, i % 3, i)));
            Assert.True(_classed.Shard.Append(batch).Appended);
            batch.Release();
            _rig.Next += readings;
            _classed.Shard.Sync();
            _classed.Retain();
        }
        Assert.True(_classed.Dropped(Classification.Log) > 0 && _classed.Dropped(Classification.Telemetry) > 0);
        _classed.AssertAccountsForAll(_rig.Next);
        List<long> there = _classed.NumbersFrom(JournalPosition.Start);

        _rig.Kill(_classed.Journal);
        _classed.Open();
        Assert.Equal(there, _classed.NumbersFrom(JournalPosition.Start));
        for (int partition = 0; partition < 3; partition++) Assert.Equal(rounds - 3 + partition, _classed.Shard.RecoveredMark(source, partition));
    }

    [Fact]
    public void A_segment_that_a_reader_stands_in_or_a_lane_has_in_hand_is_left_alone()
    {
        ReadingJournal journal = OpenWith(6 * SegmentBytes);
        using ShardLaneLog lane = new(journal, 0);
        lane.SetCursor("down", JournalPosition.Start);
        _classed.Append(20, PerRecord);
        // In hand: the first segment's two records, the second of them read and neither delivered. The reader stands in the second segment.
        ReadingBatch batch = _rig.Pool.Rent();
        ILaneLogReader reader = lane.OpenReader(0);
        for (int i = 0; i < 3; i++) Assert.Equal(LaneReadStatus.Read, reader.TryRead(batch).Status);
        _classed.Retain();
        List<long> there = _classed.NumbersFrom(JournalPosition.Start);
        Assert.Equal(JournalRig.Range(0, 4 * PerRecord), there.TakeWhile(n => n < 4 * PerRecord));
        Assert.DoesNotContain(there, n => n is >= 4 * PerRecord and < 18 * PerRecord && ClassedJournal.ClassOf(n) == Classification.Log);
        reader.Dispose();

        // Delivered up to the middle of the third record: what was in hand is not any more, and what was delivered is no loss.
        long dropped = _classed.Journal.DroppedReadings;
        lane.SetCursor("down", new JournalPosition(SegmentBytes, 100));
        lane.SetCursor("down", new JournalPosition(0, 0));
        _classed.Append(2, PerRecord);
        _classed.Retain();
        Assert.True(_classed.Journal.DroppedReadings > dropped);
        Assert.NotEqual(0, _classed.NumbersFrom(JournalPosition.Start)[1] - 1);
        _classed.AssertAccountsForAll(_rig.Next);
    }

    [Fact]
    public void What_waits_in_a_lanes_memory_is_left_alone()
    {
        ReadingJournal journal = OpenWith(3 * SegmentBytes);
        using ShardLaneLog lane = new(journal, 0);
        lane.SetCursor("down", JournalPosition.Start);
        for (int i = 0; i < 20; i++)
        {
            JournalPosition at = _rig.Append(journal, PerRecord);
            if (i is 2 or 3) lane.Offered(at.Offset, at.Offset + (SegmentBytes / 2));
        }
        journal.Shard(0).Sync();
        _classed.Retain();
        List<long> there = _classed.NumbersFrom(JournalPosition.Start);
        Assert.Equal(2 * PerRecord, there.Count(n => n is >= 2 * PerRecord and < 4 * PerRecord));
        Assert.True(there.Count(n => n < 2 * PerRecord) < 2 * PerRecord);
        lane.Took(SegmentBytes);
        lane.Took(2 * SegmentBytes);
        lane.SetCursor("down", new JournalPosition(2 * SegmentBytes, 0));
        Assert.False(journal.Shard(0).Held.IsInUse(journal.Shard(0).Held.All()[1]));
    }

    [Fact]
    public void Readings_that_every_sink_has_are_not_called_dropped()
    {
        ReadingJournal journal = OpenWith(3 * SegmentBytes);
        _classed.Append(20, PerRecord);
        // 50 readings into the second record of the second segment.
        _classed.Shard.SetCursor("down", new JournalPosition(SegmentBytes + (SegmentBytes / 2), 50));
        _classed.Retain();
        HashSet<long> there = [.. _classed.NumbersFrom(JournalPosition.Start)];
        Assert.Equal(JournalRig.Range((3 * PerRecord) + 50, 20 * PerRecord).LongCount(n => !there.Contains(n)), journal.DroppedReadings);
        Assert.Equal(_classed.Losses().Sum(l => l.GetProperty("readings").GetInt64()), journal.DroppedReadings);
    }

    [Fact]
    public void Meeting_the_limit_asks_for_retention_at_once_and_not_with_the_next_segment()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 1 << 20 };
        ReadingJournal journal = OpenWith(100_000);
        _rig.Append(journal, PerRecord);
        Assert.True(journal.TakeRetentionRequest());
        _rig.Append(journal, PerRecord);
        _rig.Append(journal, PerRecord);
        Assert.False(journal.TakeRetentionRequest());
        _rig.Append(journal, PerRecord);
        Assert.True(journal.TakeRetentionRequest());
    }
}
