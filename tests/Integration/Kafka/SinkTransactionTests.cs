using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Tests.Unit.Delivery;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>The contract of sinks that keep their own cursor, in transactions on the stand-in broker. A number of nineteen digits makes a record one byte too long and more.</summary>
public sealed class SinkTransactionTests : SinkLaneContract, IAsyncDisposable
{
    private const int MaxRecordBytes = 1000;

    private readonly StandInBroker _broker = StandInBroker.Start();
    private readonly SinkRig _rig;
    private long _written;

    public SinkTransactionTests()
    {
        _rig = new SinkRig(_broker.BootstrapServers);
        SeriesDefinition series = new("press-1", "count", ValueKind.Int64);
        // As long a unit as leaves room for numbers of ten digits.
        SeriesCatalog probe = new();
        int id = probe.Register(series);
        byte[] record = new byte[4096];
        Assert.True(new JsonRecordWriter(probe).TryWrite(new Reading(id, 0, 0, DateTime.UtcNow.Ticks, 9_999_999_999), record, out int length));
        Catalog.Register(series with { Unit = new string('u', MaxRecordBytes - length - Encoding.UTF8.GetByteCount(series.Device)) });
    }

    public async ValueTask DisposeAsync()
    {
        _rig.Dispose();
        await _broker.DisposeAsync();
    }

    protected override SeriesCatalog Catalog { get; } = new();

    protected override long PoisonValue => long.MaxValue;

    protected override async Task<ISink> SinkAsync()
    {
        KafkaSink sink = Sink();
        await sink.PrepareAsync(default);
        return sink;
    }

    protected override Task<long[]> StoredAsync() => Task.FromResult<long[]>([.. _rig.Read().Select(f => f.Value)]);

    protected override Task FailNextDeliveryAsync()
    {
        // The records are there by then.
        _broker.Faults.Fail(KafkaApi.EndTxn, BrokerError.InvalidTxnState);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_commit_whose_answer_was_cut_off_counts_once()
    {
        await using KafkaSink sink = Sink();
        await using LaneHarness harness = new(sink, identity: Identity, batchCapacity: 16);
        harness.Lane.Start();
        for (int i = 0; i < 20; i++)
        {
            if (i % 5 == 2) _broker.Faults.CutResponse(KafkaApi.EndTxn);
            if (i % 5 == 4) _broker.Faults.MoveCoordinator(2);
            WriteCounting(harness, 16);
            await harness.DrainAsync();
        }
        Assert.Equal(Enumerable.Range(0, 320).Select(i => (long)i), await StoredAsync());
    }

    [Fact]
    public async Task A_broker_that_goes_away_within_a_transaction_loses_and_doubles_nothing()
    {
        await using KafkaSink sink = Sink(stall: TimeSpan.FromMilliseconds(300));
        await using LaneHarness harness = new(sink, identity: Identity, batchCapacity: 16);
        harness.Lane.Start();
        WriteCounting(harness, 16);
        await harness.DrainAsync();
        for (int i = 0; i < 2; i++)
        {
            await _broker.StopListeningAsync();
            WriteCounting(harness, 16);
            await Eventually.IsTrue(() => harness.Lane.Status.State is LaneState.Retrying or LaneState.Open, "the lane sees that the broker is away");
            _broker.StartListening();
            await harness.DrainAsync();
        }
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (long)i), await StoredAsync());
    }

    [Fact]
    public async Task The_older_of_two_processes_stops_and_says_why()
    {
        await using KafkaSink sink = Sink();
        await using ISinkLane older = await sink.OpenLaneAsync(Identity, default);
        Assert.Equal(DeliveryOutcome.Accepted, await older.DeliverAsync(Chunk(1, 2), default));
        await using ISinkLane newer = await sink.OpenLaneAsync(Identity, default);
        Assert.Equal(older.StoredCursor, newer.StoredCursor);
        DeliveryChunk next = Chunk(3, 4);
        Assert.Equal(DeliveryOutcome.Accepted, await newer.DeliverAsync(next, default));
        DeliveryOutcome fenced = await older.DeliverAsync(next, default);
        Assert.Equal(DeliveryVerdict.Stop, fenced.Verdict);
        Assert.Contains("Two processes run with the same node name", fenced.Reason, StringComparison.Ordinal);
        Assert.Equal(fenced, await older.DeliverAsync(next, default));
        long[] stored = await StoredAsync();
        Assert.Equal([1L, 2, 3, 4], stored);
    }

    private KafkaSink Sink(TimeSpan? stall = null) => new(
        _rig.Options with
        {
            Guarantee = KafkaGuarantee.ExactlyOnce,
            Limits = new KafkaSinkLimits { MaxRecordBytes = MaxRecordBytes, StallTime = stall ?? TimeSpan.FromSeconds(30), Linger = TimeSpan.Zero },
        },
        Catalog, _rig.Metrics, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    // Of series 0 alone: the sink's catalog has no other.
    private void WriteCounting(LaneHarness harness, int count)
    {
        Core.Sharding.ReadingBatch batch = harness.Pool.Rent();
        for (int i = 0; i < count; i++) batch.Slots[i] = new Reading(0, StatusCodes.Good, 0, DateTime.UtcNow.Ticks, _written++);
        batch.Count = count;
        harness.Log.Append(batch);
        harness.Lane.Offer(batch);
        batch.Release();
    }
}
