using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Delivery;

/// <summary>What every sink that keeps its own cursor must do. A sink's tests inherit this and bring the other side.</summary>
public abstract class SinkLaneContract
{
    /// <summary>Whose lane it is; the same for a whole test.</summary>
    protected LaneIdentity Identity { get; } = new("node-a", Guid.NewGuid(), 0);

    private readonly BatchPool _pool = new(64, 16);
    private long _offset;

    /// <summary>The catalog the sink was made with; it has at least one Int64 series, number 0.</summary>
    protected abstract SeriesCatalog Catalog { get; }

    /// <summary>Value bits the other side rejects.</summary>
    protected abstract long PoisonValue { get; }

    /// <summary>The sink under test, prepared.</summary>
    protected abstract Task<ISink> SinkAsync();

    /// <summary>The values the other side holds, in order of arrival where it keeps one, else ascending.</summary>
    protected abstract Task<long[]> StoredAsync();

    /// <summary>The other side fails the next delivery after it has begun (Retry, or a dead connection), and nothing of it stays.</summary>
    protected abstract Task FailNextDeliveryAsync();

    [Fact]
    public async Task A_new_lane_begins_at_the_start()
    {
        await using ISink sink = await SinkAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(Identity, default);
        Assert.Equal(JournalPosition.Start, lane.StoredCursor);
    }

    [Fact]
    public async Task An_accepted_delivery_moves_the_cursor()
    {
        await using ISink sink = await SinkAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(Identity, default);
        DeliveryChunk chunk = Chunk(1, 2, 3);
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal(chunk.End, lane.StoredCursor);
        long[] stored = await StoredAsync();
        Assert.Equal([1L, 2, 3], stored);
    }

    [Fact]
    public async Task A_reopened_lane_resumes_exactly()
    {
        await using ISink sink = await SinkAsync();
        DeliveryChunk whole = Chunk(1, 2, 3, 4);
        DeliveryChunk part = new();
        whole.SliceInto(part, 0, 3);
        await using (ISinkLane lane = await sink.OpenLaneAsync(Identity, default))
        {
            Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(part, default));
        }
        await using ISinkLane reopened = await sink.OpenLaneAsync(Identity, default);
        Assert.Equal(new JournalPosition(whole.Start.Offset, 3), reopened.StoredCursor);
    }

    [Fact]
    public async Task A_failed_delivery_leaves_nothing_and_a_new_lane_delivers_it()
    {
        await using ISink sink = await SinkAsync();
        DeliveryChunk chunk = Chunk([.. Enumerable.Range(0, 64).Select(i => 100L + i)]);
        await using (ISinkLane lane = await sink.OpenLaneAsync(Identity, default))
        {
            await FailNextDeliveryAsync();
            try
            {
                DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
                Assert.Equal(DeliveryVerdict.Retry, outcome.Verdict);
                Assert.Equal(JournalPosition.Start, lane.StoredCursor);
            }
            catch (SinkException e)
            {
                Assert.Equal(DeliveryVerdict.Retry, e.Outcome.Verdict);
            }
        }
        Assert.Empty(await StoredAsync());
        await using ISinkLane second = await sink.OpenLaneAsync(Identity, default);
        Assert.Equal(JournalPosition.Start, second.StoredCursor);
        Assert.Equal(DeliveryOutcome.Accepted, await second.DeliverAsync(chunk, default));
        Assert.Equal(64, (await StoredAsync()).Length);
    }

    [Fact]
    public async Task A_poison_reading_rejects_its_delivery_and_none_of_it_stays()
    {
        await using ISink sink = await SinkAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(Identity, default);
        DeliveryChunk chunk = Chunk(1, 2, PoisonValue, 4);
        DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
        Assert.Equal(DeliveryVerdict.Rejected, outcome.Verdict);
        Assert.False(string.IsNullOrEmpty(outcome.Reason));
        // A hint is optional; a wrong one is not.
        if (outcome.PoisonHint != 0) Assert.Equal(3, outcome.PoisonHint);
        Assert.Empty(await StoredAsync());
        Assert.Equal(JournalPosition.Start, lane.StoredCursor);
    }

    [Fact]
    public async Task Poison_row_costs_one_row_not_the_batch()
    {
        await using ISink sink = await SinkAsync();
        await using LaneHarness harness = new(sink, identity: Identity);
        long poison = PoisonValue;
        harness.Lane.Start();
        WriteValues(harness, [1, 2, poison, 4, 5, poison, poison, 8]);
        await harness.DrainAsync();
        long[] stored = await StoredAsync();
        Assert.Equal([1L, 2, 4, 5, 8], stored);
        Assert.Equal(3, harness.LetterLines.Length);
    }

    [Fact]
    public async Task SkipTo_moves_the_cursor_and_nothing_else()
    {
        await using ISink sink = await SinkAsync();
        JournalPosition target = new(4096, 7);
        await using (ISinkLane lane = await sink.OpenLaneAsync(Identity, default))
        {
            Assert.Equal(DeliveryOutcome.Accepted, await lane.SkipToAsync(target, default));
            Assert.Equal(target, lane.StoredCursor);
        }
        Assert.Empty(await StoredAsync());
        await using ISinkLane reopened = await sink.OpenLaneAsync(Identity, default);
        Assert.Equal(target, reopened.StoredCursor);
    }

    [Fact]
    public async Task A_cursor_of_another_journal_or_shard_is_not_taken()
    {
        await using ISink sink = await SinkAsync();
        await using (ISinkLane lane = await sink.OpenLaneAsync(Identity, default))
        {
            await lane.SkipToAsync(new JournalPosition(4096, 0), default);
        }
        await using ISinkLane otherJournal = await sink.OpenLaneAsync(Identity with { JournalId = Guid.NewGuid() }, default);
        Assert.Equal(JournalPosition.Start, otherJournal.StoredCursor);
        await using ISinkLane otherShard = await sink.OpenLaneAsync(Identity with { Shard = 1 }, default);
        Assert.Equal(JournalPosition.Start, otherShard.StoredCursor);
    }

    /// <summary>A chunk of one batch with these values of series 0, at the next offset.</summary>
    protected DeliveryChunk Chunk(params long[] values)
    {
        ReadingBatch batch = _pool.Rent();
        for (int i = 0; i < values.Length; i++) batch.Slots[i] = new Reading(0, StatusCodes.Good, 0, DateTime.UtcNow.Ticks, values[i]);
        batch.Count = values.Length;
        batch.Offset = _offset;
        batch.NextOffset = _offset += ReadingBatch.HeaderRoomBytes + (values.Length * Reading.SizeInBytes);
        DeliveryChunk chunk = new();
        chunk.Append(batch);
        batch.Release();
        return chunk;
    }

    private static void WriteValues(LaneHarness harness, long[] values)
    {
        ReadingBatch batch = harness.Pool.Rent();
        for (int i = 0; i < values.Length; i++) batch.Slots[i] = new Reading(0, StatusCodes.Good, 0, DateTime.UtcNow.Ticks, values[i]);
        batch.Count = values.Length;
        harness.Log.Append(batch);
        harness.Lane.Offer(batch);
        batch.Release();
    }
}
