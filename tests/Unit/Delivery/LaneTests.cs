using System.Text.Json;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;

namespace HyperIngest.Tests.Unit.Delivery;

public sealed class LaneTests
{
    [Fact]
    public async Task Everything_offered_arrives_once_and_in_order()
    {
        ScriptedSink sink = new();
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        for (int i = 0; i < 200; i++) harness.Write(1 + (i % 64));
        await harness.DrainAsync();
        Assert.Equal(Counting(0, harness.Written), sink.Rows);
        Assert.Equal(harness.End, harness.Lane.Cursor);
        Assert.Equal(harness.Written, harness.Lane.Status.Delivered);
        Assert.Equal(harness.Written, harness.Lane.CommitLatency.Total);
        Assert.Equal(0, harness.Lane.Status.LagBytes);
    }

    [Fact]
    public async Task Consecutive_batches_are_joined_up_to_the_sinks_limit()
    {
        ScriptedSink sink = new() { MaxReadingsPerDelivery = 100 };
        await using LaneHarness harness = new(sink);
        for (int i = 0; i < 5; i++) Assert.True(harness.Write(40));
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal([100, 100], sink.Sizes);
        Assert.Equal(Counting(0, 200), sink.Rows);
    }

    [Fact]
    public async Task A_lane_lingers_for_more_unless_a_delivery_is_full()
    {
        TimeSpan linger = TimeSpan.FromMilliseconds(50);
        List<long> begun = [];
        ScriptedSink sink = new()
        {
            MaxReadingsPerDelivery = 40,
            Linger = linger,
            Script = (_, chunk) =>
            {
                if (chunk.Count < 40) begun.Add(System.Diagnostics.Stopwatch.GetTimestamp());
                return null;
            },
        };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        for (int i = 0; i < 300; i++) harness.Write(1);
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 300), sink.Rows);
        for (int i = 1; i < begun.Count; i++) Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(begun[i - 1], begun[i]) >= linger - TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public async Task A_full_memory_queue_refuses_and_the_journal_serves_instead()
    {
        ScriptedSink sink = new();
        await using LaneHarness harness = new(sink);
        int taken = 0;
        for (int i = 0; i < 100; i++) taken += harness.Write(10) ? 1 : 0;
        Assert.Equal(LaneHarness.Quick.MemoryBatches, taken);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 1000), sink.Rows);
        // Caught up: memory serves again.
        await Eventually.IsTrue(() => harness.Write(1), "an offer is taken");
        await harness.DrainAsync();
        Assert.Equal(Counting(0, harness.Written), sink.Rows);
    }

    [Fact]
    public async Task Batches_go_back_to_their_pool()
    {
        await using LaneHarness harness = new(new ScriptedSink { Poison = [17] });
        harness.Lane.Start();
        for (int i = 0; i < 100; i++) harness.Write(10);
        await harness.DrainAsync();
        await harness.Lane.DisposeAsync();
        Assert.Equal(0, harness.Pool.Rented);
    }

    [Fact]
    public async Task A_retried_delivery_arrives_once()
    {
        ScriptedSink sink = new() { Script = (n, _) => n < 3 ? DeliveryOutcome.Retry("not now") : null };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        harness.Write(10);
        await harness.DrainAsync();
        Assert.Equal(4, sink.Deliveries);
        Assert.Equal(Counting(0, 10), sink.Rows);
        Assert.Equal(LaneState.Running, harness.Lane.Status.State);
    }

    [Fact]
    public async Task A_dead_connection_is_opened_anew_and_nothing_is_lost_or_doubled()
    {
        ScriptedSink sink = new() { MaxReadingsPerDelivery = 16, Script = (n, _) => n % 3 == 1 ? throw new SinkException(DeliveryOutcome.Retry("connection died")) : null };
        await using LaneHarness harness = new(sink, batchCapacity: 16);
        harness.Lane.Start();
        for (int i = 0; i < 50; i++) harness.Write(16);
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 800), sink.Rows);
        Assert.True(sink.Opens > 1);
        Assert.Equal(sink.Opens - 1, sink.Disposed);
    }

    [Fact]
    public async Task A_commit_whose_acknowledgement_was_lost_is_not_delivered_again()
    {
        ScriptedSink sink = new() { MaxReadingsPerDelivery = 15 };
        sink.AfterCommit = n =>
        {
            if (n % 2 == 0) throw new IOException("connection reset");
        };
        await using LaneHarness harness = new(sink);
        // The limit cuts batches in two, so that the stored cursor also lies inside a batch.
        for (int i = 0; i < 20; i++) harness.Write(10);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 200), sink.Rows);
    }

    [Fact]
    public async Task A_lane_resumes_inside_a_batch()
    {
        ScriptedSink sink = new() { Cursor = new JournalPosition(0, 3) };
        MemoryLaneLog log = new();
        await using LaneHarness harness = new(sink, log);
        harness.Write(10, offer: false);
        log.RecoveredEndOffset = log.EndOffset;
        harness.Lane.ReplayFrom(sink.Cursor);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(3, 7), sink.Rows);
    }

    [Fact]
    public async Task A_cursor_ahead_of_the_memory_queue_drops_what_was_delivered()
    {
        ScriptedSink sink = new();
        MemoryLaneLog log = new();
        await using LaneHarness harness = new(sink, log);
        for (int i = 0; i < 6; i++) harness.Write(10);
        log.RecoveredEndOffset = log.EndOffset;
        sink.Cursor = new JournalPosition(3 * (64 + 320), 5);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(35, 25), sink.Rows);
        Assert.Equal(0, log.ReadersOpened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Poison_row_costs_one_row_not_the_batch(bool hints)
    {
        ScriptedSink sink = new() { Poison = [37], Hints = hints };
        await using LaneHarness harness = new(sink);
        for (int i = 0; i < 4; i++) harness.Write(25);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 100).Where(v => v != 37), sink.Rows);
        JsonElement letter = JsonDocument.Parse(Assert.Single(harness.LetterLines)).RootElement;
        Assert.Equal("press-1", letter.GetProperty("device").GetString());
        Assert.Equal("tag-1", letter.GetProperty("tag").GetString());
        Assert.Equal(37, letter.GetProperty("value").GetInt64());
        Assert.Equal("scripted", letter.GetProperty("sink").GetString());
        Assert.Equal(new JournalPosition(64 + (25 * 32), 12).ToString(), letter.GetProperty("position").GetString());
        Assert.StartsWith("poison", letter.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, harness.Lane.Status.DeadLettered);
        Assert.Equal(harness.End, sink.Cursor);
        if (hints) Assert.Equal(4, sink.Deliveries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Several_poison_rows_are_each_isolated(bool hints)
    {
        ScriptedSink sink = new() { Poison = [0, 1, 40, 63, 64, 99], Hints = hints };
        await using LaneHarness harness = new(sink);
        for (int i = 0; i < 4; i++) harness.Write(25);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 100).Where(v => !sink.Poison.Contains(v)), sink.Rows);
        Assert.Equal([0, 1, 40, 63, 64, 99], harness.LetterLines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("value").GetInt64()));
    }

    [Fact]
    public async Task A_batch_of_nothing_but_poison_goes_to_the_dead_letters()
    {
        ScriptedSink sink = new() { Poison = [.. Counting(0, 8)] };
        await using LaneHarness harness = new(sink);
        harness.Write(8);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(8, harness.LetterLines.Length);
        Assert.Empty(sink.Rows);
    }

    [Fact]
    public async Task A_poison_row_has_one_letter_even_when_moving_past_it_failed_once()
    {
        ScriptedSink sink = new() { Poison = [2], FailNextSkip = true };
        await using LaneHarness harness = new(sink);
        harness.Write(5);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Single(harness.LetterLines);
        Assert.Equal([0L, 1, 3, 4], sink.Rows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_sink_refused_of_a_delivery_is_buried_and_the_rest_is_not_sent_again(bool keepsCursor)
    {
        ScriptedSink sink = new(keepsCursor) { Poison = [0, 1, 40, 63, 99], Refuses = true };
        await using LaneHarness harness = new(sink);
        for (int i = 0; i < 4; i++) Assert.True(harness.Write(25));
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(1, sink.Deliveries);
        Assert.Equal(Counting(0, 100).Where(v => !sink.Poison.Contains(v)), sink.Rows);
        JsonElement[] letters = [.. harness.LetterLines.Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal([0L, 1, 40, 63, 99], letters.Select(l => l.GetProperty("value").GetInt64()));
        Assert.Equal("poison 40", letters[2].GetProperty("reason").GetString());
        Assert.Equal((95L, 5L), (harness.Lane.Status.Delivered, harness.Lane.Status.DeadLettered));
        Assert.Equal(95, harness.Lane.CommitLatency.Total);
        Assert.Equal(harness.End, harness.Lane.Cursor);
        if (keepsCursor) Assert.Equal(harness.End, sink.Cursor);
        else Assert.Equal(harness.End, harness.Log.LoadCursor(sink.Name));
        harness.Write(3);
        await harness.DrainAsync();
        Assert.Equal(Counting(100, 3), sink.Rows[^3..]);
    }

    [Fact]
    public async Task A_refused_reading_has_one_letter_even_when_moving_past_it_failed_once()
    {
        ScriptedSink sink = new() { Poison = [1, 2], Refuses = true, FailNextSkip = true };
        await using LaneHarness harness = new(sink);
        harness.Write(5);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(2, harness.LetterLines.Length);
        // The sink has no transaction: what it took before the cursor could be moved, it is given again.
        Assert.Equal([0L, 3, 4, 0, 3, 4], sink.Rows);
    }

    [Fact]
    public async Task A_delivery_of_nothing_but_refused_readings_moves_on()
    {
        ScriptedSink sink = new() { Poison = [.. Counting(0, 8)], Refuses = true };
        await using LaneHarness harness = new(sink);
        harness.Write(8);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(8, harness.LetterLines.Length);
        Assert.Empty(sink.Rows);
        Assert.Equal(0, harness.Lane.Status.Delivered);
    }

    [Fact]
    public async Task A_wrong_hint_costs_no_row()
    {
        ScriptedSink sink = new() { Poison = [7] };
        // The sink blames its first row, always.
        sink.Script = (_, chunk) => HasPoison(chunk, 7) ? DeliveryOutcome.Rejected("somewhere", 0) : null;
        await using LaneHarness harness = new(sink);
        harness.Write(20);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 20).Where(v => v != 7), sink.Rows);
        Assert.Single(harness.LetterLines);
    }

    [Fact]
    public async Task A_stopped_sink_holds_the_lane_and_says_why_until_it_is_mended()
    {
        bool mended = false;
        ScriptedSink sink = new() { Script = (_, _) => Volatile.Read(ref mended) ? null : DeliveryOutcome.Stop("table readings is not there") };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        harness.Write(10);
        await Eventually.IsTrue(() => harness.Lane.Status.State == LaneState.Stopped, "the lane is stopped");
        Assert.Equal("table readings is not there", harness.Lane.Status.Reason);
        Assert.Equal(default, harness.Lane.Cursor);
        Volatile.Write(ref mended, true);
        await harness.DrainAsync();
        Assert.Equal(LaneState.Running, harness.Lane.Status.State);
        Assert.Null(harness.Lane.Status.Reason);
    }

    [Fact]
    public async Task A_sink_that_cannot_be_prepared_is_tried_again()
    {
        ScriptedSink sink = new()
        {
            OnPrepare = n =>
            {
                if (n < 3) throw new SinkException(DeliveryOutcome.Retry("no route to host"));
            },
            OnOpen = n =>
            {
                if (n < 2) throw new InvalidOperationException("surprise");
            },
        };
        await using LaneHarness harness = new(sink);
        harness.Write(10);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 10), sink.Rows);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_long_backoff()
    {
        ScriptedSink sink = new() { Script = (_, _) => DeliveryOutcome.Retry("down", TimeSpan.FromHours(1)) };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        harness.Write(10);
        await Eventually.IsTrue(() => harness.Lane.Status.State == LaneState.Retrying, "the lane retries");
        await harness.Lane.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(LaneState.Ended, harness.Lane.Status.State);
        Assert.Equal(0, harness.Pool.Rented);
    }

    [Fact]
    public async Task Draining_says_whether_the_target_was_reached()
    {
        ScriptedSink sink = new() { Script = (_, _) => DeliveryOutcome.Retry("down") };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        Assert.True(await harness.Lane.DrainAsync(JournalPosition.Start, TimeSpan.Zero));
        harness.Write(10);
        Assert.False(await harness.Lane.DrainAsync(harness.End, TimeSpan.FromMilliseconds(10)));
        sink.Script = null;
        Assert.True(await harness.Lane.DrainAsync(harness.End, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_replay_delivers_again_from_the_given_position()
    {
        ScriptedSink sink = new();
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        for (int i = 0; i < 5; i++) harness.Write(10);
        await harness.DrainAsync();
        JournalPosition from = new(2 * (64 + 320), 4);
        harness.Lane.ReplayFrom(from);
        await Eventually.IsTrue(() => sink.RowCount == 50 + 26, "the replay arrived");
        Assert.Equal([.. Counting(0, 50), .. Counting(24, 26)], sink.Rows);
        harness.Write(10);
        await harness.DrainAsync();
        Assert.Equal(Counting(50, 10), sink.Rows[^10..]);
    }

    [Fact]
    public async Task A_sink_without_a_cursor_resumes_from_the_one_beside_the_journal()
    {
        MemoryLaneLog log = new();
        ScriptedSink sink = new(keepsCursor: false);
        LaneIdentity identity = new("node", Guid.NewGuid(), 0);
        await using (LaneHarness first = new(sink, log, identity: identity))
        {
            first.Lane.Start();
            first.Write(10);
            await first.DrainAsync();
        }
        Assert.Equal(new JournalPosition(log.EndOffset, 0), log.LoadCursor(sink.Name));
        Assert.Equal(log.LoadCursor(sink.Name), log.Retention);
        log.RecoveredEndOffset = log.EndOffset;
        await using LaneHarness second = new(sink, log, identity: identity);
        second.Lane.Start();
        second.Write(5);
        await second.DrainAsync();
        Assert.Equal([.. Counting(0, 10), .. Counting(0, 5)], sink.Rows);
    }

    [Fact]
    public async Task Each_delivery_moves_the_cursor_that_outlives_the_process_however_short_its_life_is()
    {
        ScriptedSink sink = new(keepsCursor: false);
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        harness.Write(10);
        await harness.DrainAsync();
        JournalPosition first = harness.End;
        harness.Write(10);
        await harness.DrainAsync();
        // Far within the second after which it would be made durable anyway; the second delivery's may not be written yet.
        Assert.True(harness.Log.LoadCursor(sink.Name) >= first, $"{harness.Log.LoadCursor(sink.Name)}");
    }

    [Fact]
    public async Task A_cursor_past_the_journals_end_does_not_swallow_what_comes_next()
    {
        // A power cut took records that the sink already had; new ones get their offsets.
        ScriptedSink sink = new() { Cursor = new JournalPosition(10_000, 0) };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        harness.Write(10);
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 10), sink.Rows);
        Assert.Equal(harness.End, sink.Cursor);
    }

    [Fact]
    public async Task Records_that_retention_took_are_counted_and_the_rest_arrives()
    {
        MemoryLaneLog log = new();
        ScriptedSink sink = new() { Cursor = new JournalPosition(64 + 320, 0) };
        await using LaneHarness harness = new(sink, log);
        for (int i = 0; i < 5; i++) harness.Write(10, offer: false);
        log.RecoveredEndOffset = log.EndOffset;
        log.DropBefore(3 * (64 + 320));
        harness.Lane.ReplayFrom(sink.Cursor);
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(Counting(30, 20), sink.Rows);
        Assert.Equal(2 * (64 + 320), harness.Lane.Status.LostBytes);
    }

    [Fact]
    public async Task A_jump_in_the_offsets_is_no_loss()
    {
        MemoryLaneLog log = new();
        ScriptedSink sink = new();
        await using LaneHarness harness = new(sink, log);
        harness.Lane.Start();
        harness.Write(10);
        log.JumpTo(100_000);
        harness.Write(10);
        harness.Write(10);
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 30), sink.Rows);
        Assert.Equal(0, harness.Lane.Status.LostBytes);
    }

    [Fact]
    public async Task A_new_sink_on_an_old_journal_starts_at_what_is_left_without_calling_it_loss()
    {
        MemoryLaneLog log = new();
        ScriptedSink sink = new();
        LaneHarness harness = new(sink, log);
        for (int i = 0; i < 5; i++) harness.Write(10, offer: false);
        log.DropBefore(3 * (64 + 320));
        await harness.DisposeAsync();
        log.RecoveredEndOffset = log.EndOffset;
        await using LaneHarness second = new(sink, log);
        second.Lane.Start();
        await second.DrainAsync();
        Assert.Equal(Counting(30, 20), sink.Rows);
        Assert.Equal(0, second.Lane.Status.LostBytes);
    }

    [Fact]
    public async Task A_dead_sink_does_not_hold_the_shard()
    {
        ScriptedSink sink = new() { Script = (_, _) => DeliveryOutcome.Retry("down") };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        for (int i = 0; i < 1000; i++) harness.Write(10);
        // What the lane holds is bounded by its memory and the chunk at hand, whatever the shard wrote.
        Assert.InRange(harness.Pool.Rented, 0, LaneHarness.Quick.MemoryBatches + 2 + (sink.MaxReadingsPerDelivery / 10));
        sink.Script = null;
        await harness.DrainAsync();
        Assert.Equal(Counting(0, 10_000), sink.Rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_fails_whenever_every_row_arrives_once_and_in_order(int seed)
    {
        Random random = new(seed);
        ScriptedSink sink = new() { MaxReadingsPerDelivery = 70, Poison = [100, 101, 555, 1999] };
        sink.Script = (_, _) => random.Next(10) switch
        {
            0 => DeliveryOutcome.Retry("busy"),
            1 => throw new SinkException(DeliveryOutcome.Retry("died before")),
            2 => DeliveryOutcome.Stop("mended at once"),
            _ => null,
        };
        sink.AfterCommit = _ =>
        {
            if (random.Next(10) == 0) throw new IOException("died after");
        };
        await using LaneHarness harness = new(sink);
        harness.Lane.Start();
        Random sizes = new(seed + 100);
        while (harness.Written < 3000)
        {
            harness.Write(sizes.Next(1, 60));
            if (sizes.Next(8) == 0) await Task.Yield();
        }
        await harness.DrainAsync();
        Assert.Equal(Counting(0, harness.Written).Where(v => !sink.Poison.Contains(v)), sink.Rows);
        Assert.Equal(4, harness.LetterLines.Length);
    }

    private static bool HasPoison(DeliveryChunk chunk, long value)
    {
        for (int i = 0; i < chunk.Count; i++)
        {
            if (chunk.ReadingAt(i).ValueBits == value) return true;
        }
        return false;
    }

    private static long[] Counting(long from, long count) => [.. Enumerable.Range(0, (int)count).Select(i => from + i)];
}
