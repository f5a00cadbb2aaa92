using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Tests.Unit.Delivery;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>At-least-once deliveries into the stand-in broker.</summary>
public sealed class SinkTests : IAsyncDisposable
{
    private readonly StandInBroker _broker = StandInBroker.Start();
    private readonly SinkRig _rig;

    public SinkTests() => _rig = new SinkRig(_broker.BootstrapServers);

    public async ValueTask DisposeAsync()
    {
        _rig.Dispose();
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Protobuf)]
    [InlineData(RecordFormat.Columnar)]
    public async Task Every_reading_arrives_once_in_its_devices_partition_and_in_order(RecordFormat format)
    {
        _broker.CreateTopic(SinkRig.Topic, 3);
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Format = format });
        await sink.PrepareAsync(default);
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        for (int i = 0; i < 5; i++) Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(i * 4000, 4000), default));
        List<SinkRig.Found> found = _rig.Read(partitions: 3);
        SinkRig.AssertOnceAndInOrder(found, 20_000);
        foreach (SinkRig.Found reading in found)
        {
            Assert.Equal(KeyPartition.Of(KafkaPartitioner.Murmur2, Encoding.UTF8.GetBytes(reading.Device), 3), reading.Partition);
            Assert.Equal(format == RecordFormat.Json ? null : RecordFormats.NameOf(format), reading.Format);
        }
        Assert.Equal(format == RecordFormat.Json ? 20_000 : 5 * SinkRig.Devices, _rig.Metric("hyperingest_kafka_records_total"));
    }

    [Fact]
    public async Task Headers_are_with_every_record_when_they_are_asked_for()
    {
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Headers = KafkaHeaderUse.Always });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(0, 100), default));
        Assert.All(_rig.Read(), f => Assert.Equal("json", f.Format));
    }

    [Fact]
    public async Task Brokers_that_go_away_and_come_back_lose_and_double_nothing()
    {
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Limits = _rig.Options.Limits with { StallTime = TimeSpan.FromMilliseconds(300) } });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        await AcceptAsync(lane, _rig.Counting(0, 1000));
        await _broker.StopListeningAsync();
        DeliveryChunk chunk = _rig.Counting(1000, 3000);
        for (int i = 0; i < 3; i++)
        {
            DeliveryOutcome held = await lane.DeliverAsync(chunk, default);
            Assert.Equal(DeliveryVerdict.Retry, held.Verdict);
        }
        _broker.StartListening();
        await AcceptAsync(lane, chunk);
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 4000);
        Assert.True(_rig.Metric("hyperingest_kafka_stalls_total") >= 3);
        Assert.Equal(0, _rig.Metric("hyperingest_kafka_unconfirmed_records_total"));
    }

    [Fact]
    public async Task A_confirmation_that_was_cut_off_doubles_nothing()
    {
        await using KafkaSink sink = _rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        await AcceptAsync(lane, _rig.Counting(0, 10));
        BrokerFault cut = _broker.Faults.CutResponse(KafkaApi.Produce, times: 2);
        await AcceptAsync(lane, _rig.Counting(10, 5000));
        Assert.Equal(2, cut.Hits);
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 5010);
    }

    [Theory]
    [InlineData(BrokerError.NotEnoughReplicas)]
    [InlineData(BrokerError.RequestTimedOut)]
    [InlineData(BrokerError.NotLeaderForPartition)]
    public async Task An_error_that_passes_costs_nothing_but_time(BrokerError error)
    {
        await using KafkaSink sink = _rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        await AcceptAsync(lane, _rig.Counting(0, 10));
        BrokerFault fault = _broker.Faults.Fail(KafkaApi.Produce, error, 3);
        await AcceptAsync(lane, _rig.Counting(10, 5000));
        Assert.Equal(3, fault.Hits);
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 5010);
    }

    [Fact]
    public async Task A_record_larger_than_the_sink_takes_is_refused_and_the_rest_arrives_in_order()
    {
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Limits = _rig.Options.Limits with { MaxRecordBytes = 1000 } });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Chunk(SinkRig.Counted(0), _rig.Text(2000), SinkRig.Counted(1), _rig.Text(2500), SinkRig.Counted(2)), default);
        Assert.Equal(DeliveryVerdict.AcceptedExcept, outcome.Verdict);
        Assert.Equal([1, 3], lane.Refused.Select(r => r.Index));
        Assert.Contains("max_record_bytes is 1000", lane.Refused[0].Reason, StringComparison.Ordinal);
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 3);
    }

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Protobuf)]
    public async Task What_a_broker_refuses_with_its_whole_batch_is_found_and_the_rest_arrives_once(RecordFormat format)
    {
        _broker.CreateTopic(SinkRig.Topic, 1, new TopicSettings { MaxMessageBytes = 2000 });
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Format = format, Compression = KafkaCompression.None });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        List<Core.Readings.Reading> readings = [.. Enumerable.Range(0, 100).Select(i => SinkRig.Counted(i))];
        readings.Insert(50, _rig.Text(2500));
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Chunk([.. readings]), default);
        Assert.Equal(DeliveryVerdict.AcceptedExcept, outcome.Verdict);
        RefusedReading refused = Assert.Single(lane.Refused);
        Assert.Equal(50, refused.Index);
        Assert.Contains("MSG_SIZE_TOO_LARGE", refused.Reason, StringComparison.Ordinal);
        List<SinkRig.Found> found = _rig.Read();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), found.Select(f => f.Value).Order());
        // The lane is in order afterwards.
        await AcceptAsync(lane, _rig.Counting(100, 8));
        Assert.Equal(108, _rig.Read().Count);
    }

    [Fact]
    public async Task Refused_readings_are_dead_letters_with_the_brokers_reason()
    {
        _broker.CreateTopic(SinkRig.Topic, 1, new TopicSettings { MaxMessageBytes = 2000 });
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Compression = KafkaCompression.None });
        await using LaneHarness harness = new(sink, identity: _rig.Identity);
        harness.Lane.Start();
        Core.Sharding.ReadingBatch batch = harness.Pool.Rent();
        for (int i = 0; i < 64; i++) batch.Slots[i] = i == 20 ? _rig.Text(2500) : SinkRig.Counted(i < 20 ? i : i - 1);
        batch.Count = 64;
        harness.Log.Append(batch);
        harness.Lane.Offer(batch);
        batch.Release();
        await harness.DrainAsync();
        Assert.Contains("MSG_SIZE_TOO_LARGE", Assert.Single(harness.LetterLines), StringComparison.Ordinal);
        Assert.Equal((63L, 1L), (harness.Lane.Status.Delivered, harness.Lane.Status.DeadLettered));
        Assert.Equal(Enumerable.Range(0, 63).Select(i => (long)i), _rig.Read().Select(f => f.Value).Order());
    }

    [Fact]
    public async Task A_topic_that_is_not_there_stops_the_lane_until_somebody_makes_it()
    {
        await using StandInBroker strict = StandInBroker.Start(new StandInBrokerOptions { AutoCreateTopics = false });
        using SinkRig rig = new(strict.BootstrapServers);
        await using KafkaSink sink = rig.Sink(rig.Options with { Limits = rig.Options.Limits with { StallTime = TimeSpan.FromMilliseconds(500) } });
        await using ISinkLane lane = await sink.OpenLaneAsync(rig.Identity, default);
        DeliveryChunk chunk = rig.Counting(0, 10);
        DeliveryOutcome outcome = default;
        await Eventually.IsTrue(async () => (outcome = await lane.DeliverAsync(chunk, default)).Verdict == DeliveryVerdict.Stop, "the lane stops");
        Assert.Contains("Create the topic", outcome.Reason, StringComparison.Ordinal);
        strict.CreateTopic(SinkRig.Topic);
        await AcceptAsync(lane, chunk);
        Assert.Equal(10, rig.Read().Count);
    }

    [Fact]
    public async Task A_full_queue_is_waited_for_and_order_is_kept()
    {
        KafkaClientOptions client = _rig.Options.Client with { Properties = new Dictionary<string, string> { ["queue.buffering.max.messages"] = "50" } };
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Client = client });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        await AcceptAsync(lane, _rig.Counting(0, 5000));
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 5000);
        Assert.True(_rig.Metric("hyperingest_kafka_queue_full_waits_total") > 0);
    }

    [Fact]
    public async Task A_reading_that_can_be_no_record_rejects_the_delivery_and_none_of_it_is_sent()
    {
        await using KafkaSink sink = _rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Chunk(SinkRig.Counted(0), new Core.Readings.Reading(9999, 0, 0, 1, 1)), default);
        Assert.Equal((DeliveryVerdict.Rejected, 2), (outcome.Verdict, outcome.PoisonHint));
        await AcceptAsync(lane, _rig.Counting(0, 1));
        Assert.Single(_rig.Read());
    }

    [Fact]
    public async Task A_cancelled_delivery_does_not_wait_for_the_brokers()
    {
        await using KafkaSink sink = _rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        await AcceptAsync(lane, _rig.Counting(0, 1));
        await _broker.StopListeningAsync();
        using CancellationTokenSource cancel = new();
        Task<DeliveryOutcome> delivering = lane.DeliverAsync(_rig.Counting(1, 10), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering);
    }

    // A busy machine may let the stall time pass: then the same chunk goes on.
    private static async Task AcceptAsync(ISinkLane lane, DeliveryChunk chunk)
    {
        DeliveryOutcome outcome = default;
        await Eventually.IsTrue(
            async () => (outcome = await lane.DeliverAsync(chunk, default)).Verdict is not (DeliveryVerdict.Retry or DeliveryVerdict.Stop), "the delivery is settled");
        Assert.Equal(DeliveryOutcome.Accepted, outcome);
    }
}
