using HyperIngest.Core.Journal;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class RecoveryTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    // Three records, the last one of 5 readings; then the process is killed.
    private (JournalPosition Last, long End) ThreeRecords()
    {
        ReadingJournal journal = _rig.Open();
        _rig.Append(journal, 20);
        _rig.Append(journal, 30);
        JournalPosition last = _rig.Append(journal, 5);
        long end = journal.Shard(0).EndOffset;
        _rig.Kill(journal);
        return (last, end);
    }

    [Fact]
    public void A_tail_torn_at_any_byte_is_cut_at_the_last_whole_record_and_reported()
    {
        (JournalPosition last, long end) = ThreeRecords();
        string file = Assert.Single(_rig.SegmentFiles());
        byte[] whole = File.ReadAllBytes(file);
        Assert.Equal(end, whole.Length);
        string mark = Path.Combine(_rig.Folder, "shard-00", "end");
        byte[] openMark = File.ReadAllBytes(mark);
        for (int length = (int)last.Offset; length <= end; length++)
        {
            foreach (string old in _rig.SegmentFiles()) File.Delete(old);
            File.WriteAllBytes(file, whole[..length]);
            File.WriteAllBytes(mark, openMark);
            using ReadingJournal journal = _rig.Open();
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
            Assert.Empty(gaps);
            Assert.Equal(JournalRig.Range(0, length == end ? 55 : 50), numbers);
            if (length == last.Offset || length == end)
            {
                Assert.Empty(journal.Cuts);
                continue;
            }
            RecoveryCut cut = Assert.Single(journal.Cuts);
            Assert.Equal(new RecoveryCut(0, file, last.Offset, length, JournalRig.FirstTime + 49), cut);
            Assert.Equal(length - last.Offset, cut.Bytes);
            Assert.Equal(last.Offset, new FileInfo(file).Length);
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_the_last_record_costs_that_record_alone()
    {
        (JournalPosition last, long end) = ThreeRecords();
        string file = Assert.Single(_rig.SegmentFiles());
        byte[] whole = File.ReadAllBytes(file);
        for (long at = last.Offset; at < end; at++)
        {
            foreach (string old in _rig.SegmentFiles()) File.Delete(old);
            File.WriteAllBytes(file, whole);
            JournalRig.Flip(file, at, (byte)(1 << (int)(at % 8)));
            using ReadingJournal journal = _rig.Open();
            Assert.Equal(new RecoveryCut(0, file, last.Offset, end, JournalRig.FirstTime + 49), Assert.Single(journal.Cuts));
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
            Assert.Equal(JournalRig.Range(0, 50), numbers);
            Assert.Empty(gaps);
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_middle_record_is_a_gap_with_its_offsets_and_times_and_nothing_is_cut()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 20);
        JournalPosition middle = _rig.Append(first, 30);
        JournalPosition third = _rig.Append(first, 5);
        _rig.Kill(first);
        string file = Assert.Single(_rig.SegmentFiles());
        byte[] whole = File.ReadAllBytes(file);
        Random random = new(20260102);
        // Every byte of the header, and some of the readings.
        List<long> places = [.. JournalRig.Range(middle.Offset, middle.Offset + 64)];
        for (int i = 0; i < 60; i++) places.Add(random.NextInt64(middle.Offset, third.Offset));
        foreach (long at in places)
        {
            File.WriteAllBytes(file, whole);
            JournalRig.Flip(file, at, (byte)(1 << random.Next(8)));
            using ReadingJournal journal = _rig.Open();
            Assert.Empty(journal.Cuts);
            (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
            Assert.Equal(JournalRig.Range(0, 20).Concat(JournalRig.Range(50, 55)), numbers);
            LostRange expected = new(middle.Offset, third.Offset, JournalRig.FirstTime + 19, JournalRig.FirstTime + 50);
            Assert.Equal(expected, Assert.Single(gaps));
            // A reader that begins in the damage says the same; what was before, it does not know.
            Assert.Equal(expected with { AfterTime = 0 }, Assert.Single(_rig.ReadAll(journal, middle).Gaps));
        }
    }

    [Fact]
    public void A_count_with_a_flipped_high_bit_does_not_keep_the_journal_from_opening()
    {
        (JournalPosition last, _) = ThreeRecords();
        // Byte 18 of the header is the count's third: 5 becomes 65,541, more than any batch here.
        JournalRig.Flip(Assert.Single(_rig.SegmentFiles()), last.Offset + 18, 1);
        using ReadingJournal journal = _rig.Open();
        Assert.Single(journal.Cuts);
        Assert.Equal(JournalRig.Range(0, 50), _rig.ReadAll(journal).Numbers);
    }

    [Fact]
    public void Zeros_behind_the_end_are_cut_and_what_stands_before_them_stays()
    {
        (_, long end) = ThreeRecords();
        string file = Assert.Single(_rig.SegmentFiles());
        using (FileStream stream = new(file, FileMode.Open)) stream.SetLength(_rig.Options.SegmentBytes);
        using ReadingJournal journal = _rig.Open();
        Assert.Equal((end, _rig.Options.SegmentBytes), (journal.Cuts[0].FromOffset, journal.Cuts[0].ToOffset));
        Assert.Equal(JournalRig.Range(0, 55), _rig.ReadAll(journal).Numbers);
    }

    [Fact]
    public void Damage_before_the_last_whole_record_is_no_torn_tail()
    {
        ReadingJournal first = _rig.Open();
        JournalPosition begin = _rig.Append(first, 10);
        JournalPosition second = _rig.Append(first, 10);
        _rig.Kill(first);
        JournalRig.Flip(Assert.Single(_rig.SegmentFiles()), 70);
        using ReadingJournal journal = _rig.Open();
        Assert.Empty(journal.Cuts);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
        Assert.Equal(JournalRig.Range(10, 20), numbers);
        Assert.Equal(new LostRange(begin.Offset, second.Offset, 0, JournalRig.FirstTime + 10), Assert.Single(gaps));
    }

    [Fact]
    public void A_missing_middle_segment_is_a_gap_and_reading_goes_on_behind_it()
    {
        using ReadingJournal journal = _rig.Open();
        List<JournalPosition> records = [];
        for (int i = 0; i < 12; i++) records.Add(_rig.Append(journal, 900));
        journal.Shard(0).Sync();
        string[] files = _rig.SegmentFiles();
        // 900 readings are 28,864 bytes: two records a segment of 64 KiB.
        Assert.Equal(6, files.Length);
        File.Delete(files[2]);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
        Assert.Equal(JournalRig.Range(0, 3600).Concat(JournalRig.Range(5400, 10800)), numbers);
        LostRange expected = new(records[4].Offset, records[6].Offset, JournalRig.FirstTime + 3599, JournalRig.FirstTime + 5400);
        Assert.Equal(expected, Assert.Single(gaps));

        using ReadingJournal other = ReadingJournal.OpenRead(_rig.Folder);
        Assert.Equal(expected, Assert.Single(_rig.ReadAll(other).Gaps));
    }

    [Fact]
    public void A_segment_torn_in_its_first_record_is_reported_with_the_time_of_the_last_record_before_it()
    {
        ReadingJournal first = _rig.Open();
        while (_rig.SegmentFiles().Length < 3) _rig.Append(first, 900);
        _rig.Kill(first);
        string newest = _rig.SegmentFiles()[^1];
        // The segment's only readings; marks before them there are none.
        JournalRig.Flip(newest, 100, 0x20);
        using ReadingJournal journal = _rig.Open();
        RecoveryCut cut = Assert.Single(journal.Cuts);
        Assert.Equal((newest, JournalRig.FirstTime + _rig.Next - 901), (cut.File, cut.LastGoodTime));
        Assert.Equal(JournalRig.Range(0, _rig.Next - 900), _rig.ReadAll(journal).Numbers);
    }

    [Fact]
    public void A_missing_last_segment_of_a_journal_closed_in_order_is_reported_and_its_offsets_are_not_given_again()
    {
        long end;
        using (ReadingJournal first = _rig.Open())
        {
            for (int i = 0; i < 6; i++) _rig.Append(first, 900);
            end = first.Shard(0).EndOffset;
        }
        string[] files = _rig.SegmentFiles();
        File.Delete(files[^1]);
        using ReadingJournal journal = _rig.Open();
        RecoveryCut cut = Assert.Single(journal.Cuts);
        Assert.Equal((end, JournalRig.FirstTime + 3599), (cut.ToOffset, cut.LastGoodTime));
        Assert.True(journal.Shard(0).EndOffset > end);
    }

    [Fact]
    public void Bytes_of_another_journal_are_not_taken_for_records()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 40);
        _rig.Kill(first);
        using JournalRig stranger = new();
        ReadingJournal other = stranger.Open();
        stranger.Next = 1_000_000;
        stranger.Append(other, 40);
        stranger.Append(other, 40);
        stranger.Kill(other);
        // The other's second record stands at the very offset where ours would go on.
        byte[] foreign = File.ReadAllBytes(stranger.SegmentFiles()[0])[(64 + (40 * 32))..];
        using (FileStream stream = new(_rig.SegmentFiles()[0], FileMode.Append)) stream.Write(foreign);
        using ReadingJournal journal = _rig.Open();
        Assert.Equal(foreign.Length, Assert.Single(journal.Cuts).Bytes);
        Assert.Equal(JournalRig.Range(0, 40), _rig.ReadAll(journal).Numbers);
    }

    [Fact]
    public void A_segment_of_another_shard_is_not_taken_for_ones_own()
    {
        ReadingJournal first = _rig.Open(shards: 2);
        _rig.Append(first, 40, shard: 0);
        _rig.Append(first, 40, shard: 1);
        _rig.Kill(first);
        File.Copy(_rig.SegmentFiles(1)[0], _rig.SegmentFiles(0)[0], overwrite: true);
        using ReadingJournal journal = _rig.Open(shards: 2);
        Assert.Equal(0, Assert.Single(journal.Cuts).Shard);
        Assert.Empty(_rig.ReadAll(journal, shard: 0).Numbers);
        Assert.Equal(JournalRig.Range(40, 80), _rig.ReadAll(journal, shard: 1).Numbers);
    }

    [Fact]
    public void What_a_refused_write_left_behind_the_end_is_written_over()
    {
        ReadingJournal journal = _rig.Open();
        _rig.Append(journal, 40);
        using (FileStream half = new(_rig.SegmentFiles()[0], FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) half.Write(new byte[] { 0x48, 0x49, 0x4A, 0x31, 9, 9, 9 });
        Assert.Equal(JournalRig.Range(0, 40), _rig.ReadAll(journal).Numbers);
        _rig.Append(journal, 40);
        Assert.Equal(JournalRig.Range(0, 80), _rig.ReadAll(journal).Numbers);
        _rig.Kill(journal);
        using ReadingJournal again = _rig.Open();
        Assert.Empty(again.Cuts);
        Assert.Equal(JournalRig.Range(0, 80), _rig.ReadAll(again).Numbers);
    }

    [Fact]
    public void A_gateway_time_that_is_no_date_does_not_keep_the_journal_from_opening()
    {
        ReadingJournal first = _rig.Open();
        var batch = _rig.Pool.Rent();
        batch.Slots[0] = new(1, 0, 0, long.MaxValue, 1);
        batch.Count = 1;
        Assert.True(first.Shard(0).Append(batch).Appended);
        _rig.Kill(first);
        File.AppendAllText(_rig.SegmentFiles()[0], "torn");
        using ReadingJournal journal = _rig.Open();
        Assert.Equal(long.MaxValue, Assert.Single(journal.Cuts).LastGoodTime);
    }

    [Fact]
    public void Seeking_a_time_steps_over_damage_that_is_older()
    {
        using ReadingJournal journal = _rig.Open();
        JournalPosition damaged = _rig.Append(journal, 10);
        _rig.Append(journal, 10);
        JournalPosition third = _rig.Append(journal, 10);
        JournalRig.Flip(_rig.SegmentFiles()[0], damaged.Offset + 20);
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        reader.SeekTime(JournalRig.FirstTime + 25);
        Assert.Equal(third, reader.Position);
        Assert.Equal(JournalRig.Range(20, 30), _rig.ReadAll(reader).Numbers);
        reader.SeekTime(JournalRig.FirstTime);
        Assert.Single(_rig.ReadAll(reader).Gaps);
        reader.SeekTime(JournalRig.FirstTime + 30);
        Assert.Equal(journal.Shard(0).EndOffset, reader.Position.Offset);
    }
}
