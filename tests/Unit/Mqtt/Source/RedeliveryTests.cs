using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Source;

/// <summary>What the broker sends again: after a lost connection, and after a restart, where only the journal knows.</summary>
public sealed class RedeliveryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-mqtt-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_message_whose_readings_are_in_the_journal_is_acknowledged_and_not_taken_again()
    {
        await RunAsync(rig => Assert.True(rig.Send("a 1 @11\nb 2 @12\nc 3 @13\nd 4 @14", packetId: 7)));
        await RunAsync(
            rig => Assert.True(rig.Send("a 1 @11\nb 2 @12\nc 3 @13\nd 4 @14", packetId: 7, dup: true)),
            rig => Assert.Equal((1L, 0L), (rig.Metrics.Repeated.Value, rig.Metrics.Readings.Value)));
        Assert.Equal([1L, 2, 3, 4], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task Another_message_under_the_same_packet_identifier_is_taken_though_it_may_have_come_before()
    {
        await RunAsync(rig => Assert.True(rig.Send("a 1 @11", packetId: 7)));
        await RunAsync(rig => Assert.True(rig.Send("a 2 @12", packetId: 7, dup: true)));
        Assert.Equal([1L, 2], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task A_message_without_times_of_its_own_is_rather_taken_twice_than_lost()
    {
        await RunAsync(rig => Assert.True(rig.Send("a 1", packetId: 7)));
        await RunAsync(rig => Assert.True(rig.Send("a 1", packetId: 7, dup: true)));
        Assert.Equal([1L, 1], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task The_same_bytes_without_the_flag_are_another_message()
    {
        await RunAsync(rig =>
        {
            Assert.True(rig.Send("a 1 @11", packetId: 7));
            Assert.True(rig.Send("a 1 @11", packetId: 7));
        });
        Assert.Equal([1L, 1], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task After_a_lost_connection_what_is_still_on_its_way_into_the_journal_is_not_taken_again_and_acknowledged_when_it_is_there()
    {
        await using (SourceRig rig = await SourceRig.StartAsync(_folder, fsync: SourceRig.Never))
        {
            Assert.True(rig.Send("a 1 @11", packetId: 7));
            rig.Reconnect();
            Assert.True(rig.Send("a 1 @11", packetId: 7, dup: true));
            rig.Pass();
            Assert.Empty(rig.Acknowledged);
            await rig.DrainAsync();
            rig.Pass();
            Assert.Equal([(ushort)7], rig.Acknowledged);
        }
        Assert.Equal([1L], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task A_broker_without_the_session_begins_anew()
    {
        await RunAsync(rig => Assert.True(rig.Send("a 1 @11", packetId: 7)));
        await RunAsync(rig =>
        {
            rig.Reconnect(sessionPresent: false);
            Assert.True(rig.Send("a 1 @11", packetId: 7, dup: true));
        });
        Assert.Equal([1L, 1], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task Of_QoS_2_the_same_bytes_are_taken_once_until_the_broker_releases_them_and_again_after_that()
    {
        await RunAsync(rig => Assert.True(rig.Send("a 1", packetId: 7, qos: MqttQos.ExactlyOnce)));
        await RunAsync(
            rig =>
            {
                Assert.True(rig.Send("a 1", packetId: 7, qos: MqttQos.ExactlyOnce, dup: true));
                rig.Intake.Release(7);
                rig.Pass();
            },
            rig => Assert.Equal([(ushort)7], rig.Completed));
        Assert.Equal([1L], SourceRig.Stored(_folder));
        await RunAsync(rig => Assert.True(rig.Send("a 1", packetId: 7, qos: MqttQos.ExactlyOnce, dup: true)));
        Assert.Equal([1L, 1], SourceRig.Stored(_folder));
    }

    [Fact]
    public async Task A_release_is_completed_when_the_journal_knows_of_it_also_when_it_comes_a_second_time()
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder, fsync: SourceRig.Never);
        Assert.True(rig.Send("a 1", packetId: 7, qos: MqttQos.ExactlyOnce));
        rig.Intake.Release(7);
        rig.Pass();
        rig.Reconnect();
        rig.Intake.Release(7);
        rig.Pass();
        Assert.Empty(rig.Completed);
        await rig.DrainAsync();
        rig.Pass();
        Assert.Equal([(ushort)7], rig.Completed);
    }

    [Fact]
    public async Task A_message_of_which_one_shard_took_its_part_is_completed_by_the_other_alone()
    {
        // Shard by shard as a kill in between leaves them: only the first device's readings were published.
        string[] devices = ["a", "b", "c", "d", "e", "f"];
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        string first = devices[0], other = devices.First(d => rig.Pipeline.Intake.InletOf(d) != rig.Pipeline.Intake.InletOf(first));
        string payload = $"{first} 1 @11\n{other} 2 @12";
        int shard = rig.Pipeline.Intake.InletOf(first).Shard;
        long hash = MessageHash.Of("t"u8, System.Text.Encoding.UTF8.GetBytes(payload));
        rig.Intake.Taken.Took(shard, rig.Intake.Taken.MarkOf(7, hash, 1));
        Assert.True(rig.Send(payload, packetId: 7, dup: true));
        await rig.SettleAsync(1);
        await rig.DrainAsync();
        await rig.DisposeAsync();
        Assert.Equal([2L], SourceRig.Stored(_folder));
    }

    [Fact]
    public void Topic_and_payload_are_told_apart_by_the_hash()
    {
        HashSet<long> hashes = [];
        byte[] bytes = "plant/line/device/tag{\"value\":21.5,\"timestamp\":1763740800123}"u8.ToArray();
        for (int cut = 0; cut <= bytes.Length; cut++) Assert.True(hashes.Add(MessageHash.Of(bytes.AsSpan(0, cut), bytes.AsSpan(cut))));
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bytes[i] ^= (byte)(1 << bit);
                Assert.True(hashes.Add(MessageHash.Of(bytes.AsSpan(0, 21), bytes.AsSpan(21))));
                bytes[i] ^= (byte)(1 << bit);
            }
        }
        Assert.All(hashes, hash => Assert.InRange(hash, 0, (1L << 61) - 1));
        // In journals: it must not change.
        Assert.Equal(982491144901372866, MessageHash.Of("plant/line/device/tag"u8, "{\"value\":21.5}"u8));
    }

    private async Task RunAsync(Action<SourceRig> send, Action<SourceRig>? afterwards = null)
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder);
        send(rig);
        await rig.DrainAsync();
        rig.Pass();
        afterwards?.Invoke(rig);
    }
}
