using System.Diagnostics;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>What a broker gives out to a subscriber that counts messages, acknowledges them at once and does nothing else: the ceiling of everybody who subscribes there.</summary>
internal sealed class BareSubscriber : IMqttReceiver
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(8);
    private readonly (ushort PacketId, MqttQos Qos)[] _acknowledge = new (ushort, MqttQos)[4096];
    private MqttConnection? _connection;
    private int _waiting;

    // Written by the connection's loop, read by whoever measures.
    private long _messages;

    private long Messages => Volatile.Read(ref _messages);

    /// <summary>Measures it with publishers of their own, the same plant's.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="simulator">Starts the plant's simulator.</param>
    /// <param name="mostAhead">How far the publishers may be ahead, in readings.</param>
    /// <param name="messageReadings">Readings in a message.</param>
    /// <param name="qos">With which quality of service.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Ceiling?> MeasureAsync(
        MqttBroker broker, ProcessStartInfo simulator, long mostAhead, int messageReadings, MqttQos qos, CancellationToken cancellationToken)
    {
        BareSubscriber bare = new();
        await using MqttConnection connection = await MqttConnection.ConnectAsync(
            broker.Client with { ClientId = $"hyperingest-bare-{Environment.ProcessId}", SessionExpiry = TimeSpan.Zero }, bare, null, NullLogger.Instance, cancellationToken);
        await connection.SubscribeAsync([new MqttSubscription("spBv1.0/demo/#", qos), new MqttSubscription("demo/#", qos)], cancellationToken);
        await using SimulatorProcess publishers = await SimulatorProcess.StartAsync(simulator, cancellationToken);
        await publishers.BeginPublishingAsync(null, cancellationToken);
        long count;
        double seconds;
        await using (PublishHold.Of(publishers, () => bare.Messages * messageReadings, mostAhead))
        {
            await Task.Delay(WarmUp, cancellationToken);
            long before = bare.Messages, began = Stopwatch.GetTimestamp();
            await Task.Delay(Time, cancellationToken);
            count = (bare.Messages - before) * messageReadings;
            seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        await connection.DisconnectAsync();
        return new Ceiling($"a bare subscriber at {broker.Description}, qos {(int)qos}", count / seconds, count);
    }

    /// <inheritdoc/>
    public void Opened(MqttConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public bool TryReceive(in MqttMessage message)
    {
        Volatile.Write(ref _messages, _messages + 1);
        if (message.Qos == MqttQos.AtMostOnce) return true;
        _acknowledge[_waiting++] = (message.PacketId, message.Qos);
        if (_waiting == _acknowledge.Length) Paused();
        return true;
    }

    /// <inheritdoc/>
    public void Paused()
    {
        if (_waiting == 0) return;
        _connection!.Acknowledge(_acknowledge.AsSpan(0, _waiting));
        _waiting = 0;
    }

    /// <inheritdoc/>
    public void Released(ushort packetId) => _connection!.Complete([packetId]);

    /// <inheritdoc/>
    public void Settled(ushort packetId, MqttReasonCode reason)
    {
        // It publishes nothing.
    }

    /// <inheritdoc/>
    public void Closed(MqttConnection connection, MqttEnd end)
    {
        // What it has counted stands; the measurement is short of what did not come.
    }
}
