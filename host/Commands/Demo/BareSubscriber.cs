using System.Diagnostics;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>What a bare subscriber measures.</summary>
internal sealed record BareSubscription
{
    /// <summary>What it subscribes to.</summary>
    public required IReadOnlyList<MqttSubscription> Filters { get; init; }

    /// <summary>Readings in a message, on average.</summary>
    public required double MessageReadings { get; init; }

    /// <summary>How far the publishers may be ahead, in readings.</summary>
    public required long MostAhead { get; init; }

    /// <summary>Has the publishers publish; default as the plant says.</summary>
    public Func<SimulatorProcess, CancellationToken, Task> Begin { get; init; } = PublishHold.ByPlant;

    /// <summary>Time before it counts.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time in which it counts.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(8);
}

/// <summary>What a broker gives out to a subscriber that counts messages, acknowledges them at once and does nothing else: the ceiling of everybody who subscribes there.</summary>
internal sealed class BareSubscriber : IMqttReceiver
{
    private readonly (ushort PacketId, MqttQos Qos)[] _acknowledge = new (ushort, MqttQos)[4096];
    private MqttConnection? _connection;
    private int _waiting;

    // Written by the connection's loop, read by whoever measures.
    private long _messages;

    private long Messages => Volatile.Read(ref _messages);

    /// <summary>Measures it with publishers of their own.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="simulator">Starts the plant's simulator.</param>
    /// <param name="measured">What is subscribed to and measured.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Readings a second, and all of them.</returns>
    public static async Task<(double PerSecond, long Count)> MeasureAsync(MqttClientOptions broker, ProcessStartInfo simulator, BareSubscription measured, CancellationToken cancellationToken)
    {
        BareSubscriber bare = new();
        await using MqttConnection connection = await MqttConnection.ConnectAsync(
            broker with { ClientId = $"hyperingest-bare-{Environment.ProcessId}", SessionExpiry = TimeSpan.Zero }, bare, null, NullLogger.Instance, cancellationToken);
        await connection.SubscribeAsync(measured.Filters, cancellationToken);
        await using SimulatorProcess publishers = await SimulatorProcess.StartAsync(simulator, cancellationToken);
        await measured.Begin(publishers, cancellationToken);
        long count;
        double seconds;
        await using (PublishHold.Of(publishers, () => (long)(bare.Messages * measured.MessageReadings), measured.MostAhead, measured.Begin))
        {
            await Task.Delay(measured.WarmUp, cancellationToken);
            long before = bare.Messages, began = Stopwatch.GetTimestamp();
            await Task.Delay(measured.Time, cancellationToken);
            count = (long)((bare.Messages - before) * measured.MessageReadings);
            seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        await connection.DisconnectAsync();
        return (count / seconds, count);
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
