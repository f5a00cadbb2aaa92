using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Tests.Unit.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Stress;

public sealed class JournalStressTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Readers_beside_a_writer_see_every_record_once_and_in_order(int seed)
    {
        const int records = 2000;
        using ReadingJournal journal = _rig.Open();
        bool done = false;
        List<Exception> failures = [];
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(r => new Thread(() => Guarded(failures, () =>
        {
            Random random = new(seed * 10 + r);
            ReadingBatch batch = new BatchPool(1000, 1).Rent();
            using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
            long next = 0;
            while (true)
            {
                bool last = Volatile.Read(ref done);
                ReadOutcome outcome = reader.TryRead(batch);
                Assert.NotEqual(ReadStatus.Gap, outcome.Status);
                if (outcome.Status == ReadStatus.Read)
                {
                    foreach (ref readonly Reading reading in batch.Readings) Assert.Equal(next++, JournalRig.NumberOf(reading));
                }
                else if (last)
                {
                    Assert.Equal(Volatile.Read(ref _written), next);
                    return;
                }
                else if (random.Next(4) == 0)
                {
                    Thread.Yield();
                }
            }
        })))];
        Thread syncer = new(() => Guarded(failures, () =>
        {
            long durable = 0;
            while (!Volatile.Read(ref done))
            {
                long end = journal.Shard(0).Sync();
                Assert.True(end >= durable && end <= journal.Shard(0).EndOffset && journal.Shard(0).DurableOffset >= end);
                durable = end;
            }
        }));
        foreach (Thread reader in readers) reader.Start();
        syncer.Start();
        Random sizes = new(seed);
        for (int i = 0; i < records; i++)
        {
            _rig.Append(journal, sizes.Next(1, 400));
            Volatile.Write(ref _written, _rig.Next);
        }
        Volatile.Write(ref done, true);
        foreach (Thread reader in readers) reader.Join();
        syncer.Join();
        Assert.Empty(failures);
        Assert.True(_rig.SegmentFiles().Length > 100);
    }

    private long _written;

    [Fact]
    public void A_journal_opened_to_read_beside_a_writer_has_a_whole_beginning_of_it_with_all_its_series()
    {
        using ReadingJournal journal = _rig.Open();
        bool done = false;
        List<Exception> failures = [];
        Thread reader = new(() => Guarded(failures, () =>
        {
            BatchPool pool = new(1000, 1);
            ReadingBatch batch = pool.Rent();
            long seen = 0;
            while (!Volatile.Read(ref done))
            {
                using ReadingJournal other = ReadingJournal.OpenRead(_rig.Folder);
                using JournalReader all = other.Shard(0).OpenReader(JournalPosition.Start);
                long next = 0;
                while (all.TryRead(batch) is { Status: not ReadStatus.AtEnd } outcome)
                {
                    Assert.Equal(ReadStatus.Read, outcome.Status);
                    foreach (ref readonly Reading reading in batch.Readings)
                    {
                        Assert.Equal(next++, JournalRig.NumberOf(reading));
                        Assert.Equal($"t{reading.SeriesId}", other.Catalog.TagOf(reading.SeriesId));
                    }
                }
                Assert.True(next >= seen);
                seen = next;
            }
        }));
        reader.Start();
        for (int i = 0; i < 600; i++)
        {
            // Readings 0 to 599 are of new series each; they are registered just before.
            for (int n = 0; n < 20 && journal.Catalog.Count < 600; n++) journal.Catalog.Register(new SeriesDefinition("d", $"t{journal.Catalog.Count}"));
            _rig.Append(journal, i < 30 ? 20 : 600);
        }
        Volatile.Write(ref done, true);
        reader.Join();
        Assert.Empty(failures);
    }

    [Fact]
    public void Retention_under_a_slow_reader_gives_gaps_that_account_for_every_reading()
    {
        _rig.Options = _rig.Options with { Retention = new JournalRetention { LimitBytes = 6 * 64 * 1024 } };
        using ReadingJournal journal = _rig.Open();
        journal.Shard(0).SetCursor("slow", JournalPosition.Start);
        JournalRetentionPass pass = new(journal, new JournalMetrics(_rig.Metrics), NullLogger.Instance);
        List<Exception> failures = [];
        bool done = false;
        Thread writer = new(() => Guarded(failures, () =>
        {
            for (int i = 1; i < 1500; i++)
            {
                _rig.Append(journal, 300);
                if (i % 5 == 0)
                {
                    journal.Shard(0).Sync();
                    pass.Apply(DateTime.UtcNow);
                }
            }
            Volatile.Write(ref done, true);
        }));
        ReadingBatch batch = new BatchPool(1000, 1).Rent();
        long next = 0, lost = 0;
        int gaps = 0;
        using (JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start))
        {
            // A reader that has read nothing begins with whatever is there; one that has read the first record misses whatever goes after it.
            _rig.Append(journal, 300);
            Assert.Equal(ReadStatus.Read, reader.TryRead(batch).Status);
            next = batch.Count;
            writer.Start();
            bool last;
            do
            {
                last = Volatile.Read(ref done);
                while (reader.TryRead(batch) is { Status: not ReadStatus.AtEnd } outcome)
                {
                    if (outcome.Status == ReadStatus.Gap)
                    {
                        gaps++;
                        lost += (outcome.Lost.ToOffset - outcome.Lost.FromOffset) / (64 + (300 * 32)) * 300;
                        next = outcome.Lost.BeforeTime - JournalRig.FirstTime;
                        continue;
                    }
                    foreach (ref readonly Reading reading in batch.Readings) Assert.Equal(next++, JournalRig.NumberOf(reading));
                    if (gaps < 3) Waiting.Until(() => journal.Shard(0).StartOffset > reader.Position.Offset || Volatile.Read(ref done), "retention overtakes the reader");
                }
            }
            while (!last);
        }
        writer.Join();
        Assert.Empty(failures);
        Assert.Equal(1500 * 300, next);
        Assert.True(gaps > 0 && lost > 0 && lost <= journal.DroppedReadings);
    }

    [Fact]
    public void A_journal_of_four_shards_closes_clean_under_the_sync_thread()
    {
        _rig.Options = _rig.Options with { FsyncInterval = TimeSpan.FromMilliseconds(1) };
        long[] ends = new long[4];
        using (ReadingJournal journal = _rig.Open(shards: 4))
        {
            long[] durable = new long[4];
            journal.StartSyncing((shard, offset) =>
            {
                if (offset < durable[shard] || offset > journal.Shard(shard).EndOffset) throw new InvalidOperationException($"shard {shard}: durable {offset} after {durable[shard]}");
                durable[shard] = offset;
            });
            Thread[] writers = [.. Enumerable.Range(0, 4).Select(shard => new Thread(() =>
            {
                ReadingBatch batch = new BatchPool(1000, 1).Rent();
                for (int i = 0; i < 300; i++)
                {
                    for (int n = 0; n < 100; n++) batch.Slots[n] = JournalRig.Make((i * 100) + n);
                    batch.Count = 100;
                    if (!journal.Shard(shard).Append(batch).Appended) return;
                }
                ends[shard] = journal.Shard(shard).EndOffset;
            }))];
            foreach (Thread writer in writers) writer.Start();
            foreach (Thread writer in writers) writer.Join();
        }
        using ReadingJournal again = ReadingJournal.Open(_rig.Options, 4, 1000, new MetricRegistry(), NullLogger.Instance);
        Assert.Empty(again.Cuts);
        for (int shard = 0; shard < 4; shard++)
        {
            Assert.Equal((ends[shard], 300 * (64 + 3200)), (again.Shard(shard).EndOffset, ends[shard]));
            Assert.Equal(JournalRig.Range(0, 30_000), _rig.ReadAll(again, shard: shard).Numbers);
        }
    }

    private static void Guarded(List<Exception> failures, Action body)
    {
        try
        {
            body();
        }
        catch (Exception e)
        {
            lock (failures) failures.Add(e);
        }
    }
}
