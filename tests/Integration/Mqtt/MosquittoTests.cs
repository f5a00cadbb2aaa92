using System.Diagnostics;
using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Tests.Unit.Mqtt.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>The client against mosquitto, with mosquitto_pub and mosquitto_sub at the other end.</summary>
public sealed class MosquittoTests
{
    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 0)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    public async Task Messages_go_both_ways_at_every_quality(int version, int qos)
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        RecordingReceiver receiver = new();
        await using MqttConnection connection = await ConnectAsync(broker.Options with { Version = (MqttVersion)version }, receiver);
        IReadOnlyList<MqttReasonCode> granted = await connection.SubscribeAsync([new MqttSubscription("in/+/x", (MqttQos)qos)], default);
        Assert.Equal([(MqttReasonCode)qos], granted);

        await broker.PublishAsync("-t", "in/ä/x", "-m", "grüße", "-q", $"{qos}");
        await Eventually.IsTrue(() => receiver.Messages.Count == 1, "the message of mosquitto_pub");
        KeptMessage message = receiver.Messages.First();
        Assert.Equal(("in/ä/x", "grüße", (MqttQos)qos, qos > 0), (message.Topic, message.Payload, message.Qos, message.PacketId > 0));

        using Process subscriber = await broker.SubscribeAsync("-t", "out/#", "-q", $"{qos}", "-F", "%t %q %r %p");
        const int messages = 300;
        for (int i = 0; i < messages; i++) await PublishAsync(connection, $"out/{i}", $"value {i}", (MqttQos)qos);
        for (int i = 0; i < messages; i++) Assert.Equal($"out/{i} {qos} 0 value {i}", await MosquittoBroker.NextAsync(subscriber));
        await Eventually.IsTrue(() => receiver.Settlements.Count == (qos > 0 ? messages : 0), "all settled");
        Assert.All(receiver.Settlements, s => Assert.Equal(MqttReasonCode.Success, s.Reason));
        subscriber.Kill();
        await connection.DisconnectAsync();
        Assert.Equal(MqttReasonCode.Success, Assert.Single(receiver.Ends).Reason);
    }

    [Fact]
    public async Task Large_messages_arrive_whole()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        RecordingReceiver receiver = new();
        await using MqttConnection connection = await ConnectAsync(broker.Options, receiver);
        await connection.SubscribeAsync([new MqttSubscription("large", MqttQos.AtLeastOnce)], default);
        string[] payloads = [.. Enumerable.Range(0, 12).Select(i => new string((char)('a' + i), 1 << (i * 2 % 23)))];
        foreach (string payload in payloads) await PublishAsync(connection, "large", payload, MqttQos.AtLeastOnce);
        await Eventually.IsTrue(() => receiver.Messages.Count == payloads.Length, "all of them");
        Assert.Equal(payloads, receiver.Messages.Select(m => m.Payload));
    }

    [Fact]
    public async Task A_retained_value_comes_marked()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        await broker.PublishAsync("-t", "state", "-m", "on", "-r");
        RecordingReceiver receiver = new();
        await using MqttConnection connection = await ConnectAsync(broker.Options, receiver);
        await connection.SubscribeAsync([new MqttSubscription("state", MqttQos.AtMostOnce)], default);
        await Eventually.IsTrue(() => receiver.Messages.Count == 1, "the last value");
        Assert.True(receiver.Messages.First().IsRetained);
        Assert.Equal([MqttReasonCode.Success], await connection.UnsubscribeAsync(["state"], default));
        Assert.Equal([MqttReasonCode.NoSubscriptionExisted], await connection.UnsubscribeAsync(["state"], default));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Passwords_are_right_or_wrong(int version)
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Users = new Dictionary<string, string> { ["gateway"] = "correct horse" } });
        MqttClientOptions options = broker.Options with { Version = (MqttVersion)version, User = "gateway", Password = "correct horse" };
        await using (await ConnectAsync(options, new RecordingReceiver())) { }
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(options with { Password = "battery staple" }, new RecordingReceiver()));
        Assert.Equal((MqttReasonCode.NotAuthorized, true, false), (refused.End.Reason, refused.End.ByServer, refused.End.MayPass));
        Assert.Equal($"mqtt://127.0.0.1:{broker.Port} refused the connection: not authorized (0x87)", refused.Message);
    }

    [Fact]
    public async Task A_refused_subscription_leaves_the_others_standing()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Acl = ["topic read open/#", "topic write open/#"], Lines = [] });
        RecordingReceiver receiver = new();
        await using MqttSession session = new("plant", broker.Options, [new MqttSubscription("secret/#", MqttQos.AtLeastOnce), new MqttSubscription("open/#", MqttQos.AtLeastOnce)], receiver, null, NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.Connection is not null, "subscribed");
        Assert.Equal($"mqtt://127.0.0.1:{broker.Port} refused to subscribe to secret/#: not authorized (0x87)", session.Fault);
        Assert.Equal(1, session.Faults);
        await broker.PublishAsync("-t", "open/door", "-m", "1", "-q", "1");
        await Eventually.IsTrue(() => receiver.Messages.Count == 1, "the open topic's message");
    }

    [Fact]
    public async Task The_will_is_published_when_the_socket_dies_and_not_after_a_disconnect()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        RecordingReceiver watcher = new();
        await using MqttConnection watching = await ConnectAsync(broker.Options, watcher);
        await watching.SubscribeAsync([new MqttSubscription("last/#", MqttQos.AtLeastOnce)], default);
        foreach (MqttVersion version in Enum.GetValues<MqttVersion>())
        {
            MqttWill will = new($"last/{version}", Encoding.UTF8.GetBytes("gone"), MqttQos.AtLeastOnce, Retain: true);
            await using (MqttConnection orderly = await MqttConnection.ConnectAsync(broker.Options with { Version = version }, new RecordingReceiver(), will, NullLogger.Instance, default))
            {
                await orderly.DisconnectAsync();
            }
            await using MqttConnection dying = await MqttConnection.ConnectAsync(broker.Options with { Version = version }, new RecordingReceiver(), will, NullLogger.Instance, default);
        }
        await Eventually.IsTrue(() => watcher.Messages.Count >= 2, "both wills");
        Assert.Equal(["last/V311 gone", "last/V5 gone"], watcher.Messages.Select(m => $"{m.Topic} {m.Payload}"));
    }

    [Fact]
    public async Task A_shared_subscription_is_split_between_two_nodes()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        RecordingReceiver one = new(), two = new();
        await using MqttConnection first = await ConnectAsync(broker.Options with { ClientId = "one" }, one);
        await using MqttConnection second = await ConnectAsync(broker.Options with { ClientId = "two" }, two);
        foreach (MqttConnection node in new[] { first, second }) await node.SubscribeAsync([new MqttSubscription("$share/nodes/plant/#", MqttQos.AtLeastOnce)], default);
        await using MqttConnection publisher = await ConnectAsync(broker.Options, new RecordingReceiver());
        const int messages = 1000;
        for (int i = 0; i < messages; i++) await PublishAsync(publisher, "plant/x", $"{i}", MqttQos.AtLeastOnce);
        await Eventually.IsTrue(() => one.Messages.Count + two.Messages.Count >= messages, "every message once");
        Assert.Equal(messages, one.Messages.Concat(two.Messages).Select(m => m.Payload).Distinct().Count());
        Assert.Equal(messages, one.Messages.Count + two.Messages.Count);
        Assert.True(!one.Messages.IsEmpty && !two.Messages.IsEmpty, $"{one.Messages.Count} and {two.Messages.Count}");
    }

    [Fact]
    public async Task The_brokers_receive_window_is_kept_and_its_own_too()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Lines = ["max_inflight_messages 7"] });
        RecordingReceiver slow = new() { Acknowledges = false };
        await using MqttConnection connection = await ConnectAsync(broker.Options with { ReceiveMaximum = 5 }, slow);
        await connection.SubscribeAsync([new MqttSubscription("w", MqttQos.AtLeastOnce)], default);
        RecordingReceiver sender = new();
        await using MqttConnection publisher = await ConnectAsync(broker.Options, sender);
        Assert.Equal(7, publisher.Accepted.ReceiveMaximum);
        for (int i = 0; i < 50; i++) await PublishAsync(publisher, "w", $"{i}", MqttQos.AtLeastOnce);
        await Eventually.IsTrue(() => sender.Settlements.Count == 50, "all at the broker");
        // It may send no sixth before an acknowledgement; the ping's answer comes after whatever it would have sent.
        Assert.Equal([MqttReasonCode.Success], await connection.SubscribeAsync([new MqttSubscription("other", MqttQos.AtMostOnce)], default));
        Assert.Equal(5, slow.Messages.Count);
        connection.Acknowledge([.. slow.Messages.Take(2).Select(m => (m.PacketId, m.Qos))]);
        await Eventually.IsTrue(() => slow.Messages.Count == 7, "two more for two acknowledged");
    }

    internal static Task<MqttConnection> ConnectAsync(MqttClientOptions options, RecordingReceiver receiver) =>
        MqttConnection.ConnectAsync(options, receiver, null, NullLogger.Instance, default);

    internal static async Task PublishAsync(MqttConnection connection, string topic, string payload, MqttQos qos)
    {
        byte[] topicBytes = Encoding.UTF8.GetBytes(topic), payloadBytes = Encoding.UTF8.GetBytes(payload);
        await Eventually.IsTrue(() => connection.TryPublish(new MqttOutgoing { Topic = topicBytes, Payload = payloadBytes, Qos = qos }, out _), $"room for {topic}");
        connection.Flush();
    }
}
