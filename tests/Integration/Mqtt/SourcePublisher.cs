using System.Text;
using HyperIngest.LoadGen;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>Somebody who publishes to a broker, and waits until it has everything.</summary>
internal sealed class SourcePublisher : IMqttReceiver, IAsyncDisposable
{
    private MqttConnection? _connection;
    private long _sent;
    private long _settled;

    public static async Task<SourcePublisher> ConnectAsync(int port)
    {
        SourcePublisher publisher = new();
        publisher._connection = await MqttConnection.ConnectAsync(
            new MqttClientOptions { Host = PrivateMosquitto.Host, Port = port, ClientId = $"publisher-{Guid.NewGuid():N}", ConnectTimeout = TimeSpan.FromSeconds(30) },
            publisher, will: null, NullLogger.Instance, CancellationToken.None);
        return publisher;
    }

    /// <summary>Publishes one message as soon as there is room for it.</summary>
    public async Task PublishAsync(string topic, string payload, MqttQos qos = MqttQos.AtLeastOnce, bool retain = false)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic), bytes = Encoding.UTF8.GetBytes(payload);
        while (!TryPublish())
        {
            _connection!.Flush();
            Assert.False(_connection.Ended.IsCompleted, "the publisher's connection has ended");
            await Task.Delay(1);
        }
        if (qos != MqttQos.AtMostOnce) _sent++;

        bool TryPublish() => _connection!.TryPublish(new MqttOutgoing { Topic = name, Payload = bytes, Qos = qos, Retain = retain }, out _);
    }

    /// <summary>Publishes a value with its own time: an hour ago and so many milliseconds.</summary>
    public Task PublishAsync(string topic, long value, MqttQos qos = MqttQos.AtLeastOnce) =>
        PublishAsync(topic, $$"""{"value":{{value}},"timestamp":{{1_790_000_000_000 + value}}}""", qos);

    /// <summary>Waits until the broker has all messages of QoS 1 and 2.</summary>
    public async Task SettleAsync()
    {
        _connection!.Flush();
        await Eventually.IsTrue(() => Volatile.Read(ref _settled) >= _sent, $"the broker has {_sent} messages");
    }

    public void Opened(MqttConnection connection)
    {
    }

    public bool TryReceive(in MqttMessage message) => true;

    public void Paused()
    {
    }

    public void Released(ushort packetId)
    {
    }

    public void Settled(ushort packetId, MqttReasonCode reason) => Interlocked.Increment(ref _settled);

    public void Closed(MqttConnection connection, MqttEnd end)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _connection!.DisconnectAsync();
        await _connection.DisposeAsync();
    }
}
