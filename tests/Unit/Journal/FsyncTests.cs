using HyperIngest.Core.Journal;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class FsyncTests : IDisposable
{
    private readonly JournalRig _rig = new();
    private int _flushes;
    private bool _fails;

    public void Dispose() => _rig.Dispose();

    private ReadingJournal Open(FsyncPolicy policy)
    {
        _rig.Options = _rig.Options with { Fsync = policy, FlushToDisk = Flush, FsyncInterval = TimeSpan.FromMilliseconds(2) };
        return _rig.Open();
    }

    private void Flush(SafeFileHandle file)
    {
        if (_fails) throw new IOException("Input/output error");
        Interlocked.Increment(ref _flushes);
        RandomAccess.FlushToDisk(file);
    }

    [Fact]
    public void With_interval_nothing_is_durable_before_a_sync_and_everything_after_it()
    {
        using ReadingJournal journal = Open(FsyncPolicy.Interval);
        for (int i = 0; i < 5; i++) _rig.Append(journal, 900);
        Assert.Equal((0, 0), (_flushes, journal.Shard(0).DurableOffset));
        Assert.Equal(journal.Shard(0).EndOffset, journal.Shard(0).Sync());
        // Three segments, each forced once.
        Assert.Equal((3, journal.Shard(0).EndOffset), (_flushes, journal.Shard(0).DurableOffset));
        journal.Shard(0).Sync();
        Assert.Equal(3, _flushes);
    }

    [Fact]
    public void With_every_batch_a_record_is_durable_when_append_returns()
    {
        using ReadingJournal journal = Open(FsyncPolicy.EveryBatch);
        for (int i = 1; i <= 5; i++)
        {
            _rig.Append(journal, 900);
            Assert.Equal((i, journal.Shard(0).EndOffset), (_flushes, journal.Shard(0).DurableOffset));
        }
    }

    [Fact]
    public void With_never_no_file_is_forced_while_it_runs()
    {
        using ReadingJournal journal = Open(FsyncPolicy.Never);
        for (int i = 0; i < 5; i++) _rig.Append(journal, 900);
        Assert.Equal(journal.Shard(0).EndOffset, journal.Shard(0).Sync());
        Assert.Equal(0, _flushes);
    }

    [Fact]
    public void The_sync_thread_tells_each_shard_what_is_durable()
    {
        using ReadingJournal journal = Open(FsyncPolicy.Interval);
        long told = 0;
        journal.StartSyncing((_, durable) =>
        {
            Assert.True(durable <= journal.Shard(0).EndOffset);
            Volatile.Write(ref told, durable);
        });
        _rig.Append(journal, 900);
        Waiting.Until(() => Volatile.Read(ref told) == journal.Shard(0).EndOffset, "the append is told durable");
        Assert.Throws<InvalidOperationException>(() => journal.StartSyncing((_, _) => { }));
    }

    [Fact]
    public void A_failed_sync_stops_the_journal_for_good_and_leaves_no_clean_end()
    {
        ReadingJournal journal = Open(FsyncPolicy.Interval);
        _rig.Append(journal, 10);
        _fails = true;
        Assert.Throws<IOException>(() => journal.Shard(0).Sync());
        _fails = false;
        // A later fsync that succeeds proves nothing of what the failed one lost.
        Assert.Throws<IOException>(() => journal.Shard(0).Sync());
        Assert.Equal(0, journal.Shard(0).DurableOffset);
        AppendOutcome refused = journal.Shard(0).Append(_rig.Filled(10));
        Assert.False(refused.Appended);
        Assert.Contains(_rig.Folder, refused.Reason, StringComparison.Ordinal);
        journal.Dispose();
        using ReadingJournal again = _rig.Open();
        Assert.True(again.Shard(0).EndOffset >= RecoveredShard.RestartJump);
    }

    [Fact]
    public void A_failed_sync_of_a_batch_refuses_it_and_shows_it_to_no_reader()
    {
        ReadingJournal journal = Open(FsyncPolicy.EveryBatch);
        _rig.Append(journal, 10);
        long end = journal.Shard(0).EndOffset;
        _fails = true;
        Assert.False(journal.Shard(0).Append(_rig.Filled(10)).Appended);
        Assert.Equal((end, end), (journal.Shard(0).EndOffset, journal.Shard(0).DurableOffset));
        Assert.Equal(JournalRig.Range(0, 10), _rig.ReadAll(journal).Numbers);
        journal.Dispose();
    }

    [Fact]
    public void A_disk_that_fails_at_the_end_still_gives_the_folder_back()
    {
        ReadingJournal journal = Open(FsyncPolicy.Interval);
        _rig.Append(journal, 10);
        _fails = true;
        journal.Dispose();
        _fails = false;
        using ReadingJournal again = _rig.Open();
        Assert.Equal(JournalRig.Range(0, 10), _rig.ReadAll(again).Numbers);
        Assert.True(again.Shard(0).EndOffset >= RecoveredShard.RestartJump);
    }
}
