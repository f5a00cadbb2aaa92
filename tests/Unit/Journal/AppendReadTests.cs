using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class AppendReadTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void What_was_appended_is_read_back_over_many_segments_and_restarts()
    {
        Random random = new(1);
        long end = 0;
        for (int life = 0; life < 4; life++)
        {
            using ReadingJournal journal = _rig.Open();
            Assert.Empty(journal.Cuts);
            Assert.Equal(end, journal.Shard(0).EndOffset);
            for (int i = 0; i < 40; i++)
            {
                JournalPosition at = _rig.Append(journal, random.Next(1, 1000));
                Assert.Equal(end, at.Offset);
                Assert.True(journal.Shard(0).EndOffset > end);
                end = journal.Shard(0).EndOffset;
            }
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
            Assert.Equal(JournalRig.Range(0, _rig.Next), numbers);
            Assert.Empty(gaps);
            journal.Shard(0).Sync();
        }
        Assert.True(_rig.SegmentFiles().Length > 20);
        Assert.Equal(end, _rig.SegmentFiles().Sum(f => new FileInfo(f).Length));
    }

    [Fact]
    public void Reading_from_any_record_gives_that_record_and_all_behind_it()
    {
        using ReadingJournal journal = _rig.Open();
        List<(JournalPosition At, long First)> records = [];
        for (int i = 0; i < 30; i++)
        {
            long first = _rig.Next;
            records.Add((_rig.Append(journal, 300), first));
        }
        foreach ((JournalPosition at, long first) in records)
        {
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal, at);
            Assert.Equal(JournalRig.Range(first, _rig.Next), numbers);
            Assert.Empty(gaps);
        }
    }

    [Fact]
    public void A_record_never_straddles_segments()
    {
        using ReadingJournal journal = _rig.Open();
        for (int i = 0; i < 50; i++) _rig.Append(journal, 900);
        journal.Shard(0).Sync();
        foreach (Segment segment in journal.Shard(0).Held.All())
        {
            using var file = segment.OpenRead();
            long at = segment.Start;
            while (SegmentScan.TryReadHeaderAt(file, segment, at, journal.Shard(0).Stamp, out JournalRecord record)) at = record.End;
            Assert.Equal(segment.End, at);
            Assert.True(segment.End - segment.Start <= _rig.Options.SegmentBytes);
        }
    }

    [Fact]
    public void A_record_larger_than_a_segment_gets_one_of_its_own()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 4096 };
        using ReadingJournal journal = _rig.Open();
        for (int i = 0; i < 5; i++) _rig.Append(journal, 1000);
        Assert.Equal(5, _rig.SegmentFiles().Length);
        Assert.Equal(JournalRig.Range(0, 5000), _rig.ReadAll(journal).Numbers);
    }

    [Fact]
    public void The_batch_is_told_where_its_record_stands()
    {
        using ReadingJournal journal = _rig.Open(shards: 2);
        ReadingBatch batch = _rig.Filled(10);
        Assert.True(journal.Shard(1).Append(batch).Appended);
        Assert.Equal((0, 64 + 320, 1), (batch.Offset, batch.NextOffset, batch.Shard));
        ReadingBatch read = _rig.Pool.Rent();
        using JournalReader reader = journal.Shard(1).OpenReader(JournalPosition.Start);
        Assert.Equal(ReadStatus.Read, reader.TryRead(read).Status);
        Assert.Equal((10, 0, 64 + 320, 1), (read.Count, read.Offset, read.NextOffset, read.Shard));
        Assert.Equal(ReadStatus.AtEnd, reader.TryRead(read).Status);
    }

    [Fact]
    public void An_empty_batch_is_refused_as_misuse()
    {
        using ReadingJournal journal = _rig.Open();
        Assert.Throws<ArgumentException>(() => journal.Shard(0).Append(_rig.Pool.Rent()));
    }

    [Fact]
    public void A_journal_open_to_read_or_closed_takes_nothing()
    {
        ReadingJournal journal = _rig.Open();
        _rig.Append(journal, 5);
        using (ReadingJournal reader = ReadingJournal.OpenRead(_rig.Folder)) Assert.Throws<InvalidOperationException>(() => reader.Shard(0).Append(_rig.Filled(1)));
        journal.Dispose();
        Assert.Throws<InvalidOperationException>(() => journal.Shard(0).Append(_rig.Filled(1)));
    }

    [Fact]
    public void A_record_too_large_for_the_readers_batch_is_said_so()
    {
        using ReadingJournal journal = _rig.Open();
        _rig.Append(journal, 100);
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch small = new BatchPool(50, 1).Rent();
        Assert.Contains("100 readings", Assert.Throws<InvalidDataException>(() => reader.TryRead(small)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_allocates_nothing_within_a_segment()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 64 << 20 };
        using ReadingJournal journal = _rig.Open();
        ReadingBatch batch = _rig.Filled(1000);
        for (int i = 0; i < 50; i++) journal.Shard(0).Append(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) journal.Shard(0).Append(batch);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Append_with_a_sync_each_batch_allocates_nothing_within_a_segment()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 64 << 20, Fsync = FsyncPolicy.EveryBatch };
        using ReadingJournal journal = _rig.Open();
        ReadingBatch batch = _rig.Filled(100);
        for (int i = 0; i < 50; i++) journal.Shard(0).Append(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) journal.Shard(0).Append(batch);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void TryRead_allocates_nothing_within_a_segment()
    {
        _rig.Options = _rig.Options with { SegmentBytes = 64 << 20 };
        using ReadingJournal journal = _rig.Open();
        for (int i = 0; i < 400; i++) _rig.Append(journal, 100);
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch batch = _rig.Pool.Rent();
        for (int i = 0; i < 100; i++) reader.TryRead(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int read = 0;
        while (reader.TryRead(batch).Status == ReadStatus.Read) read++;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(300, read);
    }
}
