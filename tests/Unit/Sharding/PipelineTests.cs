using System.Collections.Concurrent;
using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Shaping;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Tests.Unit.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Sharding;

public sealed class PipelineTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    private Pipeline Open(long holdAt = 0) => Pipeline.Open(
        new PipelineOptions
        {
            Node = "n",
            Shards = 1,
            RingCapacity = 1 << 12,
            Batch = new BatchOptions { MaxReadings = 500, MaxAge = TimeSpan.FromMilliseconds(2) },
            Journal = _rig.Options with { Path = _rig.Folder, SegmentBytes = 1 << 20 },
            Delivery = new DeliveryOptions
            {
                HoldIntakeAtLagBytes = holdAt,
                MemoryBatches = 2,
                Retry = new RetryOptions { First = TimeSpan.FromMilliseconds(1), Longest = TimeSpan.FromMilliseconds(5) },
            },
        },
        new MetricRegistry(),
        NullLoggerFactory.Instance);

    [Fact]
    public async Task Everything_published_before_the_drain_is_journalled_and_delivered()
    {
        MemorySink sink = new();
        await using (Pipeline pipeline = Open())
        {
            pipeline.AddSource(new CountingSource(pipeline.Intake.InletOf("d"), 0, 20_000));
            pipeline.AddSink(sink);
            await pipeline.StartAsync(CancellationToken.None);
            DrainReport report = await pipeline.DrainAsync(Long);
            Assert.True(report is { AllJournalled: true, AllDelivered: true });
            Assert.Equal(JournalRig.Range(0, 20_000), sink.Taken);
            Assert.Equal(20_000, pipeline.Durability.Total);
        }
        using ReadingJournal journal = ReadingJournal.OpenRead(_rig.Folder);
        Assert.Equal(JournalRig.Range(0, 20_000), _rig.ReadAll(journal).Numbers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_goes_on_at_the_sinks_cursor_and_loses_nothing(bool killed)
    {
        MemorySink first = new() { Fails = true };
        Pipeline pipeline = Open();
        pipeline.AddSource(new CountingSource(pipeline.Intake.InletOf("d"), 0, 5000));
        pipeline.AddSink(first);
        await pipeline.StartAsync(CancellationToken.None);
        Waiting.Until(() => pipeline.Journal.Shard(0).BytesFrom(0) >= 5000 * 32, "all is journalled");
        first.Fails = false;
        Waiting.Until(() => first.Taken.Count >= 1000, "the sink takes some");
        if (killed)
        {
            string crashed = _rig.Folder + "-crashed";
            _rig.CopyTo(crashed);
            await pipeline.DisposeAsync();
            _rig.Options = _rig.Options with { Path = crashed };
        }
        else
        {
            Assert.True((await pipeline.DrainAsync(Long)).AllDelivered);
            await pipeline.DisposeAsync();
        }

        MemorySink second = new();
        await using Pipeline again = Pipeline.Open(
            new PipelineOptions { Node = "n", Shards = 1, Journal = _rig.Options with { Path = killed ? _rig.Options.Path : _rig.Folder } }, new MetricRegistry(), NullLoggerFactory.Instance);
        again.AddSource(new CountingSource(again.Intake.InletOf("d"), 5000, 8000));
        again.AddSink(second);
        await again.StartAsync(CancellationToken.None);
        DrainReport report = await again.DrainAsync(Long);
        Assert.True(report is { AllJournalled: true, AllDelivered: true });
        // At least once: what the first had may come again, nothing is missing, and a clean end repeats nothing.
        Assert.Equal(JournalRig.Range(second.Taken.First(), 8000), second.Taken);
        Assert.True(killed ? second.Taken.First() <= 5000 : second.Taken.First() == 5000);
        Assert.All(again.Lanes, lane => Assert.Equal(0, lane.Status.LostBytes));
    }

    [Fact]
    public async Task After_a_kill_a_sink_that_had_everything_has_no_lag_and_holds_no_intake()
    {
        Pipeline pipeline = Open();
        pipeline.AddSource(new CountingSource(pipeline.Intake.InletOf("d"), 0, 1000));
        MemorySink sink = new();
        pipeline.AddSink(sink);
        await pipeline.StartAsync(CancellationToken.None);
        Assert.True((await pipeline.DrainAsync(Long)).AllDelivered);
        // The lane stores its cursor when it ends; the mark of before then makes the end one that was not in order.
        string end = Path.Combine(_rig.Folder, "shard-00", "end");
        byte[] open = await File.ReadAllBytesAsync(end);
        await pipeline.DisposeAsync();
        await File.WriteAllBytesAsync(end, open);

        await using Pipeline again = Open(holdAt: 100_000);
        again.AddSink(sink);
        await again.StartAsync(CancellationToken.None);
        Assert.True(again.Journal.Shard(0).EndOffset >= 1L << 36);
        Waiting.Until(() => again.Lanes.All(l => l.Status.State == LaneState.Running), "the lane runs");
        Assert.Equal(0, again.Lanes.Single().Status.LagBytes);
        Assert.Equal(1 << 12, again.Intake.InletOf("d").Free);
        Assert.True((await again.DrainAsync(Long)).AllDelivered);
    }

    [Fact]
    public async Task A_sink_that_is_behind_holds_intake_and_lets_it_go()
    {
        await using Pipeline pipeline = Open(holdAt: 3000);
        MemorySink sink = new() { Fails = true };
        pipeline.AddSource(new CountingSource(pipeline.Intake.InletOf("d"), 0, 1000));
        pipeline.AddSink(sink);
        await pipeline.StartAsync(CancellationToken.None);
        ShardInlet inlet = pipeline.Intake.InletOf("d");
        Waiting.Until(() => inlet.Free == 0, "intake is held");
        sink.Fails = false;
        Waiting.Until(() => inlet.Free == 1 << 12, "intake is let go");
        Assert.True((await pipeline.DrainAsync(Long)).AllDelivered);
        Assert.Equal(JournalRig.Range(0, 1000), sink.Taken);
    }

    [Fact]
    public async Task Marks_behind_the_last_reading_are_no_lag_and_hold_up_no_drain()
    {
        MemorySink sink = new();
        await using (Pipeline pipeline = Open())
        {
            pipeline.AddRule(7, new ShapingRule { Deadband = 1 });
            pipeline.AddSink(sink);
            await pipeline.StartAsync(CancellationToken.None);
            ShardInlet inlet = pipeline.Intake.InletOf("d");
            // The first group has a reading that passes; the others are shaped away and leave their marks.
            for (int i = 1; i <= 5; i++)
            {
                Assert.True(inlet.TryClaimMarked(new SourceMark(3, 1, i * 10), 10, out MarkedClaim claim));
                for (int k = 0; k < 10; k++) claim.Readings[k] = JournalRig.Make(7);
                long end = claim.End;
                inlet.Publish(claim);
                await Eventually.IsTrue(() => inlet.DurableSequence == end, "the group is durable");
            }
            ShardJournal journal = pipeline.Journal.Shard(0);
            Assert.True(journal.ReadingsEnd < journal.EndOffset);
            await Eventually.IsTrue(() => pipeline.Lanes.Single().Cursor.Offset == journal.ReadingsEnd, "the lane has what there is");
            Assert.Equal(0, pipeline.Lanes.Single().Status.LagBytes);
            Assert.True((await pipeline.DrainAsync(Long)).AllDelivered);
            Assert.Single(sink.Taken);
        }
        MemorySink second = new();
        await using Pipeline again = Open();
        Assert.Equal(50, again.Intake.InletOf("d").RecoveredMark(3, 1));
        again.AddSource(new CountingSource(again.Intake.InletOf("d"), 100, 200));
        again.AddSink(second);
        await again.StartAsync(CancellationToken.None);
        Assert.True((await again.DrainAsync(Long)).AllDelivered);
        Assert.Equal(JournalRig.Range(100, 200), second.Taken);
        Assert.Equal(100, again.Intake.InletOf("d").DurableSequence);
        Assert.All(again.Lanes, lane => Assert.Equal(0, lane.Status.LostBytes));
    }

    private sealed class CountingSource(ShardInlet inlet, long from, long to) : IReadingSource
    {
        private Task _publishing = Task.CompletedTask;

        public string Name => "counting";

        public IReadOnlyList<DeviceStatus> Devices => [];

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _publishing = Task.Run(
                async () =>
                {
                    for (long n = from; n < to;)
                    {
                        int count = (int)Math.Min(100, to - n);
                        if (!inlet.TryClaim(count, out RingClaim<Reading> claim))
                        {
                            await Task.Delay(1, CancellationToken.None);
                            continue;
                        }
                        for (int i = 0; i < count; i++) claim[i] = JournalRig.Make(n++);
                        inlet.Publish(claim);
                    }
                },
                CancellationToken.None);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => _publishing;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class MemorySink : ISink
    {
        public ConcurrentQueue<long> Taken { get; } = new();

        public bool Fails { get; set; }

        public string Name => "memory";

        public int MaxReadingsPerDelivery => 200;

        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken) => Task.FromResult<ISinkLane>(new MemoryLane(this));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private sealed class MemoryLane(MemorySink sink) : ISinkLane
        {
            public JournalPosition? StoredCursor => null;

            public ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
            {
                if (sink.Fails) return ValueTask.FromResult(DeliveryOutcome.Retry("down"));
                for (int i = 0; i < chunk.PartCount; i++)
                {
                    foreach (ref readonly Reading reading in chunk.PartAt(i)) sink.Taken.Enqueue(JournalRig.NumberOf(reading));
                }
                return ValueTask.FromResult(DeliveryOutcome.Accepted);
            }

            public ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken) => ValueTask.FromResult(DeliveryOutcome.Accepted);

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
