using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Shaping;
using HyperIngest.Core.Sharding;
using HyperIngest.Tests.Unit.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Sharding;

public sealed class MarkedShardTests : IDisposable
{
    private const ulong Kafka = 0xfeed;
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly JournalRig _rig = new();
    private readonly MpscRing<Reading> _ring = new(1 << 10);
    private readonly BatchPool _pool = new(1000, 8);
    private Action<ReadingBatch> _onAppended = _ => { };
    private Exception? _failure;
    private long _published;

    public void Dispose() => _rig.Dispose();

    private (Shard Shard, ShardInlet Inlet) Build(ReadingJournal journal, int maxReadings, TimeSpan maxAge)
    {
        BatchOptions options = new() { MaxReadings = maxReadings, MaxAge = maxAge };
        Shard shard = new(0, _ring, _pool, journal.Shard(0), options, batch => _onAppended(batch), e => Volatile.Write(ref _failure, e), NullLogger.Instance);
        return (shard, new ShardInlet(shard));
    }

    private long Group(ShardInlet inlet, int count, long position, int partition = 0, ulong source = Kafka)
    {
        long end = -1;
        Waiting.Until(() => TryGroup(inlet, count, new SourceMark(source, partition, position), out end), "the ring has room");
        return end;
    }

    private bool TryGroup(ShardInlet inlet, int count, SourceMark mark, out long end)
    {
        bool claimed = inlet.TryClaimMarked(mark, count, out MarkedClaim claim);
        end = claimed ? claim.End : -1;
        if (!claimed) return false;
        for (int i = 0; i < count; i++) claim.Readings[i] = JournalRig.Make(_published++);
        inlet.Publish(claim);
        return true;
    }

    private void Plain(ShardInlet inlet, int count)
    {
        Assert.True(inlet.TryClaim(count, out RingClaim<Reading> claim));
        for (int i = 0; i < count; i++) claim[i] = JournalRig.Make(_published++);
        inlet.Publish(claim);
    }

    private static (int Readings, SourceMark[] Marks)[] Shapes(ReadingJournal journal) =>
        [.. StoredRecord.Of(journal.Shard(0)).Select(r => (r.Readings.Count, r.Marks.ToArray()))];

    [Fact]
    public void A_group_that_does_not_fit_what_is_left_of_the_batch_goes_into_the_next_as_a_whole()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 100, Never);
        Plain(inlet, 30);
        Group(inlet, 50, position: 50);
        Plain(inlet, 5);
        Group(inlet, 16, position: 66);
        Plain(inlet, 90);
        shard.Start(null);
        Assert.True(shard.Drain(Long));
        Assert.Collection(
            Shapes(journal),
            r => Assert.Equal((85, "50"), (r.Readings, Positions(r.Marks))),
            r => Assert.Equal((100, "66"), (r.Readings, Positions(r.Marks))),
            r => Assert.Equal((6, ""), (r.Readings, Positions(r.Marks))));
        Assert.Equal(JournalRig.Range(0, _published), _rig.ReadAll(journal).Numbers);
        Assert.Null(_failure);
    }

    [Fact]
    public void A_group_that_fills_the_batch_exactly_seals_it_and_one_as_large_as_a_batch_is_taken()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 100, Never);
        Assert.Equal(100, inlet.MaxMarked);
        Plain(inlet, 60);
        Group(inlet, 40, position: 40);
        Group(inlet, 100, position: 140);
        Group(inlet, 100, position: 240);
        Assert.Throws<ArgumentOutOfRangeException>(() => inlet.TryClaimMarked(new SourceMark(Kafka, 0, 341), 101, out _));
        shard.Start(null);
        Assert.True(shard.Drain(Long));
        Assert.Equal([(100, "40"), (100, "140"), (100, "240")], Shapes(journal).Select(r => (r.Readings, Positions(r.Marks))));
        Assert.Equal(3, shard.Batches);
    }

    [Fact]
    public void A_group_that_passes_the_rings_end_stays_in_one_record()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 300, TimeSpan.FromTicks(1));
        shard.Start(null);
        // 1 + 100 slots a group in a ring of 1024: the end falls on every place of a group, also between its mark and its first reading.
        long end = 0;
        for (int i = 1; i <= 1100; i++) end = Group(inlet, 100, position: i * 100L);
        Assert.True(shard.Drain(Long));
        foreach ((int readings, SourceMark[] marks) in Shapes(journal)) Assert.True(readings % 100 == 0 && marks.Length == 1 || readings == 0, $"{readings} readings, {marks.Length} marks");
        Assert.Equal(JournalRig.Range(0, 110_000), _rig.ReadAll(journal).Numbers);
        shard.Durable(journal.Shard(0).Sync());
        Assert.Equal((end, 1100 * 101), (inlet.DurableSequence, end));
    }

    // With a batch that is too old at every look, each seal falls wherever it may.
    [Fact]
    public void An_age_seal_never_cuts_a_group()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 1000, TimeSpan.FromTicks(1));
        Random random = new(5);
        shard.Start(null);
        long taken = 0;
        for (int i = 0; i < 2000; i++)
        {
            int count = random.Next(0, 60);
            Group(inlet, count, position: taken + count);
            taken += count;
        }
        Assert.True(shard.Drain(Long));
        long before = 0;
        foreach ((int readings, SourceMark[] marks) in Shapes(journal))
        {
            // The record's newest mark says exactly what is in the journal up to here; a segment's first says what was before it.
            before += readings;
            Assert.Equal(before, Assert.Single(marks).Position);
        }
        Assert.Equal(taken, before);
    }

    [Fact]
    public void Of_one_partition_the_last_mark_stays_and_the_256th_partition_begins_a_batch()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 1000, Never);
        for (int round = 1; round <= 2; round++)
        {
            for (int partition = 0; partition < 255; partition++) Group(inlet, 0, position: round, partition);
        }
        Group(inlet, 3, position: 7, partition: 255);
        Group(inlet, 1, position: 3, partition: 4);
        Group(inlet, 1, position: 9, partition: 4, source: 1);
        shard.Start(null);
        Assert.True(shard.Drain(Long));
        var records = Shapes(journal);
        Assert.Equal([(0, 255), (5, 3)], records.Select(r => (r.Readings, r.Marks.Length)));
        Assert.All(records[0].Marks, m => Assert.Equal(2, m.Position));
        Assert.Equal([new(Kafka, 255, 7), new(Kafka, 4, 3), new SourceMark(1, 4, 9)], records[1].Marks);
        Assert.All(records.SelectMany(r => r.Marks), m => Assert.Equal(0, m.Readings));
    }

    [Fact]
    public void A_group_that_was_shaped_away_leaves_its_mark_and_becomes_durable()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 100, TimeSpan.FromMilliseconds(1));
        int appended = 0;
        _onAppended = _ => Interlocked.Increment(ref appended);
        shard.Start(new Shaper(new Dictionary<int, ShapingRule> { [5] = new() { Deadband = 10 } }));
        void Still(int count, long position)
        {
            Assert.True(inlet.TryClaimMarked(new SourceMark(Kafka, 0, position), count, out MarkedClaim claim));
            for (int i = 0; i < count; i++) claim.Readings[i] = new Reading(5, 0, 0, JournalRig.FirstTime, 0);
            long end = claim.End;
            inlet.Publish(claim);
            Waiting.Until(
                () =>
                {
                    shard.Durable(journal.Shard(0).Sync());
                    return inlet.DurableSequence == end;
                },
                "the group is durable");
        }
        Still(10, position: 10);
        Still(10, position: 20);
        Assert.Equal([(1, "10"), (0, "20")], Shapes(journal).Select(r => (r.Readings, Positions(r.Marks))));
        Assert.Equal(1, appended);
        Assert.Equal((1, 2), (shard.Readings, shard.Batches));
        Assert.True(shard.Drain(Long));
    }

    [Fact]
    public void Readings_without_a_mark_that_are_all_shaped_away_become_durable_without_a_record()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 100, TimeSpan.FromMilliseconds(1));
        shard.Start(new Shaper(new Dictionary<int, ShapingRule> { [5] = new() { Deadband = 10 } }));
        for (int i = 1; i <= 5; i++)
        {
            Assert.True(inlet.TryClaim(20, out RingClaim<Reading> claim));
            for (int k = 0; k < 20; k++) claim[k] = new Reading(5, 0, 0, JournalRig.FirstTime, 0);
            inlet.Publish(claim);
            long end = i * 20;
            Waiting.Until(
                () =>
                {
                    shard.Durable(journal.Shard(0).Sync());
                    return inlet.DurableSequence == end;
                },
                "what was shaped away is durable");
        }
        Assert.True(shard.Drain(Long));
        Assert.Equal([(1, "")], Shapes(journal).Select(r => (r.Readings, Positions(r.Marks))));
    }

    [Fact]
    public void A_refused_append_keeps_the_sequence_back_until_it_was_retried()
    {
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 100, TimeSpan.FromMilliseconds(1));
        shard.Start(null);
        journal.SetFull("the disk is full");
        long end = Group(inlet, 10, position: 10);
        Waiting.Until(() => shard.Refusal is not null, "the append is refused");
        shard.Durable(journal.Shard(0).Sync());
        Assert.Equal(0, inlet.DurableSequence);
        journal.SetFull(null);
        Waiting.Until(() => shard.Batches == 1, "the append is retried");
        Assert.True(shard.Drain(Long));
        shard.Durable(journal.Shard(0).Sync());
        Assert.Equal(end, inlet.DurableSequence);
        Assert.Equal([(10, "10")], Shapes(journal).Select(r => (r.Readings, Positions(r.Marks))));
    }

    // Each look: what is said to be durable must be whole in the records that a sync has passed.
    [Theory]
    [InlineData(11, FsyncPolicy.Interval)]
    [InlineData(12, FsyncPolicy.Never)]
    [InlineData(13, FsyncPolicy.EveryBatch)]
    public void The_durable_sequence_never_runs_ahead_of_the_journals_durable_offset(int seed, FsyncPolicy policy)
    {
        _rig.Options = _rig.Options with { Fsync = policy, FsyncInterval = TimeSpan.FromMilliseconds(1) };
        ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 200, TimeSpan.FromMilliseconds(1));
        Random random = new(seed);
        journal.StartSyncing((_, durable) => shard.Durable(durable));
        shard.Start(null);
        List<(long End, long Position)> groups = [];
        List<(long Sequence, long Durable)> looks = [];
        long taken = 0;
        for (int i = 0; i < 1500; i++)
        {
            int count = random.Next(0, 120);
            taken += count;
            groups.Add((Group(inlet, count, taken), taken));
            // The sequence first: the offset, read later, may only be further.
            long sequence = inlet.DurableSequence;
            looks.Add((sequence, journal.Shard(0).DurableOffset));
        }
        Waiting.Until(() => inlet.DurableSequence == groups[^1].End, "all is durable");
        Assert.True(shard.Drain(Long));
        List<StoredRecord> records = StoredRecord.Of(journal.Shard(0));
        foreach ((long sequence, long durable) in looks)
        {
            long position = groups.LastOrDefault(g => g.End <= sequence).Position;
            Assert.InRange(position, 0, records.Where(r => r.End <= durable).Sum(r => r.Readings.Count));
        }
        Assert.True(looks.Zip(looks.Skip(1)).All(l => l.First.Sequence <= l.Second.Sequence));
        Assert.Equal(JournalRig.Range(0, taken), _rig.ReadAll(journal).Numbers);
        journal.Dispose();
    }

    [Fact]
    public void Taking_and_appending_marked_groups_allocates_nothing()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 64 << 20 };
        using ReadingJournal journal = _rig.Open();
        (Shard shard, ShardInlet inlet) = Build(journal, 200, Never);
        long at1000 = 0, at2000 = -1;
        int appended = 0;
        // On the shard's thread.
        _onAppended = _ =>
        {
            if (++appended == 1000) at1000 = GC.GetAllocatedBytesForCurrentThread();
            else if (appended == 2000) at2000 = GC.GetAllocatedBytesForCurrentThread();
        };
        shard.Start(null);
        for (int i = 1; i <= 4300; i++) Group(inlet, 99, i * 99L, partition: i % 8);
        Assert.True(shard.Drain(Long));
        Assert.True(appended > 2000);
        Assert.Equal(0, at2000 - at1000);
    }

    [Fact]
    public void Claiming_and_publishing_a_group_allocates_nothing()
    {
        MpscRing<Reading> ring = new(1 << 10);
        ShardInlet inlet = new(0, ring);
        long before = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (i == 10_000) before = GC.GetAllocatedBytesForCurrentThread();
            if (!inlet.TryClaimMarked(new SourceMark(Kafka, 0, i), 50, out MarkedClaim claim)) throw new InvalidOperationException("The ring is empty and has no room.");
            claim.Readings[0] = default;
            inlet.Publish(claim);
            while (ring.Peek() is { IsEmpty: false } seen) ring.Release(seen.Length);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Positions(SourceMark[] marks) => string.Join(' ', marks.Select(m => m.Position));
}
