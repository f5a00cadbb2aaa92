using HyperIngest.Core.Delivery;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Source;

public sealed class AcknowledgementTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-mqtt-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_message_is_acknowledged_after_the_fsync_and_not_before()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder, fsync: SourceRig.Never);
        Assert.True(rig.Send("d 1", packetId: 7));
        // The shard has appended it, so that nothing but the fsync is missing.
        await Eventually.IsTrue(() => rig.Pipeline.Shards.Sum(s => s.Readings) == 1, "the reading is appended");
        rig.Pass();
        Assert.Empty(rig.Acknowledged);
        Assert.Equal(1, rig.Ledger.Count);

        await rig.DrainAsync();
        rig.Pass();
        Assert.Equal([(ushort)7], rig.Acknowledged);
        Assert.Equal(0, rig.Ledger.Count);
    }

    [Fact]
    public async Task Messages_are_acknowledged_in_the_order_they_came_whatever_shards_they_are_of()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        ushort[] ids = [.. Enumerable.Range(1, 300).Select(i => (ushort)i)];
        foreach (ushort id in ids)
        {
            // Every third is about devices of both shards, and every seventh about none.
            string payload = id % 7 == 0 ? "garbage" : id % 3 == 0 ? $"a {id}\nb {id}\nc {id}\nd {id}" : $"{(char)('a' + (id % 4))} {id}";
            while (!rig.Send(payload, id)) await Task.Delay(1);
        }
        await rig.SettleAsync(ids.Length);
        Assert.Equal(ids, rig.Acknowledged);
    }

    [Fact]
    public async Task What_came_over_a_connection_that_is_no_more_is_not_acknowledged_on_the_next()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        Assert.True(rig.Send("d 1", packetId: 1));
        rig.Reconnect();
        Assert.True(rig.Send("d 2", packetId: 2));
        await rig.SettleAsync(1);
        Assert.Equal([(ushort)2], rig.Acknowledged);
        Assert.Equal(1, rig.Metrics.Dropped.Value);
    }

    [Fact]
    public async Task A_message_that_is_no_readings_is_a_letter_on_the_disk_before_it_is_acknowledged()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        Assert.True(rig.Send("garbage", packetId: 9, topic: "plant/ä"));
        Assert.True(rig.Send("d 1", packetId: 10));
        await rig.SettleAsync(2);
        Assert.Equal(1, rig.Metrics.Unparseable.Value);
        string letter = Assert.Single(Directory.GetFiles(_folder, DeadLetters.FilePattern, SearchOption.AllDirectories).SelectMany(File.ReadAllLines));
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(letter);
        Assert.Equal(
            ("in", "plant/ä", 1, 9, "'garbage' is no line", "garbage", 7),
            (json.RootElement.GetProperty("source").GetString(), json.RootElement.GetProperty("topic").GetString(), json.RootElement.GetProperty("qos").GetInt32(),
                json.RootElement.GetProperty("packetId").GetInt32(), json.RootElement.GetProperty("reason").GetString(),
                System.Text.Encoding.UTF8.GetString(json.RootElement.GetProperty("valueBase64").GetBytesFromBase64()), json.RootElement.GetProperty("bytes").GetInt32()));
        Assert.False(json.RootElement.TryGetProperty("offset", out _));
    }

    [Fact]
    public async Task While_the_shard_is_held_a_message_waits_and_is_decoded_once()
    {
        bool held = true;
        await using SourceRig rig = await SourceRig.StartAsync(_folder, held: () => Volatile.Read(ref held));
        for (int i = 0; i < 5; i++) Assert.False(rig.Send("d 1", packetId: 3));
        Assert.True(rig.Intake.IsWaiting);
        Assert.Equal((1, 1L), (rig.Decoder.Calls, rig.Metrics.Refusals.Value));
        Volatile.Write(ref held, false);
        Assert.True(rig.Send("d 1", packetId: 3));
        Assert.False(rig.Intake.IsWaiting);
        Assert.Equal(1, rig.Decoder.Calls);
        await rig.SettleAsync(1);
        await rig.DrainAsync();
        await rig.DisposeAsync();
        Assert.Equal([1L], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task After_a_stop_nothing_is_taken_and_what_was_is_acknowledged()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder, fsync: SourceRig.Never);
        Assert.True(rig.Send("d 1", packetId: 1));
        rig.Intake.Stop();
        Assert.False(rig.Send("d 2", packetId: 2));
        await rig.DrainAsync();
        rig.Pass();
        Assert.Equal([(ushort)1], rig.Acknowledged);
        await rig.DisposeAsync();
        Assert.Equal([1L], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task A_message_larger_than_a_batch_goes_in_by_pieces()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        string payload = string.Join('\n', Enumerable.Range(0, 500).Select(i => $"d {i} @{1000 + i}"));
        await Eventually.IsTrue(() => rig.Send(payload, packetId: 4), "all of it is in");
        Assert.Equal(1, rig.Decoder.Calls);
        await rig.SettleAsync(1);
        await rig.DrainAsync();
        await rig.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task Nobody_is_told_of_messages_of_QoS_0()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        Assert.True(rig.Send("d 1", qos: MqttQos.AtMostOnce));
        Assert.True(rig.Send("garbage", qos: MqttQos.AtMostOnce));
        Assert.True(rig.Send("d 2", packetId: 5));
        await rig.SettleAsync(1);
        Assert.Equal([(ushort)5], rig.Acknowledged);
    }
}
