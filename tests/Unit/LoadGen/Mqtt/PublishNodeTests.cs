using System.Text.Json;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.LoadGen.Mqtt;

public sealed class PublishNodeTests
{
    private static readonly MqttClientOptions Broker = new() { Host = "nowhere" };

    [Fact]
    public void Births_name_every_tag_once_and_data_goes_by_alias_without_a_gap()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 2 }, devices: 2, tags: 150));
        FakeSession session = plant.Sessions[0];
        session.Open();
        plant.Pump();
        Assert.Equal(["spBv1.0/demo/NBIRTH/demo-node-1", "spBv1.0/demo/DBIRTH/demo-node-1/press-1", "spBv1.0/demo/DBIRTH/demo-node-1/press-2"], session.Sent.Select(m => m.Topic));
        ReadPayload[] births = [.. session.Sent.Select(m => ReadPayload.Of(m.Payload))];
        Assert.Equal([0UL, 1, 2], births.Select(b => b.Seq!.Value));
        ReadMetric bdSeq = births[0].Metrics.Single(m => m.Name == "bdSeq");
        Assert.Equal(bdSeq.Bits, ReadPayload.Of(session.Will!.Payload.Span).Metrics.Single().Bits);
        Assert.Equal("spBv1.0/demo/NDEATH/demo-node-1", session.Will.Topic);
        Dictionary<ulong, (string Device, PlantTag Tag)> byAlias = [];
        for (int d = 0; d < 2; d++)
        {
            PlantDevice device = plant.Plant.Devices[d];
            Assert.Equal(device.Template.Tags.Select(t => t.Name), births[d + 1].Metrics.Select(m => m.Name));
            foreach ((ReadMetric metric, PlantTag tag) in births[d + 1].Metrics.Zip(device.Template.Tags))
            {
                Assert.True(metric.IsNull);
                Assert.Equal(SparkplugEdgeNode.TypeOf(tag.Type), metric.Type);
                byAlias.Add(metric.Alias, (device.Name, tag));
            }
        }
        session.Sent.Clear();

        plant.Publishing.Begin();
        plant.Run(300);
        Dictionary<ulong, ulong> next = byAlias.Keys.ToDictionary(a => a, _ => 0UL);
        ulong seq = 3;
        foreach (SentMessage message in session.Sent)
        {
            ReadPayload data = ReadPayload.Of(message.Payload);
            Assert.Equal(seq++ & 0xFF, data.Seq);
            Assert.InRange(data.Metrics.Count, 50, 100);
            foreach (ReadMetric metric in data.Metrics)
            {
                Assert.Equal(data.Time, metric.Time);
                Assert.EndsWith(byAlias[metric.Alias].Device, message.Topic);
                Assert.Equal(next[metric.Alias]++, SequenceReadback.NumberOf(byAlias[metric.Alias].Device, byAlias[metric.Alias].Tag, metric.Bits));
            }
        }
        for (int d = 0; d < 2; d++)
        {
            uint[] served = plant.Device(d).CopyServed();
            Assert.All(served, s => Assert.Equal(3u, s));
        }
        Assert.Equal(3UL * 300, next.Values.Aggregate(0UL, (a, b) => a + b));
    }

    [Fact]
    public void Rebirth_is_answered_from_number_0_and_uses_up_no_value()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug }, devices: 1, tags: 10));
        plant.Begin();
        plant.Run(100);
        FakeSession session = plant.Sessions[0];
        session.Sent.Clear();
        byte[] command = Command();
        session.Command("spBv1.0/demo/NCMD/demo-node-2", command);
        plant.Pump();
        Assert.Empty(session.Sent);
        session.Command("spBv1.0/demo/NCMD/demo-node-1", command);
        plant.Run(100);
        Assert.Equal(["NBIRTH", "DBIRTH", "DDATA"], session.Sent.Select(m => m.Topic.Split('/')[2]));
        Assert.Equal([0UL, 1, 2], session.Sent.Select(m => ReadPayload.Of(m.Payload).Seq!.Value));
        PlantTag tag = plant.Plant.Devices[0].Template.Tags[0];
        Assert.Equal(1UL, SequenceReadback.NumberOf("press-1", tag, ReadPayload.Of(session.Sent[2].Payload).Metrics[0].Bits));
        Assert.Equal(1, plant.Publishing.Counts.Rebirths);
    }

    [Fact]
    public void Publish_that_does_not_fit_comes_later_with_the_time_it_was_due()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions(), devices: 1, tags: 2));
        plant.Begin();
        FakeSession session = plant.Sessions[0];
        session.Room = 0;
        plant.Run(500);
        Assert.Empty(session.Sent);
        Assert.All(plant.Device(0).CopyServed(), s => Assert.Equal(0u, s));
        session.Room = int.MaxValue;
        plant.Pump();
        Assert.Equal(10, session.Sent.Count);
        Assert.Equal("demo/press-1/torque.1", session.Sent.First(m => m.Topic.Contains("torque") || m.Topic.Contains("pieces")).Topic.Replace("pieces", "torque", StringComparison.Ordinal));
        DateTime[] times = [.. session.Sent.Select(m => JsonDocument.Parse(m.Text).RootElement.GetProperty("timestamp").GetDateTime())];
        for (int i = 2; i < times.Length; i += 2) Assert.Equal(TimeSpan.FromSeconds(1), times[i] - times[i - 2]);
        Assert.All(plant.Device(0).CopyServed(), s => Assert.Equal(5u, s));
        Assert.True(plant.Publishing.Lateness.Max > TimeSpan.FromSeconds(3));
        for (int t = 0; t < 2; t++)
        {
            PlantTag tag = plant.Plant.Devices[0].Template.Tags[t];
            ulong n = 0;
            foreach (SentMessage message in session.Sent.Where(m => m.Topic.EndsWith(tag.Name, StringComparison.Ordinal)))
            {
                JsonElement json = JsonDocument.Parse(message.Text).RootElement;
                Assert.Equal(n++, SequenceReadback.NumberOf("press-1", tag, json.GetProperty("value").GetDecimal()));
                Assert.Equal(192, json.GetProperty("quality").GetInt32());
            }
        }
    }

    [Fact]
    public void What_the_broker_did_not_acknowledge_goes_again_after_a_reconnect_in_order_and_the_window_holds()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Qos = MqttQos.AtLeastOnce, Window = 3 }, devices: 1, tags: 4));
        plant.Begin();
        FakeSession session = plant.Sessions[0];
        plant.Run(100);
        Assert.Equal(3, session.Sent.Count);
        session.Settle(session.Sent[1].PacketId);
        plant.Pump();
        Assert.Equal(4, session.Sent.Count);
        SentMessage[] sent = [.. session.Sent];
        session.Close();
        plant.Run(10);
        session.Sent.Clear();
        session.Open();
        plant.Pump();
        Assert.Equal([sent[0].Text, sent[2].Text, sent[3].Text], session.Sent.Select(m => m.Text));
        Assert.All(session.Sent, m => Assert.True(m.IsDuplicate));
        foreach (SentMessage message in session.Sent.ToArray()) session.Settle(message.PacketId);
        plant.Publishing.Pause();
        plant.Pump();
        Assert.True(plant.Publishing.Nodes[0].IsIdle);
        Assert.All(plant.Device(0).CopyServed(), s => Assert.Equal(1u, s));
        Assert.Equal(3, plant.Publishing.Counts.SentAgain);
    }

    [Fact]
    public void Pace_says_what_is_due_exactly()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 4 }, devices: 20, tags: 50));
        foreach (FakeSession session in plant.Sessions) session.Open();
        plant.Pump();
        // A thousand tags: from 500 to 1,500 readings a second over 4 s, 4,000 in all.
        ProfilePace pace = new(new RateCurve(new RatePiece(500, 1500, 4)), plant.Plant.PublishedTagCount, 500);
        pace.Begin(plant.Publishing.Clock.Now);
        plant.Publishing.Begin(pace);
        plant.Run(500);
        long due = plant.Plant.Devices.Sum(d => pace.PollsOf(d.Name) * 50);
        Assert.Equal(due, Enumerable.Range(0, 20).Sum(d => plant.Device(d).ReadingsServed));
        Assert.InRange(due, 3000, 5000);
        Assert.All(plant.Publishing.Nodes, n => Assert.True(n.IsIdle));
    }

    [Fact]
    public void Bad_values_are_null_and_do_not_count()
    {
        PlantOptions sparkplug = DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug }, devices: 1, tags: 5);
        using FakePublishers plant = new(sparkplug with { Devices = [sparkplug.Devices[0] with { Quality = new QualityCycle(TimeSpan.Zero, Bad: TimeSpan.FromSeconds(1)) }] });
        plant.Begin();
        plant.Run(200);
        Assert.All(plant.Sent, m => Assert.All(ReadPayload.Of(m.Payload).Metrics, v => Assert.True(v.IsNull)));
        Assert.Equal(2, plant.Sent.Count);
        Assert.Equal(0, plant.Device(0).ReadingsServed);

        PlantOptions json = DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Topic = "{device}", ReadingsPerMessage = 50 }, devices: 1, tags: 5);
        using FakePublishers members = new(json with { Devices = [json.Devices[0] with { ClockSkew = TimeSpan.FromHours(-1), Quality = new QualityCycle(TimeSpan.Zero, Bad: TimeSpan.FromSeconds(1)) }] });
        members.Begin();
        members.Run(100);
        JsonElement message = JsonDocument.Parse(Assert.Single(members.Sent).Text).RootElement;
        Assert.Equal(5, message.GetProperty("values").EnumerateObject().Count(v => v.Value.ValueKind == JsonValueKind.Null));
        Assert.InRange((members.Time.GetUtcNow().UtcDateTime - message.GetProperty("timestamp").GetDateTime()).TotalMinutes, 60, 61);
    }

    [Theory]
    [InlineData(FaultKind.Drop, 0, 0)]
    [InlineData(FaultKind.Silence, 0, 0)]
    [InlineData(FaultKind.Garbage, 6, 3)]
    [InlineData(FaultKind.Oversize, 6, 3)]
    [InlineData(FaultKind.Duplicate, 6, 3)]
    [InlineData(FaultKind.OutOfOrder, 2, 3)]
    [InlineData(FaultKind.SeqGap, 3, 3)]
    [InlineData(FaultKind.Delay, 3, 3)]
    public void Faults_show_in_what_is_sent_and_count_as_they_should(FaultKind kind, int messages, int served)
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, Qos = MqttQos.AtLeastOnce }, devices: 1, tags: 10));
        FaultSpec spec = new() { Kind = kind };
        plant.Inject(kind == FaultKind.Oversize ? spec with { Bytes = 2000 } : spec);
        plant.Begin();
        plant.Run(300);
        FakeSession session = plant.Sessions[0];
        Assert.Equal(messages, session.Sent.Count);
        Assert.All(plant.Device(0).CopyServed(), s => Assert.Equal((uint)served, s));
        ulong[] seqs = [.. session.Sent.Where(m => m.Payload[0] != 0xFF).Select(m => ReadPayload.Of(m.Payload).Seq!.Value)];
        ulong[] expected = kind switch
        {
            FaultKind.Drop or FaultKind.Silence => [],
            FaultKind.Duplicate => [2, 2, 3, 3, 4, 4],
            // The first is held back until after the second, which is not hit while one is held; the third is held in its turn.
            FaultKind.OutOfOrder => [3, 2],
            FaultKind.SeqGap => [3, 5, 7],
            _ => [2, 3, 4],
        };
        Assert.Equal(expected, seqs);
        if (kind == FaultKind.Duplicate) Assert.Equal([false, true, false, true, false, true], session.Sent.Select(m => m.IsDuplicate));
        if (kind == FaultKind.Oversize) Assert.Equal([2000, 2000, 2000], session.Sent.Select(m => m.Payload.Length).Where(l => l == 2000));
        if (kind != FaultKind.OutOfOrder) return;
        plant.Publishing.Pause();
        plant.Pump();
        Assert.Equal([3UL, 2, 4], session.Sent.Select(m => ReadPayload.Of(m.Payload).Seq!.Value));
    }

    [Fact]
    public void Storm_cuts_matching_nodes_once_after_what_they_sent_has_left()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { DevicesPerNode = 1 }, devices: 3, tags: 1));
        plant.Begin();
        plant.Sessions[1].Unsent = 5;
        plant.Inject(new FaultSpec { Kind = FaultKind.ReconnectStorm, Devices = "press-[!3]".Replace("[!3]", "*", StringComparison.Ordinal) });
        plant.Pump();
        Assert.Equal([1, 0, 1], plant.Sessions.Select(s => s.Cuts));
        plant.Sessions[1].Unsent = 0;
        plant.Run(10);
        Assert.Equal([1, 1, 1], plant.Sessions.Select(s => s.Cuts));
        plant.Run(100);
        foreach (FakeSession session in plant.Sessions) session.Open();
        plant.Run(100);
        Assert.Equal([1, 1, 1], plant.Sessions.Select(s => s.Cuts));
        Assert.All(plant.Sessions, s => Assert.InRange(s.Sent.Count, 2, 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_measured_time_counts_by_due_times_what_was_due_and_what_was_published_of_it(bool isCutShort)
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug, DevicesPerNode = 4 }, devices: 20, tags: 50));
        foreach (FakeSession session in plant.Sessions) session.Open();
        plant.Pump();
        ProfilePace pace = new(new RateCurve(new RatePiece(500, 1500, 4)), plant.Plant.PublishedTagCount, 700);
        plant.Publishing.Begin(pace);
        plant.Run(123);
        Assert.Null(plant.Publishing.Curve);
        long warmUp = Served();
        // Odd by a tick, and late by what has no room for a while.
        plant.Publishing.BeginCurve(pace, plant.Publishing.Clock.Now + TimeSpan.FromMilliseconds(20).Ticks + 1);
        Assert.Equal(0, plant.Publishing.Clock.UtcOf(pace.Begins) % TimeSpan.TicksPerMillisecond);
        plant.Run(50);
        plant.Sessions[1].Room = 0;
        plant.Run(100);
        if (isCutShort) pace.End(plant.Publishing.Clock.Now + 1);
        plant.Run(400);
        SimulatorCurveStats late = plant.Publishing.Curve!;
        Assert.True(late.Published < late.Due, $"{late}");
        plant.Sessions[1].Room = int.MaxValue;
        plant.Run(1);
        SimulatorCurveStats curve = plant.Publishing.Curve!;
        Assert.Equal((curve.Due, late.Due), (curve.Published, curve.Due));
        Assert.InRange(Served() - curve.Published, warmUp, warmUp + 50);
        Assert.Equal(isCutShort, curve.Seconds < 4);
        if (!isCutShort) Assert.InRange(curve.Due, 3000, 5000);

        long Served() => Enumerable.Range(0, 20).Sum(d => plant.Device(d).ReadingsServed);
    }

    [Fact]
    public void What_a_device_leaves_out_was_not_offered_and_what_the_broker_refuses_has_failed()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Qos = MqttQos.AtLeastOnce }, devices: 1, tags: 5));
        plant.Sessions[0].Open();
        plant.Pump();
        ProfilePace pace = new(new RateCurve(new RatePiece(5, 5, 4)), 5, 5);
        plant.Publishing.Begin(pace);
        plant.Publishing.BeginCurve(pace, plant.Publishing.Clock.Now);
        plant.Inject(new FaultSpec { Kind = FaultKind.Drop, Requests = 2 });
        plant.Run(600);
        SentMessage[] sent = [.. plant.Sent];
        foreach (SentMessage message in sent) plant.Sessions[0].Settle(message.PacketId, message == sent[0] ? MqttReasonCode.QuotaExceeded : MqttReasonCode.Success);
        plant.Pump();
        SimulatorCurveStats curve = plant.Publishing.Curve!;
        Assert.Equal((sent.Length, 2, 1), (curve.Published, curve.Due - curve.Published, curve.Refused));
    }

    [Fact]
    public void Announced_nodes_are_born_again_before_the_next_data_and_nobody_asked()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug }, devices: 1, tags: 10));
        plant.Begin();
        plant.Publishing.Nodes[0].Announce();
        plant.Run(100);
        Assert.Equal(["NBIRTH", "DBIRTH", "DDATA"], plant.Sent.Select(m => m.Topic.Split('/')[2]));
        Assert.Equal(0, plant.Publishing.Counts.Rebirths);
    }

    [Fact]
    public void As_fast_as_the_broker_takes_needs_no_interval_of_the_plants()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Interval = TimeSpan.FromHours(1) }, devices: 2, tags: 5));
        foreach (FakeSession session in plant.Sessions) session.Open();
        plant.Pump();
        plant.Publishing.BeginAtMost();
        plant.Sessions[0].Room = 100;
        plant.Pump();
        Assert.Equal(100, plant.Sent.Count);
    }

    [Fact]
    public void As_fast_as_the_broker_takes_is_bounded_by_what_fits()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Interval = TimeSpan.Zero }, devices: 2, tags: 5));
        plant.Begin();
        plant.Sessions[0].Room = 1234;
        plant.Pump();
        Assert.Equal(1234, plant.Sent.Count);
        plant.Sessions[0].Room = int.MaxValue;
        plant.Publishing.Pause();
        plant.Time.Advance(TimeSpan.FromMilliseconds(1));
        plant.Pump();
        // The publish that was under way is finished.
        Assert.Equal(1235, plant.Sent.Count);
        Assert.True(plant.Publishing.Nodes[0].IsIdle);
    }

    [Fact]
    public void Publishing_allocates_nothing()
    {
        using FakePublishers plant = new(DemoPlant.CreateMqtt(Broker, new MqttPublishOptions { Format = MqttPublishFormat.Sparkplug }, devices: 1, tags: 600));
        PublishScratch scratch = new();
        SparkplugEdgeNode sparkplug = new("demo", plant.Plant.Nodes[0], ["press-1"], plant.Plant.Devices[0].Template);
        JsonPublisher json = new("demo", new PlantNode("n", new MqttPublishOptions(), 0, 1), ["press-1"], plant.Plant.Devices[0].Template);
        long now = plant.Time.GetUtcNow().UtcTicks;
        long Allocated(INodeFormat format, int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                plant.Device(0).Sample(i % 400, count, now + i, scratch.Samples);
                format.WriteReadings(0, i % 400, now + i, scratch);
                plant.Device(0).CountSent(i % 400, scratch.Samples);
                format.ReadingsSent();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated(sparkplug, 100);
        Allocated(json, 1);
        Assert.Equal(0, Allocated(sparkplug, 100));
        Assert.Equal(0, Allocated(json, 1));
    }

    private static byte[] Command()
    {
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        SparkplugPayloadWriter writer = new(bytes);
        writer.Timestamp(1);
        writer.Boolean(new SparkplugMetricHeader { Name = "Node Control/Rebirth"u8, DataType = SparkplugDataType.Boolean }, true);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
