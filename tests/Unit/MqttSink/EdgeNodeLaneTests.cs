using System.Buffers;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.MqttSink;

public sealed class EdgeNodeLaneTests : IDisposable
{
    private readonly MqttSinkRig _rig = new();

    private ScriptedBroker Broker => _rig.Broker;

    private static MqttSinkOptions Edge => MqttSinkRig.Options with { Mode = MqttSinkMode.Sparkplug, Sparkplug = new MqttEdgeNodeOptions { Group = "plant" } };

    private static MqttSinkOptions Hosted => Edge with { Sparkplug = Edge.Sparkplug with { PrimaryHost = "scada" } };

    public void Dispose() => _rig.Dispose();

    private EdgeMessage[] Sent => [.. Broker.Messages.Select(EdgeMessage.Of)];

    private void HostSays(bool online, long timestamp) => Broker.Current!.Say("spBv1.0/STATE/scada", new SparkplugState(online, timestamp).Compose());

    private void AskForRebirth()
    {
        ArrayBufferWriter<byte> payload = new();
        SparkplugPayloadWriter writer = new(payload);
        writer.Boolean(new SparkplugMetricHeader { Name = "Node Control/Rebirth"u8, DataType = SparkplugDataType.Boolean }, true);
        writer.Flush();
        Broker.Current!.Say("spBv1.0/plant/NCMD/node-a", payload.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task Births_come_before_data_and_sequence_numbers_have_no_gap()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge with { Sparkplug = Edge.Sparkplug with { MaxMetricsPerMessage = 1 } });
        for (int i = 0; i < 4; i++) await MqttSinkRig.AcceptAsync(lane, _rig.Counting(i * 100, 100));
        EdgeMessage[] sent = Sent;
        Assert.Equal("spBv1.0/plant/NBIRTH/node-a", sent[0].Topic);
        Assert.Equal(1 + MqttSinkRig.Devices + 400, sent.Length);
        // Beyond 255 as well.
        for (int i = 0; i < sent.Length; i++) Assert.Equal((ulong)(i % 256), sent[i].Seq);
        foreach (string device in sent.Where(m => m.Type == "DDATA").Select(m => m.Device).Distinct())
        {
            Assert.True(Array.FindIndex(sent, m => m.Type == "DBIRTH" && m.Device == device) < Array.FindIndex(sent, m => m.Type == "DDATA" && m.Device == device));
        }
        Assert.All(Broker.Messages, m => Assert.True(m is { Qos: MqttQos.AtMostOnce, Retain: false }));
    }

    [Fact]
    public async Task The_wills_bdSeq_is_the_births_and_grows_with_each_connection()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        Broker.Current!.End();
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(8, 8));
        ulong[] births = [.. Sent.Where(m => m.Type == "NBIRTH").Select(m => m.Metrics.Single(x => x.Name == "bdSeq").Bits)];
        Assert.Equal(2, births.Length);
        Assert.Equal((births[0] + 1) % 256, births[1]);
        for (int i = 0; i < 2; i++)
        {
            MqttWill will = Broker.Wills[i]!;
            Assert.Equal(("spBv1.0/plant/NDEATH/node-a", MqttQos.AtLeastOnce, false), (will.Topic, will.Qos, will.Retain));
            Assert.Equal(births[i], EdgeMessage.Of(new ScriptedBroker.Published(1, will.Topic, will.Payload.ToArray(), will.Qos, false)).Metrics.Single().Bits);
        }
    }

    [Fact]
    public async Task A_birth_names_types_units_and_aliases_and_has_the_last_values()
    {
        int unit = _rig.Catalog.Register(new SeriesDefinition("press-0", "oil", ValueKind.Float64, "degC"));
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        EdgeMessage birth = Sent.First(m => m is { Type: "DBIRTH", Device: "press-0" });
        Assert.Equal(["count", "oil"], birth.Metrics.Select(m => m.Name));
        Assert.Equal([0UL, (ulong)unit], birth.Metrics.Select(m => m.Alias));
        Assert.Equal([SparkplugDataType.Int64, SparkplugDataType.Double], birth.Metrics.Select(m => m.Type));
        Assert.All(birth.Metrics, m => Assert.True(m.IsNull));
        Assert.Equal("degC", birth.Metrics[1].Unit);
        AskForRebirth();
        await Eventually.IsTrue(() => Sent.Count(m => m.Type == "DBIRTH") == 2 * MqttSinkRig.Devices, "it is born again");
        EdgeMetric again = Sent.Last(m => m is { Type: "DBIRTH", Device: "press-0" }).Metrics[0];
        Assert.Equal((false, 4UL), (again.IsNull, again.Bits));
    }

    [Fact]
    public async Task A_series_that_is_new_has_its_device_born_again_before_its_data()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        int added = _rig.Catalog.Register(new SeriesDefinition("press-1", "added", ValueKind.Bool));
        await MqttSinkRig.AcceptAsync(lane, _rig.Chunk(new Reading(added, 0, 0, DateTime.UtcNow.Ticks, 1)));
        EdgeMessage[] last = Sent[^2..];
        Assert.Equal(("DBIRTH", "press-1", 2), (last[0].Type, last[0].Device, last[0].Metrics.Length));
        Assert.Equal(("DDATA", "press-1", (ulong)added, 1UL), (last[1].Type, last[1].Device, last[1].Metrics[0].Alias, last[1].Metrics[0].Bits));
        Assert.Equal((last[0].Seq + 1) % 256, last[1].Seq);
        Assert.Equal(1, Sent.Count(m => m.Type == "NBIRTH"));
    }

    [Fact]
    public async Task A_rebirth_asked_for_is_a_whole_one_with_the_same_bdSeq_while_nothing_is_delivered()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        int before = Broker.Messages.Length;
        AskForRebirth();
        await Eventually.IsTrue(() => Broker.Messages.Length == before + 1 + MqttSinkRig.Devices, "node and devices are born again");
        EdgeMessage[] again = Sent[before..];
        Assert.Equal("NBIRTH", again[0].Type);
        Assert.Equal(Enumerable.Range(0, again.Length).Select(i => (ulong)i), again.Select(m => m.Seq!.Value));
        Assert.Equal(Sent[0].Metrics.Single(m => m.Name == "bdSeq").Bits, again[0].Metrics.Single(m => m.Name == "bdSeq").Bits);
        // What goes on then is no backlog.
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(8, 8));
        Assert.DoesNotContain(Sent[(before + again.Length)..].SelectMany(m => m.Metrics), m => m.IsHistorical);
        Assert.Equal(1, _rig.Metric("rebirth_requests_total"));
    }

    [Fact]
    public async Task While_the_primary_host_is_away_nothing_is_sent_and_then_birth_backlog_and_live_data()
    {
        Broker.Subscribed = c => c.Say("spBv1.0/STATE/scada", new SparkplugState(false, 100).Compose());
        await using ISinkLane lane = await _rig.LaneAsync(Hosted);
        DeliveryChunk backlog = _rig.Counting(0, 8);
        for (int i = 0; i < 2; i++)
        {
            DeliveryOutcome outcome = await lane.DeliverAsync(backlog, default);
            Assert.Equal(DeliveryVerdict.Retry, outcome.Verdict);
            Assert.Contains("primary host scada is not online", outcome.Reason, StringComparison.Ordinal);
        }
        Assert.Empty(Broker.Messages);
        Assert.Equal(["spBv1.0/plant/NCMD/node-a", "spBv1.0/STATE/scada"], Broker.Filters);
        // An old word counts for nothing.
        HostSays(true, 99);
        Assert.Equal(DeliveryVerdict.Retry, (await lane.DeliverAsync(backlog, default)).Verdict);
        HostSays(true, 101);
        await MqttSinkRig.AcceptAsync(lane, backlog);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(8, 8));
        Assert.Equal("NBIRTH", Sent[0].Type);
        EdgeMetric[] data = [.. Sent.Where(m => m.Type == "DDATA").SelectMany(m => m.Metrics)];
        Assert.Equal(Enumerable.Range(0, 16).Select(i => i < 8), data.Select(m => m.IsHistorical));
        Assert.Equal(8, _rig.Metric("historical_total"));
    }

    [Fact]
    public async Task An_edge_node_dies_with_its_primary_host_and_waits_on_a_new_connection()
    {
        Broker.Subscribed = c => c.Say("spBv1.0/STATE/scada", new SparkplugState(true, 100).Compose());
        await using ISinkLane lane = await _rig.LaneAsync(Hosted);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        Broker.Subscribed = c => c.Say("spBv1.0/STATE/scada", new SparkplugState(false, 200).Compose());
        HostSays(false, 200);
        // Nothing has to be delivered for it to notice.
        await Eventually.IsTrue(() => Broker.Wills.Count == 2, "it has connected anew");
        Assert.Equal("NDEATH", Sent[^1].Type);
        Assert.Equal(Sent[0].Metrics.Single(m => m.Name == "bdSeq").Bits, Sent[^1].Metrics.Single().Bits);
        int before = Broker.Messages.Length;
        Assert.Equal(DeliveryVerdict.Retry, (await lane.DeliverAsync(_rig.Counting(8, 8), default)).Verdict);
        HostSays(true, 300);
        await Eventually.IsTrue(() => Broker.Messages.Length > before, "it is born when the host is back");
        Assert.Equal("NBIRTH", Sent[before].Type);
    }

    [Fact]
    public async Task What_a_lost_connection_had_not_passed_on_follows_the_birth_as_historical()
    {
        Broker.Stuck = 1;
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        DeliveryChunk chunk = _rig.Counting(0, 40);
        Task<DeliveryOutcome> delivery = lane.DeliverAsync(chunk, default).AsTask();
        await Eventually.IsTrue(() => Sent.Count(m => m.Type == "DDATA") == MqttSinkRig.Devices, "all is published");
        Assert.False(delivery.IsCompleted);
        Broker.Current!.End();
        Broker.Stuck = 0;
        Assert.Equal(DeliveryVerdict.Retry, (await delivery).Verdict);
        await MqttSinkRig.AcceptAsync(lane, chunk);
        EdgeMessage[] second = [.. Sent.Where(m => m.Connection == 2)];
        Assert.Equal("NBIRTH", second[0].Type);
        EdgeMetric[] again = [.. second.Where(m => m.Type == "DDATA").SelectMany(m => m.Metrics)];
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (ulong)i), again.Select(m => m.Bits).Order());
        Assert.All(again, m => Assert.True(m.IsHistorical));
    }

    [Fact]
    public async Task A_connection_lost_while_nothing_is_delivered_is_made_again()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        Broker.Current!.End();
        await Eventually.IsTrue(() => Sent.Count(m => m.Type == "NBIRTH") == 2, "it is born again by itself");
    }

    [Fact]
    public async Task Bad_is_null_and_uncertain_is_stale()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Chunk(MqttSinkRig.Counted(4), MqttSinkRig.Counted(8, status: StatusCodes.BadTimeout), MqttSinkRig.Counted(12, status: StatusCodes.Uncertain)));
        EdgeMetric[] data = Sent.Single(m => m.Type == "DDATA").Metrics;
        Assert.Equal([(false, 4UL, null), (true, 0UL, 0UL), (false, 12UL, (ulong?)500)], data.Select(m => (m.IsNull, m.Bits, m.Quality)));
    }

    [Fact]
    public async Task Metrics_are_batched_up_to_their_count_and_size()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge with { Sparkplug = Edge.Sparkplug with { MaxMetricsPerMessage = 100 } });
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 4 * 250));
        Assert.Equal([100, 100, 50], Sent.Where(m => m is { Type: "DDATA", Device: "press-0" }).Select(m => m.Metrics.Length));
        await using ISinkLane small = await _rig.Sink(Edge with { Name = "small", Sparkplug = Edge.Sparkplug with { MaxMessageBytes = 256 } }).OpenLaneAsync(MqttSinkRig.Identity, default);
        await MqttSinkRig.AcceptAsync(small, _rig.Counting(0, 4 * 250));
        Assert.All(Broker.Messages.Where(m => m.Connection == 2 && m.Topic.Contains("DDATA", StringComparison.Ordinal)), m => Assert.InRange(m.Payload.Length, 1, 256 + 64));
    }

    [Fact]
    public async Task Every_kind_of_value_keeps_its_type()
    {
        int real = _rig.Catalog.Register(new SeriesDefinition("all", "real"));
        int unsigned = _rig.Catalog.Register(new SeriesDefinition("all", "unsigned", ValueKind.UInt64));
        int flag = _rig.Catalog.Register(new SeriesDefinition("all", "flag", ValueKind.Bool));
        int text = _rig.Catalog.Register(new SeriesDefinition("all", "text", ValueKind.Text));
        Assert.True(_rig.Catalog.Texts.TryIntern("läuft", out long handle));
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        long now = DateTime.UtcNow.Ticks;
        await MqttSinkRig.AcceptAsync(lane, _rig.Chunk(
            new Reading(real, 0, 0, now, BitConverter.DoubleToInt64Bits(-1.5)), new Reading(unsigned, 0, 0, now, -1), new Reading(flag, 0, 0, now, 1), new Reading(text, 0, 0, now, handle)));
        EdgeMetric[] born = Sent.Single(m => m is { Type: "DBIRTH", Device: "all" }).Metrics;
        Assert.Equal([SparkplugDataType.Double, SparkplugDataType.UInt64, SparkplugDataType.Boolean, SparkplugDataType.String], born.Select(m => m.Type));
        EdgeMetric[] data = Sent.Single(m => m is { Type: "DDATA", Device: "all" }).Metrics;
        Assert.Equal([BitConverter.DoubleToUInt64Bits(-1.5), ulong.MaxValue, 1UL, 0UL], data.Select(m => m.Bits));
        Assert.Equal("läuft", data[3].Text);
        Assert.Equal((ulong)((now - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond), data[0].Timestamp);
    }

    [Fact]
    public async Task Two_devices_of_one_id_stop_the_lane()
    {
        int slash = _rig.Catalog.Register(new SeriesDefinition("a/b", "t", ValueKind.Int64));
        int under = _rig.Catalog.Register(new SeriesDefinition("a_b", "t", ValueKind.Int64));
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Chunk(new Reading(slash, 0, 0, 1, 0), new Reading(under, 0, 0, 1, 0)), default);
        Assert.Equal(DeliveryVerdict.Stop, outcome.Verdict);
        Assert.Contains("'a/b' and 'a_b'", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reading_that_can_be_no_metric_is_named_before_anything_is_sent()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Chunk(MqttSinkRig.Counted(0), new Reading(99, 0, 0, 1, 0)), default);
        Assert.Equal((DeliveryVerdict.Rejected, 2), (outcome.Verdict, outcome.PoisonHint));
        Assert.Empty(Broker.Messages);
    }

    [Fact]
    public async Task A_command_that_cannot_be_read_is_counted_and_passed_over()
    {
        await using ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        Broker.Current!.Say("spBv1.0/plant/NCMD/node-a", [0xFF, 0xFF, 0xFF]);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(8, 8));
        Assert.Equal((1, 1), (_rig.Metric("unreadable_commands_total"), Sent.Count(m => m.Type == "NBIRTH")));
    }

    [Fact]
    public async Task A_lane_that_ends_says_that_its_node_is_dead()
    {
        ISinkLane lane = await _rig.LaneAsync(Edge);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 8));
        await lane.DisposeAsync();
        Assert.Equal("NDEATH", Sent[^1].Type);
        Assert.Single(Broker.Disconnected);
    }

    [Theory]
    [InlineData(1, "node-a")]
    [InlineData(2, "node-a-0")]
    public async Task A_shard_is_an_edge_node(int shards, string node)
    {
        await using Sinks.Mqtt.MqttSink sink = _rig.Sink(Edge, shards);
        await using ISinkLane lane = await sink.OpenLaneAsync(MqttSinkRig.Identity, default);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 1));
        Assert.Equal($"spBv1.0/plant/NBIRTH/{node}", Sent[0].Topic);
    }
}
