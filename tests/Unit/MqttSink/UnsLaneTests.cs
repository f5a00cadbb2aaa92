using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Tests.Unit.Delivery;

namespace HyperIngest.Tests.Unit.MqttSink;

public sealed class UnsLaneTests : IDisposable
{
    private readonly MqttSinkRig _rig = new();

    private ScriptedBroker Broker => _rig.Broker;

    private static MqttSinkOptions Plain => MqttSinkRig.Options with { Uns = new MqttUnsOptions { Payload = MqttPayload.Plain } };

    public void Dispose() => _rig.Dispose();

    private long[] Values => [.. Broker.Messages.Select(m => long.Parse(m.Text, CultureInfo.InvariantCulture))];

    [Fact]
    public async Task Every_reading_is_a_message_on_its_series_topic_and_in_order()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Plain with { Uns = Plain.Uns with { Retain = true } });
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(0, 1000), default));
        Assert.Null(lane.StoredCursor);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), Values);
        Assert.All(Broker.Messages, m => Assert.Equal($"press-{long.Parse(m.Text, CultureInfo.InvariantCulture) % MqttSinkRig.Devices}/count", m.Topic));
        Assert.All(Broker.Messages, m => Assert.True(m is { Retain: true, Qos: MqttQos.AtLeastOnce }));
        Assert.Equal((1000, 1000), (_rig.Metric("messages_total"), _rig.Metric("acknowledged_total")));
    }

    [Fact]
    public async Task The_json_payload_is_the_record_that_a_source_reads_back()
    {
        await using ISinkLane lane = await _rig.LaneAsync();
        Reading reading = MqttSinkRig.Counted(42);
        await MqttSinkRig.AcceptAsync(lane, _rig.Chunk(reading));
        DecodedReadings decoded = new();
        RecordReader reader = new(new SeriesCatalog(), new RecordReaderLimits { MaxNameBytes = SeriesCatalog.MaxNameLength });
        Assert.Equal(RecordStatus.Complete, reader.TryRead(RecordFormat.Json, Broker.Messages[0].Payload, 1, decoded));
        Assert.Equal(("press-2", 42L, reading.GatewayTime), (decoded.Device, decoded.Readings[0].ValueBits, decoded.Readings[0].GatewayTime));
    }

    [Fact]
    public async Task No_more_are_under_way_than_the_brokers_receive_maximum()
    {
        Broker.Accepted = Broker.Accepted with { ReceiveMaximum = 3 };
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(0, 200), default));
        Assert.Equal(3, Broker.Current!.MostInFlight);
        Assert.Equal(200, Broker.Messages.Length);
    }

    [Fact]
    public async Task An_identifier_that_comes_back_within_a_batch_is_told_from_what_it_was()
    {
        Broker.AnswersAtOnce = true;
        Broker.Answer = m => long.Parse(m.Text, CultureInfo.InvariantCulture) % 3 == 1 ? MqttReasonCode.QuotaExceeded : MqttReasonCode.Success;
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryChunk chunk = _rig.Counting(0, 300);
        Assert.Equal(DeliveryVerdict.Retry, (await lane.DeliverAsync(chunk, default)).Verdict);
        Broker.Answer = static _ => MqttReasonCode.Success;
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal(Enumerable.Range(0, 300).Concat(Enumerable.Range(0, 100).Select(i => (3 * i) + 1)).Select(i => (long)i), Values);
    }

    [Fact]
    public async Task No_more_are_under_way_than_the_sinks_own_limit()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Plain with { Limits = Plain.Limits with { MaxInFlight = 7 } });
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(0, 200), default));
        Assert.Equal(7, Broker.Current!.MostInFlight);
    }

    [Fact]
    public async Task After_a_lost_connection_only_what_was_not_acknowledged_is_sent_again()
    {
        Broker.Answer = m => long.Parse(m.Text, CultureInfo.InvariantCulture) % 2 == 0 ? MqttReasonCode.Success : null;
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryChunk chunk = _rig.Counting(0, 100);
        Task<DeliveryOutcome> delivery = lane.DeliverAsync(chunk, default).AsTask();
        await Eventually.IsTrue(() => _rig.Metric("acknowledged_total") == 50, "half is acknowledged");
        Assert.False(delivery.IsCompleted);
        Broker.Answer = static _ => MqttReasonCode.Success;
        Broker.Current!.End();
        Assert.Equal(DeliveryVerdict.Retry, (await delivery).Verdict);
        await MqttSinkRig.AcceptAsync(lane, chunk);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (2L * i) + 1), Broker.Messages.Where(m => m.Connection == 2).Select(m => long.Parse(m.Text, CultureInfo.InvariantCulture)));
        Assert.Equal(50, _rig.Metric("sent_again_total"));
        // And nothing of it is remembered for the next.
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(100, 100));
        Assert.Equal(150, Broker.Messages.Count(m => m.Connection == 2));
    }

    [Fact]
    public async Task Topics_the_broker_refuses_cost_their_readings_and_no_others()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 4));
        Broker.Answer = static m => m.Topic == "press-1/count" ? MqttReasonCode.NotAuthorized : MqttReasonCode.Success;
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Counting(4, 12), default);
        Assert.Equal(DeliveryVerdict.AcceptedExcept, outcome.Verdict);
        Assert.Equal([1, 5, 9], lane.Refused.Select(r => r.Index));
        Assert.All(lane.Refused, r => Assert.Contains("not authorized (0x87)", r.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(MqttReasonCode.TopicNameInvalid)]
    [InlineData(MqttReasonCode.PayloadFormatInvalid)]
    public async Task A_message_refused_for_what_it_is_becomes_a_dead_letter(MqttReasonCode reason)
    {
        Broker.Answer = m => m.Text == "7" ? reason : MqttReasonCode.Success;
        await using Sinks.Mqtt.MqttSink sink = _rig.Sink(Plain);
        await using LaneHarness harness = new(sink, identity: MqttSinkRig.Identity);
        harness.Lane.Start();
        harness.Write(64);
        await harness.DrainAsync();
        Assert.Single(harness.LetterLines);
        Assert.Equal((63L, 1L), (harness.Lane.Status.Delivered, harness.Lane.Status.DeadLettered));
        Assert.Equal(64, Broker.Messages.Length);
    }

    [Fact]
    public async Task A_user_who_may_publish_nothing_stops_the_lane_and_loses_nothing()
    {
        Broker.Answer = static _ => MqttReasonCode.NotAuthorized;
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryChunk chunk = _rig.Counting(0, 10);
        DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
        Assert.Equal(DeliveryVerdict.Stop, outcome.Verdict);
        Assert.Contains("allow its user to publish", outcome.Reason, StringComparison.Ordinal);
        Broker.Answer = static _ => MqttReasonCode.Success;
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal(20, Broker.Messages.Length);
    }

    [Fact]
    public async Task What_a_quota_holds_back_is_sent_again_and_the_rest_is_not()
    {
        Broker.Answer = static m => m.Text == "3" ? MqttReasonCode.QuotaExceeded : MqttReasonCode.Success;
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryChunk chunk = _rig.Counting(0, 10);
        DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
        Assert.Equal(DeliveryVerdict.Retry, outcome.Verdict);
        Assert.Contains("quota exceeded (0x97)", outcome.Reason, StringComparison.Ordinal);
        Broker.Answer = static _ => MqttReasonCode.Success;
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => (long)i), 3L], Values);
    }

    [Fact]
    public async Task A_broker_that_acknowledges_nothing_is_said_and_nothing_is_sent_twice_for_it()
    {
        Broker.Answer = static _ => null;
        await using ISinkLane lane = await _rig.LaneAsync(Plain with { Limits = Plain.Limits with { StallTime = TimeSpan.FromMilliseconds(100) } });
        DeliveryChunk chunk = _rig.Counting(0, 10);
        for (int i = 0; i < 3; i++)
        {
            DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
            Assert.Equal(DeliveryVerdict.Retry, outcome.Verdict);
            Assert.Contains("acknowledged nothing", outcome.Reason, StringComparison.Ordinal);
        }
        Assert.Equal(10, Broker.Messages.Length);
        Assert.Equal(3, _rig.Metric("stalls_total"));
    }

    [Fact]
    public async Task Qos_0_is_accepted_when_the_operating_system_has_it_and_not_before()
    {
        Broker.Stuck = 1;
        await using ISinkLane lane = await _rig.LaneAsync(Plain with { Uns = Plain.Uns with { Qos = MqttQos.AtMostOnce } });
        Task<DeliveryOutcome> delivery = lane.DeliverAsync(_rig.Counting(0, 100), default).AsTask();
        await Eventually.IsTrue(() => Broker.Messages.Length == 100, "all is published");
        Assert.False(delivery.IsCompleted);
        Broker.Stuck = 0;
        Assert.Equal(DeliveryOutcome.Accepted, await delivery);
        Assert.Equal(100, Broker.Messages.Length);
    }

    [Fact]
    public async Task A_plain_payload_leaves_bad_values_out_and_counts_them()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        await MqttSinkRig.AcceptAsync(lane, _rig.Chunk(MqttSinkRig.Counted(0), MqttSinkRig.Counted(1, status: StatusCodes.BadTimeout), MqttSinkRig.Counted(2, status: StatusCodes.Uncertain)));
        Assert.Equal([0L, 2], Values);
        Assert.Equal(1, _rig.Metric("skipped_total"));
    }

    [Fact]
    public async Task A_reading_that_can_be_no_message_is_refused_and_the_rest_is_sent()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Chunk(MqttSinkRig.Counted(0), new Reading(99, 0, 0, 1, 0), MqttSinkRig.Counted(2)), default);
        Assert.Equal(DeliveryVerdict.AcceptedExcept, outcome.Verdict);
        Assert.Contains("series 99 is not in the catalog", Assert.Single(lane.Refused).Reason, StringComparison.Ordinal);
        Assert.Equal([0L, 2], Values);
    }

    [Fact]
    public async Task A_message_larger_than_the_broker_takes_is_refused_before_it_is_sent()
    {
        Broker.Accepted = Broker.Accepted with { MaximumPacketBytes = 100 };
        await using ISinkLane lane = await _rig.LaneAsync();
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Counting(0, 1), default);
        Assert.Equal(DeliveryVerdict.AcceptedExcept, outcome.Verdict);
        Assert.Contains("takes 100 at most", lane.Refused[0].Reason, StringComparison.Ordinal);
        Assert.Empty(Broker.Messages);
    }

    [Fact]
    public async Task A_broker_that_hangs_up_on_a_message_has_it_searched_for()
    {
        Broker.Answer = m =>
        {
            if (m.Text != "5") return null;
            Broker.Current!.End(MqttReasonCode.TopicNameInvalid, byServer: true);
            return null;
        };
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Counting(0, 10), default);
        Assert.Equal(DeliveryVerdict.Rejected, outcome.Verdict);
    }

    [Theory]
    [InlineData(MqttReasonCode.BadUserNameOrPassword, DeliveryVerdict.Stop)]
    [InlineData(MqttReasonCode.ServerUnavailable, DeliveryVerdict.Retry)]
    public async Task A_refused_connection_is_an_outcome(MqttReasonCode reason, DeliveryVerdict verdict)
    {
        Broker.Refusal = new MqttEnd(reason, "refused", true);
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryChunk chunk = _rig.Counting(0, 10);
        Assert.Equal(verdict, (await lane.DeliverAsync(chunk, default)).Verdict);
        Broker.Refusal = null;
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
    }

    [Fact]
    public async Task A_broker_that_sends_the_client_elsewhere_is_followed()
    {
        Broker.Refusal = new MqttEnd(MqttReasonCode.ServerMoved, "moved", true, "other.plant:1999 third");
        await using ISinkLane lane = await _rig.LaneAsync(Plain);
        DeliveryChunk chunk = _rig.Counting(0, 1);
        Assert.Equal(DeliveryVerdict.Retry, (await lane.DeliverAsync(chunk, default)).Verdict);
        Broker.Refusal = null;
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal(("other.plant", 1999), (Broker.Options[1].Host, Broker.Options[1].Port));
    }

    [Fact]
    public async Task A_broker_without_what_the_sink_asks_for_stops_the_lane()
    {
        Broker.Accepted = Broker.Accepted with { RetainAvailable = false };
        await using ISinkLane lane = await _rig.LaneAsync(Plain with { Uns = Plain.Uns with { Retain = true } });
        Assert.Contains("set retain of the sink to false", (await lane.DeliverAsync(_rig.Counting(0, 1), default)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lanes_have_client_ids_of_their_own()
    {
        await using Sinks.Mqtt.MqttSink sink = _rig.Sink(Plain, shards: 2);
        for (int shard = 0; shard < 2; shard++)
        {
            await using ISinkLane lane = await sink.OpenLaneAsync(MqttSinkRig.Identity with { Shard = shard }, default);
            await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 1));
        }
        Assert.Equal(["hyperingest-node-a-mqtt-0", "hyperingest-node-a-mqtt-1"], Broker.Options.Select(o => o.ClientId));
        Assert.Equal(2, Broker.Disconnected.Count);
    }

    [Theory]
    [InlineData(MqttPayload.Json)]
    [InlineData(MqttPayload.Compact)]
    [InlineData(MqttPayload.Plain)]
    public async Task Nothing_is_allocated_a_reading(MqttPayload payload)
    {
        using MqttSinkRig rig = new() { Broker = new ScriptedBroker { Keeps = false } };
        await using ISinkLane lane = await rig.LaneAsync(MqttSinkRig.Options with { Uns = new MqttUnsOptions { Payload = payload } });
        DeliveryChunk[] chunks = [.. Enumerable.Range(0, 4).Select(i => rig.Counting(i * 8000, 8000))];
        foreach (DeliveryChunk chunk in chunks) await MqttSinkRig.AcceptAsync(lane, chunk);
        long before = GC.GetAllocatedBytesForCurrentThread();
        // Answered at the flush: the delivery ends on this thread.
        ValueTask<DeliveryOutcome> delivery = lane.DeliverAsync(chunks[0], default);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(delivery.IsCompletedSuccessfully);
        Assert.Equal(DeliveryOutcome.Accepted, await delivery);
        Assert.Equal(0, allocated);
    }
}
