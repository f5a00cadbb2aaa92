using HyperIngest.Core.Delivery;
using HyperIngest.LoadGen;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>An MQTT source against mosquitto.</summary>
public sealed class SourceTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-mqtt-").FullName;
    private PrivateMosquitto _broker = null!;

    private string Journal => Path.Combine(_folder, "journal");

    public async Task InitializeAsync() => _broker = await PrivateMosquitto.StartAsync(new PrivateMosquittoOptions { Persistence = true });

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(MqttVersion.V5, MqttQos.AtMostOnce)]
    [InlineData(MqttVersion.V5, MqttQos.AtLeastOnce)]
    [InlineData(MqttVersion.V5, MqttQos.ExactlyOnce)]
    [InlineData(MqttVersion.V311, MqttQos.AtLeastOnce)]
    [InlineData(MqttVersion.V311, MqttQos.ExactlyOnce)]
    public async Task What_is_published_is_in_the_journal_once(MqttVersion version, MqttQos qos)
    {
        const int messages = 2000;
        SourceUnderTest node = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port, qos: qos, version: version), Journal);
        await using (node)
        {
            await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
            for (int i = 0; i < messages; i++) await publisher.PublishAsync($"plant/d-{i % 7}/t", i, qos);
            await publisher.SettleAsync();
            await node.UntilAsync("readings", messages);
            if (qos != MqttQos.AtMostOnce) await node.UntilAsync("acknowledged", messages);
            await node.StopAsync();
        }
        Assert.Equal(Enumerable.Range(0, messages).Select(i => (long)i), SourceUnderTest.Stored(Journal));
    }

    [Fact]
    public async Task The_broker_keeps_what_is_not_on_the_disk_and_sends_it_again()
    {
        const int messages = 50;
        await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
        SourceUnderTest never = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), Journal, fsync: TimeSpan.FromHours(1));
        await using (never)
        {
            for (int i = 0; i < messages; i++) await publisher.PublishAsync("plant/d/t", i);
            await publisher.SettleAsync();
            await never.UntilAsync("readings", messages);
            Assert.Equal(0, never.Count("acknowledged"));
        }
        // With a journal that knows of nothing, all of it is new.
        string other = Path.Combine(_folder, "other");
        SourceUnderTest next = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), other);
        await using (next)
        {
            await next.UntilAsync("acknowledged", messages);
            Assert.Equal((messages, messages), (next.Count("duplicates"), next.Count("readings")));
            await next.StopAsync();
        }
        Assert.Equal(Enumerable.Range(0, messages).Select(i => (long)i), SourceUnderTest.Stored(other));
    }

    [Fact]
    public async Task An_orderly_stop_leaves_nothing_to_be_sent_again()
    {
        const int messages = 500;
        await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
        SourceUnderTest node = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), Journal, fsync: TimeSpan.FromHours(1));
        await using (node)
        {
            for (int i = 0; i < messages; i++) await publisher.PublishAsync("plant/d/t", i);
            await publisher.SettleAsync();
            await node.UntilAsync("readings", messages);
            await node.StopAsync();
            Assert.Equal(messages, node.Count("acknowledged"));
        }
        await publisher.PublishAsync("plant/d/t", messages);
        SourceUnderTest next = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), Journal);
        await using (next)
        {
            await next.UntilAsync("readings", 1);
            Assert.Equal((0, 0), (next.Count("duplicates"), next.Count("repeated")));
            await next.StopAsync();
        }
        Assert.Equal(Enumerable.Range(0, messages + 1).Select(i => (long)i), SourceUnderTest.Stored(Journal));
    }

    [Fact]
    public async Task An_overloaded_node_leaves_messages_with_the_broker_and_loses_none()
    {
        const int messages = 5000;
        // 20 MB: far more than socket buffers hold.
        string filler = new('x', 4096);
        bool held = true;
        SourceUnderTest node = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), Journal, held: () => Volatile.Read(ref held));
        await using (node)
        {
            await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
            for (int i = 0; i < messages; i++) await publisher.PublishAsync("plant/d/t", $$"""{"value":{{i}},"timestamp":{{1_790_000_000_000 + i}},"filler":"{{filler}}"}""");
            await publisher.SettleAsync();
            await node.UntilAsync("waits", 1);
            Assert.Equal((0, 0), (node.Count("readings"), node.Count("acknowledged")));
            Volatile.Write(ref held, false);
            await node.UntilAsync("acknowledged", messages);
            await node.StopAsync();
        }
        Assert.Equal(Enumerable.Range(0, messages).Select(i => (long)i), SourceUnderTest.Stored(Journal));
    }

    [Fact]
    public async Task Garbage_is_a_dead_letter_with_topic_reason_and_payload_and_stalls_nothing()
    {
        SourceUnderTest node = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), Journal);
        await using (node)
        {
            await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
            await publisher.PublishAsync("plant/d/t", """{"value":1,"timestamp":1790000000000,""");
            await publisher.PublishAsync("plant/d/t", 2);
            await publisher.SettleAsync();
            await node.UntilAsync("acknowledged", 2);
            Assert.Equal((1, 1), (node.Count("unparseable"), node.Count("readings")));
            await node.StopAsync();
        }
        string letter = Assert.Single(Directory.GetFiles(Journal, DeadLetters.FilePattern, SearchOption.AllDirectories).SelectMany(File.ReadAllLines));
        Assert.Contains("\"topic\":\"plant/d/t\"", letter, StringComparison.Ordinal);
        Assert.Contains("\"reason\":", letter, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String("""{"value":1,"timestamp":1790000000000,"""u8), letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_of_a_shared_subscription_split_a_stream_and_together_have_all_of_it()
    {
        const int messages = 2000;
        string other = Path.Combine(_folder, "other");
        await using SourceUnderTest one = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port, "one", group: "g"), Journal);
        await using SourceUnderTest two = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port, "two", group: "g"), other);
        await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
        for (int i = 0; i < messages; i++) await publisher.PublishAsync($"plant/d-{i % 5}/t", i);
        await publisher.SettleAsync();
        await Eventually.IsTrue(() => one.Count("acknowledged") + two.Count("acknowledged") >= messages, "both have all");
        Assert.All([one, two], node => Assert.InRange(node.Count("readings"), 1, messages - 1));
        await one.StopAsync();
        await two.StopAsync();
        Assert.Equal(Enumerable.Range(0, messages).Select(i => (long)i), SourceUnderTest.Stored(Journal, other));
    }

    [Fact]
    public async Task A_broker_that_was_away_has_kept_the_session_and_nothing_is_lost_or_taken_twice()
    {
        const int part = 1000;
        SourceUnderTest node = await SourceUnderTest.StartAsync(SourceUnderTest.Options(_broker.Port), Journal);
        await using (node)
        {
            for (int round = 0; round < 3; round++)
            {
                await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
                for (int i = 0; i < part; i++) await publisher.PublishAsync("plant/d/t", (round * part) + i);
                await publisher.SettleAsync();
                if (round == 2) break;
                await _broker.StopAsync();
                await _broker.RestartAsync();
            }
            await Eventually.IsTrue(() => node.Count("readings") >= 3 * part, "all is taken");
            await node.StopAsync();
        }
        Assert.Equal(Enumerable.Range(0, 3 * part).Select(i => (long)i), SourceUnderTest.Stored(Journal));
    }

    [Fact]
    public async Task A_topic_that_the_broker_refuses_is_said()
    {
        // mosquitto's ACL file says who may read, and lets everybody subscribe; the plugin that comes with it refuses.
        string plugin = Directory.EnumerateFiles("/usr/lib", "mosquitto_dynamic_security.so", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).First();
        string rules = Path.Combine(_folder, "rules.json");
        await File.WriteAllTextAsync(rules, """{"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":false,"unsubscribe":true}}""");
        await using PrivateMosquitto strict = await PrivateMosquitto.StartAsync(new PrivateMosquittoOptions { Lines = [$"plugin {plugin}", $"plugin_opt_config_file {rules}"] });
        await using SourceUnderTest node = await SourceUnderTest.StartAsync(SourceUnderTest.Options(strict.Port), Journal);
        await Eventually.IsTrue(() => node.Source.Devices[0].LastFault?.Contains("plant/+/+", StringComparison.Ordinal) == true, "the filter is named");
        await node.UntilAsync("faults", 1);
    }
}
