using Microsoft.Extensions.Logging;

namespace HyperIngest.Mqtt;

/// <summary>One connection to a broker, from CONNECT to its end.</summary>
/// <remarks>Any thread may publish and acknowledge. What is sent is gathered and goes out together: see <see cref="Flush"/>.</remarks>
public sealed class MqttConnection : IAsyncDisposable
{
    /// <summary>Connects and waits for CONNACK; the receiver's <see cref="IMqttReceiver.Opened"/> comes before this returns.</summary>
    /// <exception cref="MqttException">No connection, or the broker refused it.</exception>
    public static Task<MqttConnection> ConnectAsync(
        MqttClientOptions options, IMqttReceiver receiver, MqttWill? will, ILogger logger, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>What the broker said.</summary>
    public MqttAccepted Accepted => throw new NotImplementedException();

    /// <summary>Completes, never faulted, when the connection has ended and the receiver has been told.</summary>
    public Task<MqttEnd> Ended => throw new NotImplementedException();

    /// <summary>Subscribes, in one SUBSCRIBE; the codes in the same order, those of 0x80 and up are refusals.</summary>
    /// <exception cref="MqttException">The connection ended, or no SUBACK came in time.</exception>
    public Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Unsubscribes, in one UNSUBSCRIBE.</summary>
    /// <exception cref="MqttException">The connection ended, or no UNSUBACK came in time.</exception>
    public Task<IReadOnlyList<MqttReasonCode>> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Puts a message among what is to be sent. False, and nothing of it is sent, when the send buffer or the broker's receive maximum is full: try again when something is settled, or the connection
    /// has ended (<see cref="Ended"/>).
    /// </summary>
    /// <param name="message">The message; copied.</param>
    /// <param name="packetId">With QoS 1 and 2 the identifier that <see cref="IMqttReceiver.Settled"/> will name; otherwise 0.</param>
    /// <exception cref="ArgumentException">The topic is no topic name, or the packet is larger than the broker takes.</exception>
    public bool TryPublish(in MqttOutgoing message, out ushort packetId) => throw new NotImplementedException();

    /// <summary>Acknowledges messages that were received, in the order they came: PUBACK for QoS 1, PUBREC for QoS 2.</summary>
    public void Acknowledge(ReadOnlySpan<(ushort PacketId, MqttQos Qos)> messages) => throw new NotImplementedException();

    /// <summary>Completes messages of QoS 2 that were released: PUBCOMP.</summary>
    public void Complete(ReadOnlySpan<ushort> packetIds) => throw new NotImplementedException();

    /// <summary>Sends what was gathered, without waiting for it. Acknowledgements flush by themselves; publishers flush at the end of a batch.</summary>
    public void Flush() => throw new NotImplementedException();

    /// <summary>Bytes gathered and not yet taken by the operating system.</summary>
    public int Unsent => throw new NotImplementedException();

    /// <summary>Sends what was gathered and DISCONNECT, and closes; waits at most <see cref="MqttClientOptions.ConnectTimeout"/>.</summary>
    public Task DisconnectAsync(MqttReasonCode reason = MqttReasonCode.Success) => throw new NotImplementedException();

    /// <summary>Closes the socket without a word, if it is still open: the broker then publishes the will.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
