using System.Buffers;
using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Sharding;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sparkplug;
using HyperIngest.Tests.Unit.Delivery;
using HyperIngest.Tests.Unit.MqttSink;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>The MQTT sink against mosquitto.</summary>
public sealed class SinkTests : IDisposable
{
    private readonly MqttSinkRig _rig = new();

    public void Dispose() => _rig.Dispose();

    private static MqttSinkOptions Uns(MosquittoBroker broker, MqttQos qos = MqttQos.AtLeastOnce, bool retain = false) => MqttSinkRig.Options with
    {
        Client = broker.Options,
        Uns = new MqttUnsOptions { Payload = MqttPayload.Plain, Qos = qos, Retain = retain },
    };

    private static MqttSinkOptions Edge(MosquittoBroker broker, string? host = null) => MqttSinkRig.Options with
    {
        Client = broker.Options,
        Mode = MqttSinkMode.Sparkplug,
        Sparkplug = new MqttEdgeNodeOptions { Group = "plant", PrimaryHost = host },
    };

    private Sinks.Mqtt.MqttSink Sink(MqttSinkOptions options) => new(options, _rig.Catalog, _rig.Metrics, NullLogger.Instance);

    private Task<ISinkLane> LaneAsync(MqttSinkOptions options) => Sink(options).OpenLaneAsync(MqttSinkRig.Identity, default);

    private static long[] Values(SinkListener listener) => [.. listener.Heard.Select(h => long.Parse(h.Text, CultureInfo.InvariantCulture))];

    [Theory]
    [InlineData(MqttQos.AtLeastOnce, MqttVersion.V5)]
    [InlineData(MqttQos.AtLeastOnce, MqttVersion.V311)]
    [InlineData(MqttQos.AtMostOnce, MqttVersion.V5)]
    public async Task Every_reading_arrives_once_and_in_order(MqttQos qos, MqttVersion version)
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        await using SinkListener listener = await SinkListener.StartAsync(broker);
        MqttSinkOptions options = Uns(broker, qos);
        await using ISinkLane lane = await LaneAsync(options with { Client = options.Client with { Version = version } });
        for (int i = 0; i < 4; i++) await MqttSinkRig.AcceptAsync(lane, _rig.Counting(i * 2000, 2000));
        await Eventually.IsTrue(() => listener.Heard.Count >= 8000, "all have arrived");
        Assert.Equal(Enumerable.Range(0, 8000).Select(i => (long)i), Values(listener));
    }

    [Fact]
    public async Task Readings_go_over_tls_to_a_broker_that_asks_for_a_certificate()
    {
        using MqttCertificates certificates = new();
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Tls = certificates, RequireCertificate = true });
        MqttTlsOptions tls = new() { CaFile = certificates.CaFile, CertificateFile = certificates.ClientFile, KeyFile = certificates.ClientKeyFile, KeyPassword = MqttCertificates.KeyPassword };
        await using SinkListener listener = await SinkListener.StartAsync(broker, tls: tls);
        MqttSinkOptions options = Uns(broker);
        await using ISinkLane lane = await LaneAsync(options with { Client = options.Client with { Tls = tls } });
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 2000));
        await Eventually.IsTrue(() => listener.Heard.Count >= 2000, "all have arrived");
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), Values(listener));
    }

    [Fact]
    public async Task A_broker_that_stops_and_starts_in_mid_delivery_loses_nothing()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Persistence = true });
        await using SinkListener listener = await SinkListener.StartAsync(broker);
        await using Sinks.Mqtt.MqttSink sink = Sink(Uns(broker));
        await using LaneHarness harness = new(sink, identity: MqttSinkRig.Identity);
        harness.Lane.Start();
        const int Batches = 300;
        Task writing = Task.Run(() =>
        {
            // The queue is bounded and the journal is not: what is refused is read from there.
            for (int i = 0; i < Batches; i++) harness.Write(64);
        });
        for (int i = 0; i < 2; i++)
        {
            int heard = listener.Heard.Count;
            await Eventually.IsTrue(() => listener.Heard.Count > heard || harness.Lane.Status.Delivered == Batches * 64L, "it is under way");
            await broker.StopAsync();
            await broker.RestartAsync();
        }
        await writing;
        await harness.DrainAsync();
        await Eventually.IsTrue(() => Values(listener).Distinct().Count() == Batches * 64, "all have arrived");
        Assert.Equal(Batches * 64L, harness.Lane.Status.Delivered);
        Assert.Empty(harness.LetterLines);
    }

    [Fact]
    public async Task A_topic_the_access_list_refuses_becomes_dead_letters_and_the_rest_lands()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Acl = ["topic read #", "topic write press-1/#"] });
        await using SinkListener listener = await SinkListener.StartAsync(broker);
        _rig.Catalog.Register(new Core.Readings.SeriesDefinition("locked", "count", Core.Readings.ValueKind.Int64));
        await using Sinks.Mqtt.MqttSink sink = Sink(Uns(broker));
        await using ISinkLane lane = await sink.OpenLaneAsync(MqttSinkRig.Identity, default);
        await MqttSinkRig.AcceptAsync(lane, _rig.Chunk(MqttSinkRig.Counted(1)));
        await using LaneHarness harness = new(sink, identity: MqttSinkRig.Identity with { Shard = 1 });
        harness.Lane.Start();
        ReadingBatch batch = harness.Pool.Rent();
        for (int i = 0; i < 40; i++) batch.Slots[i] = new Core.Readings.Reading(i % 10 == 3 ? MqttSinkRig.Devices : 1, 0, 0, DateTime.UtcNow.Ticks, 100 + i);
        batch.Count = 40;
        harness.Log.Append(batch);
        harness.Lane.Offer(batch);
        batch.Release();
        await harness.DrainAsync();
        Assert.Equal(4, harness.LetterLines.Length);
        Assert.All(harness.LetterLines, l => Assert.Contains("not authorized (0x87)", l, StringComparison.Ordinal));
        await Eventually.IsTrue(() => listener.Heard.Count == 37, "the rest has arrived");
        Assert.Equal([1L, .. Enumerable.Range(0, 40).Where(i => i % 10 != 3).Select(i => 100L + i)], Values(listener));
    }

    [Fact]
    public async Task A_later_subscriber_gets_the_last_retained_values()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        await using ISinkLane lane = await LaneAsync(Uns(broker, retain: true));
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 400));
        await using SinkListener later = await SinkListener.StartAsync(broker);
        await Eventually.IsTrue(() => later.Heard.Count == MqttSinkRig.Devices, "there is a value a topic");
        Assert.All(later.Heard, h => Assert.True(h.IsRetained));
        Assert.Equal([396L, 397, 398, 399], Values(later).Order());
    }

    [Fact]
    public async Task A_wrong_password_stops_the_lane_and_says_what_to_look_at()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Users = new Dictionary<string, string> { ["ingest"] = "right" } });
        MqttSinkOptions options = Uns(broker);
        await using ISinkLane lane = await LaneAsync(options with { Client = options.Client with { User = "ingest", Password = "secret-wrong" } });
        DeliveryOutcome outcome = await lane.DeliverAsync(_rig.Counting(0, 1), default);
        Assert.Equal(DeliveryVerdict.Stop, outcome.Verdict);
        Assert.Contains("Look at user and password", outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-wrong", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edge_node_is_born_sends_in_sequence_and_is_born_again_when_asked()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        await using SinkListener host = await SinkListener.StartAsync(broker, "spBv1.0/#");
        await using ISinkLane lane = await LaneAsync(Edge(broker));
        for (int i = 0; i < 100; i++) await MqttSinkRig.AcceptAsync(lane, _rig.Counting(i * 40, 40));
        await Eventually.IsTrue(() => host.Heard.Count == 1 + MqttSinkRig.Devices + (100 * MqttSinkRig.Devices), "births and data have arrived");
        List<(string Type, ulong? Seq, List<HeardMetric> Metrics)> heard = [.. host.Heard.Select(h => (h.Type, h.Decode().Seq, h.Decode().Metrics))];
        Assert.Equal("NBIRTH", heard[0].Type);
        Assert.Equal(["bdSeq", "Node Control/Rebirth"], heard[0].Metrics.Select(m => m.Name));
        for (int i = 0; i < heard.Count; i++) Assert.Equal((ulong)(i % 256), heard[i].Seq);
        Dictionary<ulong, string> aliases = heard.Where(h => h.Type == "DBIRTH").SelectMany(h => h.Metrics).ToDictionary(m => m.Alias!.Value, m => m.Name);
        ulong[] data = [.. heard.Where(h => h.Type == "DDATA").SelectMany(h => h.Metrics).Select(m => m.Bits)];
        Assert.Equal(Enumerable.Range(0, 4000).Select(i => (ulong)i), data.Order());
        Assert.All(heard.Where(h => h.Type == "DDATA").SelectMany(h => h.Metrics), m => Assert.True(aliases.ContainsKey(m.Alias!.Value) && m.Name.Length == 0));

        ArrayBufferWriter<byte> command = new();
        SparkplugPayloadWriter writer = new(command);
        writer.Boolean(new SparkplugMetricHeader { Name = "Node Control/Rebirth"u8, DataType = SparkplugDataType.Boolean }, true);
        writer.Flush();
        host.Publish("spBv1.0/plant/NCMD/node-a", command.WrittenSpan.ToArray());
        await Eventually.IsTrue(() => host.Heard.Count(h => h.Type == "DBIRTH") == 2 * MqttSinkRig.Devices, "it is born again");
        Assert.Equal(0UL, host.Heard.Last(h => h.Type == "NBIRTH").Decode().Seq);
    }

    [Fact]
    public async Task While_the_primary_host_is_offline_nothing_is_sent_and_then_birth_backlog_and_live_data()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        await using SinkListener host = await SinkListener.StartAsync(broker, "spBv1.0/plant/#");
        host.Publish("spBv1.0/STATE/scada", new SparkplugState(false, 1).Compose(), retain: true);
        await using ISinkLane lane = await LaneAsync(Edge(broker, "scada"));
        DeliveryChunk backlog = _rig.Counting(0, 40);
        for (int i = 0; i < 2; i++) Assert.Equal(DeliveryVerdict.Retry, (await lane.DeliverAsync(backlog, default)).Verdict);
        Assert.Empty(host.Heard);
        host.Publish("spBv1.0/STATE/scada", new SparkplugState(true, 2).Compose(), retain: true);
        await MqttSinkRig.AcceptAsync(lane, backlog);
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(40, 40));
        await Eventually.IsTrue(() => host.Heard.Count == 1 + (3 * MqttSinkRig.Devices), "birth, backlog and live data have arrived");
        Assert.Equal("NBIRTH", host.Heard.First().Type);
        HeardMetric[] data = [.. host.Heard.Where(h => h.Type == "DDATA").SelectMany(h => h.Decode().Metrics)];
        Assert.Equal(Enumerable.Range(0, 80).Select(i => i < 40), data.Select(m => m.IsHistorical));
    }

    [Fact]
    public async Task A_node_that_vanishes_is_dead_with_the_births_bdSeq_and_is_born_again_by_itself()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        await using SinkListener host = await SinkListener.StartAsync(broker, "spBv1.0/#");
        await using ISinkLane lane = await LaneAsync(Edge(broker));
        await MqttSinkRig.AcceptAsync(lane, _rig.Counting(0, 4));
        await Eventually.IsTrue(() => host.Heard.Any(h => h.Type == "NBIRTH"), "it is born");
        // Another client of the same id: the broker closes the connection, and publishes the will.
        await using MqttConnection taker = await MqttConnection.ConnectAsync(
            broker.Options with { ClientId = "hyperingest-node-a-mqtt" }, new Unit.Mqtt.Client.RecordingReceiver(), null, NullLogger.Instance, default);
        await Eventually.IsTrue(() => host.Heard.Any(h => h.Type == "NDEATH"), "its death is published");
        await Eventually.IsTrue(() => host.Heard.Count(h => h.Type == "NBIRTH") >= 2, "it is born again");
        Assert.Equal(
            host.Heard.First(h => h.Type == "NBIRTH").Decode().Metrics.Single(m => m.Name == "bdSeq").Bits,
            host.Heard.First(h => h.Type == "NDEATH").Decode().Metrics.Single(m => m.Name == "bdSeq").Bits);
    }
}
