using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Tests.Unit.Mqtt.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>Sessions that are kept, and brokers that restart.</summary>
public sealed class MosquittoSessionTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task What_is_sent_while_away_arrives(int version)
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        MqttClientOptions options = broker.Options with { Version = (MqttVersion)version, ClientId = "gateway", SessionExpiry = TimeSpan.FromHours(1) };
        await using (MqttConnection before = await MosquittoTests.ConnectAsync(options, new RecordingReceiver()))
        {
            Assert.False(before.Accepted.SessionPresent);
            await before.SubscribeAsync([new MqttSubscription("a/#", MqttQos.AtLeastOnce)], default);
            await before.DisconnectAsync();
        }
        for (int i = 0; i < 5; i++) await broker.PublishAsync("-t", "a/b", "-m", $"{i}", "-q", "1");
        RecordingReceiver receiver = new();
        await using MqttConnection after = await MosquittoTests.ConnectAsync(options, receiver);
        Assert.True(after.Accepted.SessionPresent);
        await Eventually.IsTrue(() => receiver.Messages.Count == 5, "all that came meanwhile");
        Assert.Equal(["0", "1", "2", "3", "4"], receiver.Messages.Select(m => m.Payload));
    }

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_marked()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        MqttClientOptions options = broker.Options with { ClientId = "gateway", SessionExpiry = TimeSpan.FromHours(1) };
        RecordingReceiver first = new() { Acknowledges = false };
        await using (MqttConnection before = await MosquittoTests.ConnectAsync(options, first))
        {
            await before.SubscribeAsync([new MqttSubscription("a", MqttQos.AtLeastOnce)], default);
            for (int i = 0; i < 3; i++) await broker.PublishAsync("-t", "a", "-m", $"{i}", "-q", "1");
            await Eventually.IsTrue(() => first.Messages.Count == 3, "all three");
            before.Acknowledge([(first.Messages.First().PacketId, MqttQos.AtLeastOnce)]);
            await before.DisconnectAsync();
        }
        RecordingReceiver second = new();
        await using MqttConnection after = await MosquittoTests.ConnectAsync(options, second);
        await Eventually.IsTrue(() => second.Messages.Count == 2, "the two that were not acknowledged");
        Assert.Equal([("1", true), ("2", true)], second.Messages.Select(m => (m.Payload, m.IsDuplicate)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_restart_it_subscribes_only_when_the_session_is_gone(bool persistence)
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Persistence = persistence });
        MqttClientOptions options = broker.Options with { ClientId = "gateway", SessionExpiry = TimeSpan.FromHours(1) };
        await broker.PublishAsync("-t", "a/last", "-m", "value", "-r", "-q", "1");
        RecordingReceiver receiver = new();
        // Retained messages come at every subscribe, and so tell how often it did.
        await using MqttSession session = new("plant", options, [new MqttSubscription("a/#", MqttQos.AtLeastOnce, RetainHandling: 0)], receiver, null, NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.Connection is not null && receiver.Messages.Count == 1, "subscribed");
        await broker.StopAsync();
        await Eventually.IsTrue(() => session.Connection is null && session.Fault is not null, "the end is seen");
        await broker.RestartAsync();
        if (!persistence) await broker.PublishAsync("-t", "a/last", "-m", "value", "-r", "-q", "1");
        await Eventually.IsTrue(() => session.Connection is not null, "connected again");
        Assert.Null(session.Fault);
        Assert.Equal(persistence, receiver.Openings.Last().SessionPresent);
        await broker.PublishAsync("-t", "a/new", "-m", "1", "-q", "1");
        await Eventually.IsTrue(() => receiver.Messages.Any(m => m.Topic == "a/new"), "the subscription stands");
        if (persistence) Assert.Single(receiver.Messages, m => m.Topic == "a/last");
        Assert.Equal(2, session.Connects);
        await session.StopAsync();
        Assert.Equal(2, receiver.Ends.Count);
    }

    [Fact]
    public async Task A_password_that_is_wrong_is_a_fault_that_waits()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Users = new Dictionary<string, string> { ["gateway"] = "right" } });
        RecordingReceiver receiver = new();
        await using MqttSession session = new("plant", broker.Options with { User = "gateway", Password = "wrong one" }, [], receiver, () => new MqttWill("w", Encoding.UTF8.GetBytes("x")), NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.Faults >= 2, "tried again");
        Assert.Equal($"mqtt://127.0.0.1:{broker.Port} refused the connection: not authorized (0x87)", session.Fault);
        Assert.Equal(0, session.Connects);
        Assert.Empty(receiver.Openings);
    }

    [Fact]
    public async Task A_broker_that_is_killed_is_come_back_to_every_time()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync();
        RecordingReceiver receiver = new();
        await using MqttSession session = new("plant", broker.Options, [new MqttSubscription("a", MqttQos.AtLeastOnce)], receiver, null, NullLogger.Instance);
        session.Start();
        for (int round = 1; round <= 3; round++)
        {
            int connects = round;
            await Eventually.IsTrue(() => session.Connection is not null && session.Connects == connects, $"connection {round}");
            await broker.PublishAsync("-t", "a", "-m", $"{round}", "-q", "1");
            await Eventually.IsTrue(() => receiver.Messages.Any(m => m.Payload == $"{connects}"), $"message {round}");
            await broker.KillAsync();
            await Eventually.IsTrue(() => session.Connection is null, "the end is seen");
            await broker.RestartAsync();
        }
        await Eventually.IsTrue(() => session.Connection is not null, "connected at last");
        Assert.True(session.Faults >= 3);
    }
}
