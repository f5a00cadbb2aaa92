using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class RestartTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void After_a_clean_end_offsets_go_on_where_they_were()
    {
        for (int life = 0; life < 5; life++)
        {
            using ReadingJournal journal = _rig.Open();
            Assert.Equal(life / 2 * (64 + 320), journal.Shard(0).EndOffset);
            // Every other life appends nothing.
            if (life % 2 == 1) _rig.Append(journal, 10);
        }
    }

    [Fact]
    public void After_a_kill_offsets_jump_to_a_multiple_of_64_GiB_and_then_go_on_in_order()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 10);
        _rig.Kill(first);
        long jumped;
        using (ReadingJournal second = _rig.Open())
        {
            jumped = second.Shard(0).EndOffset;
            Assert.True(jumped >= RecoveredShard.RestartJump);
            Assert.Equal(0, jumped % RecoveredShard.RestartJump);
        }
        using (ReadingJournal third = _rig.Open())
        {
            // Closed in order, without a record.
            Assert.Equal(jumped, third.Shard(0).EndOffset);
            Assert.Equal(jumped, _rig.Append(third, 10).Offset);
        }
        using ReadingJournal fourth = _rig.Open();
        Assert.Equal(jumped + 64 + 320, fourth.Shard(0).EndOffset);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(fourth);
        Assert.Equal(JournalRig.Range(0, 20), numbers);
        Assert.Empty(gaps);
    }

    [Fact]
    public void Offsets_grow_over_many_kills_with_and_without_records()
    {
        long last = -1;
        for (int life = 0; life < 12; life++)
        {
            ReadingJournal journal = _rig.Open();
            if (life > 0) Assert.True(journal.Shard(0).EndOffset > last);
            if (life % 3 != 2) _rig.Append(journal, 10);
            last = journal.Shard(0).EndOffset;
            _rig.Kill(journal);
        }
        using ReadingJournal end = _rig.Open();
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(end);
        Assert.Equal(JournalRig.Range(0, 80), numbers);
        Assert.Empty(gaps);
    }

    [Fact]
    public void Offsets_do_not_start_over_when_retention_has_taken_every_segment_and_the_process_is_killed()
    {
        long end;
        using (ReadingJournal first = _rig.Open())
        {
            _rig.Append(first, 10);
            end = first.Shard(0).EndOffset;
        }
        ReadingJournal second = _rig.Open();
        second.Shard(0).Held.Delete(Assert.Single(second.Shard(0).Held.All()));
        _rig.Kill(second);
        using ReadingJournal third = _rig.Open();
        Assert.True(third.Shard(0).EndOffset > end);
        Assert.Equal(end, third.Shard(0).RecoveredRecordsEnd);
    }

    [Fact]
    public void A_last_segment_that_lost_its_bytes_does_not_start_offsets_over()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 10);
        _rig.Kill(first);
        // A power cut took the bytes and left the name.
        File.WriteAllBytes(_rig.SegmentFiles()[0], []);
        using ReadingJournal second = _rig.Open();
        Assert.True(second.Shard(0).EndOffset >= RecoveredShard.RestartJump);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(320 + 64)]
    [InlineData(2 * (320 + 64))]
    public void A_reader_with_an_old_cursor_sees_no_gap_over_the_jump(long cursor)
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 10);
        _rig.Append(first, 10);
        _rig.Kill(first);
        using ReadingJournal journal = _rig.Open();
        _rig.Append(journal, 10);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal, new JournalPosition(cursor, 0));
        Assert.Empty(gaps);
        Assert.Equal(JournalRig.Range(cursor / (320 + 64) * 10, 30), numbers);
    }

    [Fact]
    public void A_cursor_in_a_lost_tail_never_points_past_new_records()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 10);
        JournalPosition torn = _rig.Append(first, 10);
        long cursor = first.Shard(0).EndOffset;
        _rig.Kill(first);
        using (FileStream stream = new(_rig.SegmentFiles()[0], FileMode.Open)) stream.SetLength(torn.Offset + 50);
        using ReadingJournal journal = _rig.Open();
        JournalPosition next = _rig.Append(journal, 10);
        Assert.True(next.Offset > cursor);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal, new JournalPosition(cursor, 0));
        Assert.Equal(JournalRig.Range(20, 30), numbers);
        Assert.Empty(gaps);
    }

    [Fact]
    public void A_lane_behind_a_jump_loses_nothing_and_ends_at_the_journals_end()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 10);
        _rig.Append(first, 10);
        _rig.Kill(first);
        using ReadingJournal journal = _rig.Open();
        ShardLaneLog log = new(journal, 0);
        List<(long, long)> lost = [];
        using LaneFeed feed = new(log, _rig.Pool, memoryBatches: 4) { Lost = (from, to) => lost.Add((from, to)) };
        feed.SeekTo(new JournalPosition(320 + 64, 4));
        DeliveryChunk chunk = new();
        Assert.Equal(2 * (320 + 64), log.BytesFrom(0));
        Assert.Equal(FeedOutcome.Filled, feed.Fill(chunk, 1000));
        Assert.Equal(6, chunk.Count);
        // All delivered: the cursor is the end, not 64 GiB before it.
        Assert.Equal(journal.Shard(0).EndOffset, chunk.End.Offset);
        Assert.Equal(0, log.BytesFrom(chunk.End.Offset));
        chunk.Clear();
        Assert.Equal(FeedOutcome.Empty, feed.Fill(chunk, 1000));

        ReadingBatch batch = _rig.Filled(10);
        Assert.True(journal.Shard(0).Append(batch).Appended);
        Assert.True(feed.Offer(batch));
        Assert.Equal(FeedOutcome.Filled, feed.Fill(chunk, 1000));
        Assert.Equal(JournalRig.Make(_rig.Next), chunk.ReadingAt(0));
        Assert.Equal(1, feed.FromMemory);
        Assert.Empty(lost);
        chunk.Clear();
    }

    [Fact]
    public void A_lane_is_told_of_missing_records_with_their_offsets()
    {
        ReadingJournal first = _rig.Open();
        for (int i = 0; i < 6; i++) _rig.Append(first, 900);
        first.Dispose();
        string[] files = _rig.SegmentFiles();
        File.Delete(files[1]);
        using ReadingJournal journal = _rig.Open();
        List<(long From, long To)> lost = [];
        using LaneFeed feed = new(new ShardLaneLog(journal, 0), _rig.Pool, memoryBatches: 4) { Lost = (from, to) => lost.Add((from, to)) };
        feed.SeekTo(JournalPosition.Start);
        DeliveryChunk chunk = new();
        while (feed.Fill(chunk, 100_000) != FeedOutcome.Empty && chunk.Count < 3600) { }
        Assert.Equal(3600, chunk.Count);
        Assert.Equal((2 * 28_864, 4 * 28_864), Assert.Single(lost));
        chunk.Clear();
    }
}
