using HyperIngest.Core.Delivery;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Sinks.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Faults of a cluster of several brokers, by librdkafka's test broker.</summary>
public sealed class SinkClusterTests : IDisposable
{
    private readonly TestBroker _brokers = new(2);
    private readonly SinkRig _rig;

    public SinkClusterTests() => _rig = new SinkRig(_brokers.Brokers);

    public void Dispose()
    {
        _rig.Dispose();
        _brokers.Dispose();
    }

    [Fact]
    public async Task A_leader_that_moves_loses_and_doubles_nothing()
    {
        _brokers.CreateTopic(SinkRig.Topic, 2, 2);
        _brokers.MoveLeader(SinkRig.Topic, 0, 1);
        _brokers.MoveLeader(SinkRig.Topic, 1, 2);
        await using KafkaSink sink = _rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(i * 1000, 1000), default));
            _brokers.MoveLeader(SinkRig.Topic, 0, 2 - (i % 2));
            _brokers.MoveLeader(SinkRig.Topic, 1, 1 + (i % 2));
        }
        SinkRig.AssertOnceAndInOrder(_rig.Read(partitions: 2), 6000);
    }

    [Fact]
    public async Task A_slow_broker_is_waited_for()
    {
        _brokers.CreateTopic(SinkRig.Topic, 1);
        _brokers.Delay(1, TimeSpan.FromMilliseconds(50));
        _brokers.Delay(2, TimeSpan.FromMilliseconds(50));
        await using KafkaSink sink = _rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(0, 10_000), default));
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 10_000);
    }

    [Fact]
    public async Task A_topic_that_may_not_be_written_stops_the_lane_and_says_what_to_do()
    {
        _brokers.CreateTopic(SinkRig.Topic, 1);
        _brokers.SetTopicError(SinkRig.Topic, KafkaErrorCode.TopicAuthorizationFailed);
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Limits = _rig.Options.Limits with { StallTime = TimeSpan.FromMilliseconds(300) } });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        DeliveryChunk chunk = _rig.Counting(0, 10);
        DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
        Assert.Equal(DeliveryVerdict.Stop, outcome.Verdict);
        Assert.Contains("Allow the sink's user", outcome.Reason, StringComparison.Ordinal);
        _brokers.SetTopicError(SinkRig.Topic, 0);
        await Eventually.IsTrue(async () => (await lane.DeliverAsync(chunk, default)).Verdict == DeliveryVerdict.Accepted, "the lane goes on");
        SinkRig.AssertOnceAndInOrder(_rig.Read(), 10);
    }

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Protobuf)]
    [InlineData(RecordFormat.Columnar)]
    public void A_delivery_allocates_nothing(RecordFormat format)
    {
        _brokers.CreateTopic(SinkRig.Topic, 2);
        KafkaSink sink = _rig.Sink(_rig.Options with { Format = format });
        using IKafkaDelivery delivery = sink.Open(_rig.Identity, default);
        DeliveryChunk[] chunks = [.. Enumerable.Range(0, 2).Select(i => _rig.Counting(i * 4000, 4000))];
        for (int i = 0; i < 40; i++) Assert.Equal(DeliveryVerdict.Accepted, delivery.Deliver(chunks[i % 2], default).Verdict);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) delivery.Deliver(chunks[i % 2], default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
