using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Tests.Unit.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Sharding;

public sealed class ShardTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly JournalRig _rig = new();
    private readonly MpscRing<Reading> _ring = new(1 << 10);
    private readonly BatchPool _pool = new(1000, 8);
    private readonly List<int> _sealed = [];
    private Exception? _failure;
    private long _published;

    public void Dispose() => _rig.Dispose();

    private Shard Start(ReadingJournal journal, BatchOptions options)
    {
        Shard shard = new(0, _ring, _pool, journal.Shard(0), options, batch => _sealed.Add(batch.Count), e => Volatile.Write(ref _failure, e), NullLogger.Instance);
        shard.Start(null);
        return shard;
    }

    private void Publish(int count)
    {
        while (count > 0)
        {
            int now = Math.Min(count, 100);
            Waiting.Until(() => TryPublish(now), "the ring has room");
            count -= now;
        }
    }

    private bool TryPublish(int count)
    {
        if (!_ring.TryClaim(count, out RingClaim<Reading> claim)) return false;
        for (int i = 0; i < count; i++) claim[i] = JournalRig.Make(_published++);
        _ring.Publish(claim);
        return true;
    }

    [Theory]
    [InlineData(500, 1 << 20)]
    [InlineData(1000, 500 * 32)]
    public void A_batch_is_sealed_at_its_count_or_its_bytes_and_what_is_left_at_the_drain(int maxReadings, int maxBytes)
    {
        using ReadingJournal journal = _rig.Open();
        Shard shard = Start(journal, new BatchOptions { MaxReadings = maxReadings, MaxBytes = maxBytes, MaxAge = Never });
        Publish(1700);
        Assert.True(shard.Drain(TimeSpan.FromSeconds(30)));
        Assert.Equal([500, 500, 500, 200], _sealed);
        Assert.Equal((1700, 4, 0), (shard.Readings, shard.Batches, shard.RingUsed));
        Assert.Equal(JournalRig.Range(0, 1700), _rig.ReadAll(journal).Numbers);
        // The one it would have filled next.
        Assert.Equal(1, _pool.Rented);
        Assert.True(_pool.Made <= 2);
        Assert.Null(_failure);
    }

    [Fact]
    public void A_batch_is_sealed_at_its_age()
    {
        using ReadingJournal journal = _rig.Open();
        Shard shard = Start(journal, new BatchOptions { MaxAge = TimeSpan.FromMilliseconds(5) });
        Publish(3);
        Waiting.Until(() => shard.Readings == 3, "the batch is sealed by its age alone");
        Publish(4);
        Waiting.Until(() => shard.Readings == 7, "the next one too");
        Assert.True(shard.Drain(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_refusing_journal_stops_intake_and_everything_is_taken_when_it_resumes()
    {
        using ReadingJournal journal = _rig.Open();
        Shard shard = Start(journal, new BatchOptions { MaxReadings = 100, MaxAge = TimeSpan.FromMilliseconds(1) });
        journal.SetFull("the disk is full");
        while (TryPublish(50)) { }
        Waiting.Until(() => shard.Refusal is not null && !TryPublish(50), "the refusal reaches the ring");
        Assert.Equal("the disk is full", shard.Refusal);
        Assert.Equal(0, shard.Readings);
        Assert.Equal(2, _pool.Rented + 1);
        journal.SetFull(null);
        Waiting.Until(() => shard.Readings == _published, "all is journalled");
        Assert.Null(shard.Refusal);
        Assert.True(shard.Drain(TimeSpan.FromSeconds(30)));
        Assert.Equal(JournalRig.Range(0, _published), _rig.ReadAll(journal).Numbers);
        Assert.Equal(1, _pool.Rented);
    }

    [Fact]
    public void A_drain_into_a_journal_that_refuses_to_the_end_says_so_and_ends()
    {
        using ReadingJournal journal = _rig.Open();
        Shard shard = Start(journal, new BatchOptions { MaxAge = TimeSpan.FromMilliseconds(1) });
        journal.SetFull("the disk is full");
        Publish(10);
        Assert.False(shard.Drain(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(10, shard.Abandoned);
        Waiting.Until(() => Volatile.Read(ref _failure) is IOException, "the failure is told");
    }

    [Fact]
    public void A_batch_released_or_retained_after_its_return_is_misuse()
    {
        ReadingBatch batch = _pool.Rent();
        batch.Retain();
        batch.Release();
        batch.Release();
        Assert.Equal(0, _pool.Rented);
        Assert.Throws<InvalidOperationException>(batch.Release);
        Assert.Throws<InvalidOperationException>(_pool.Rent().Rerelease);
    }

    [Fact]
    public void A_pool_keeps_what_comes_back_up_to_its_limit()
    {
        BatchPool pool = new(64, 2);
        ReadingBatch[] rented = [pool.Rent(), pool.Rent(), pool.Rent()];
        foreach (ReadingBatch batch in rented) batch.Release();
        Assert.Equal((0, 3), (pool.Rented, pool.Made));
        for (int i = 0; i < 3; i++) pool.Rent();
        Assert.Equal((3, 4), (pool.Rented, pool.Made));
    }

    [Fact]
    public void The_meter_counts_each_reading_once_when_it_is_durable_also_with_two_who_settle()
    {
        HyperIngest.Core.Telemetry.LatencyHistogram latency = new();
        DurabilityMeter meter = new(latency);
        MeasuredWindow window = new(JournalRig.FirstTime + 10, JournalRig.FirstTime + 5000);
        meter.Measure(window);
        using ReadingJournal journal = _rig.Open();
        long durable = 0;
        bool done = false;
        Thread[] settlers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref done)) meter.Durable(Volatile.Read(ref durable));
        }))];
        foreach (Thread settler in settlers) settler.Start();
        long appended = 0;
        for (int i = 0; i < 100; i++)
        {
            ReadingBatch batch = _rig.Filled(100);
            Assert.True(journal.Shard(0).Append(batch).Appended);
            _rig.Next += 100;
            meter.Appended(batch);
            appended += batch.Count;
            Volatile.Write(ref durable, batch.Offset);
            batch.Release();
        }
        Volatile.Write(ref done, true);
        foreach (Thread settler in settlers) settler.Join();
        meter.Durable(durable);
        Assert.Equal(appended - 100, latency.Total);
        meter.Durable(journal.Shard(0).EndOffset);
        Assert.Equal((appended, 0), (latency.Total, meter.Unmeasured));
        Assert.Equal((4990, 4990), (window.Readings, window.Latency.Total));
    }
}

internal static class Misuse
{
    public static void Rerelease(this ReadingBatch batch)
    {
        batch.Release();
        batch.Retain();
    }
}
