using System.Buffers;
using System.IO.Pipelines;
using HyperIngest.Core.Framing;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Mqtt;

/// <summary>One connection to a broker, from CONNECT to its end.</summary>
/// <remarks>
/// Any thread may publish and acknowledge. What is sent is gathered and goes out together: see <see cref="Flush"/>. One loop reads, another sends; neither waits for the other, so that acknowledgements
/// and the keep-alive go on while the receiver has no room.
/// </remarks>
public sealed class MqttConnection : IAsyncDisposable
{
    // Some 700 messages of 180 bytes in one read: a broker sends every message by itself, and only a large read takes many at once; beyond it a read no longer gets cheaper by the message.
    private const int ReceiveBytes = 128 * 1024;

    // 8 MiB: more connections than that do not read at once on the cores a node has.
    private const int MostIdleBuffers = 64;

    // The process's: a connection has one only while there is something to read, so that thousands of idle ones cost nothing here.
    private static readonly ReceivePool ReceiveBuffers = new(ReceiveBytes, MostIdleBuffers);

    // While the receiver has no room, the message is given again so soon, and a little later each time.
    private static readonly TimeSpan ShortestStall = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestStall = TimeSpan.FromMilliseconds(10);

    // For a last word to a broker that broke the protocol, and for its closing after ours.
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    private readonly MqttClientOptions _options;
    private readonly IMqttReceiver _receiver;
    private readonly ILogger _logger;
    private readonly MqttHeartbeat _heartbeat;
    private readonly MqttTransport _transport;
    private readonly MqttOutbox _outbox;
    private readonly MqttInbound _inbound;
    private readonly MqttRequests _requests = new();
    private readonly TaskCompletionSource<MqttEnd?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MqttEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the outbox's gate; made when the broker has said how large the window is.
    private MqttPacketIds _ids = new(0);

    // Written by the reading loop before the receiver is told; read after that.
    private MqttAccepted? _accepted;

    // Set once, by whoever ends the connection.
    private MqttEnd? _end;

    // Set before DISCONNECT goes: what still comes is thrown away, and the broker's closing is in order.
    private volatile MqttEnd? _leaving;

    // Timestamps of the heartbeat's clock. Received: written by the reading loop, read by the heartbeat. Pinged: the heartbeat's own.
    private long _lastReceived;
    private long _lastPinged;

    // Written by the reading loop: it does not read, so silence means nothing.
    private volatile bool _stalled;

    private MqttConnection(MqttClientOptions options, IMqttReceiver receiver, MqttTransport transport, MqttHeartbeat heartbeat, ILogger logger)
    {
        _options = options;
        _receiver = receiver;
        _logger = logger;
        _heartbeat = heartbeat;
        _transport = transport;
        _outbox = new MqttOutbox(heartbeat.Time);
        _inbound = new MqttInbound(this, options, receiver);
        _lastReceived = _lastPinged = heartbeat.Time.GetTimestamp();
    }

    /// <summary>What the broker said.</summary>
    public MqttAccepted Accepted => _accepted ?? throw new InvalidOperationException("The broker has not accepted the connection.");

    /// <summary>Completes, never faulted, when the connection has ended and the receiver has been told.</summary>
    public Task<MqttEnd> Ended => _ended.Task;

    /// <summary>Bytes gathered and not yet taken by the operating system.</summary>
    public int Unsent => _outbox.Unsent;

    /// <summary>The heartbeat's: where it has this connection; negative for nowhere.</summary>
    internal int HeartbeatIndex { get; set; } = -1;

    private bool IsLeaving => _leaving is not null;

    /// <summary>Connects and waits for CONNACK; the receiver's <see cref="IMqttReceiver.Opened"/> comes before this returns.</summary>
    /// <exception cref="MqttException">No connection, or the broker refused it.</exception>
    public static Task<MqttConnection> ConnectAsync(
        MqttClientOptions options, IMqttReceiver receiver, MqttWill? will, ILogger logger, CancellationToken cancellationToken) =>
        ConnectAsync(options, receiver, will, logger, MqttHeartbeat.Shared, cancellationToken);

    /// <summary>The same with a clock of one's own.</summary>
    internal static async Task<MqttConnection> ConnectAsync(
        MqttClientOptions options, IMqttReceiver receiver, MqttWill? will, ILogger logger, MqttHeartbeat heartbeat, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        MqttConnection? connection = null;
        MqttEnd? refused;
        try
        {
            MqttTransport transport = await MqttTransport.OpenAsync(options, timeout.Token).ConfigureAwait(false);
            connection = new MqttConnection(options, receiver, transport, heartbeat, logger);
            connection.Begin(will);
            refused = await connection._opened.Task.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            refused = new MqttEnd(MqttReasonCode.ServerUnavailable,
                $"{options.Address}: {(connection is null ? "no connection" : "connected, but no CONNACK")} in {options.ConnectTimeout.TotalSeconds:0.###} s");
        }
        return refused is null ? connection! : throw new MqttException(refused);
    }

    /// <summary>Subscribes, in one SUBSCRIBE; the codes in the same order, those of 0x80 and up are refusals.</summary>
    /// <exception cref="MqttException">The connection ended, or no SUBACK came in time.</exception>
    /// <exception cref="ArgumentException">A filter is none.</exception>
    public Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken)
    {
        foreach (MqttSubscription subscription in subscriptions) CheckFilter(subscription.Filter);
        return RequestAsync(MqttPacketType.SubAck, subscriptions.Count, id => Writer.Subscribe(id, subscriptions), cancellationToken);
    }

    /// <summary>Unsubscribes, in one UNSUBSCRIBE.</summary>
    /// <exception cref="MqttException">The connection ended, or no UNSUBACK came in time.</exception>
    /// <exception cref="ArgumentException">A filter is none.</exception>
    public Task<IReadOnlyList<MqttReasonCode>> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken)
    {
        foreach (string filter in filters) CheckFilter(filter);
        return RequestAsync(MqttPacketType.UnsubAck, filters.Count, id => Writer.Unsubscribe(id, filters), cancellationToken);
    }

    /// <summary>
    /// Puts a message among what is to be sent. False, and nothing of it is sent, when the send buffer or the broker's receive maximum is full: try again when something is settled, or the connection
    /// has ended (<see cref="Ended"/>).
    /// </summary>
    /// <remarks>While an earlier flush is still being sent, <see cref="IMqttReceiver.Settled"/> may come before this has returned: the reading loop does not wait for the publisher.</remarks>
    /// <param name="message">The message; copied.</param>
    /// <param name="packetId">With QoS 1 and 2 the identifier that <see cref="IMqttReceiver.Settled"/> will name; otherwise 0.</param>
    /// <exception cref="ArgumentException">The topic is no topic name, or the packet, its QoS or its retain flag is more than the broker takes.</exception>
    public bool TryPublish(in MqttOutgoing message, out ushort packetId)
    {
        packetId = 0;
        long bytes = MqttWriter.PublishBytes(_options.Version, message);
        Check(message, bytes);
        lock (_outbox.Gate)
        {
            if (_outbox.IsClosed || IsLeaving) return false;
            // One that is larger than the whole buffer goes when it is the only one.
            int unsent = _outbox.Unsent;
            if (unsent > 0 && unsent + bytes > _options.SendBufferBytes) return false;
            if (message.Qos != MqttQos.AtMostOnce
                && !_ids.TryTake(message.Qos == MqttQos.AtLeastOnce ? MqttIdUse.AtLeastOnce : MqttIdUse.ExactlyOnce, out packetId))
            {
                return false;
            }
            Writer.Publish(message, packetId);
            _outbox.FlushIfEnough();
            return true;
        }
    }

    /// <summary>Acknowledges messages that were received, in the order they came: PUBACK for QoS 1, PUBREC for QoS 2.</summary>
    public void Acknowledge(ReadOnlySpan<(ushort PacketId, MqttQos Qos)> messages)
    {
        int settled = 0;
        foreach ((_, MqttQos qos) in messages)
        {
            if (qos == MqttQos.AtLeastOnce) settled++;
        }
        // First the count, then the packets: the broker may send the next as soon as it has them.
        _inbound.Acknowledged(settled);
        lock (_outbox.Gate)
        {
            if (_outbox.IsClosed || IsLeaving) return;
            foreach ((ushort id, MqttQos qos) in messages)
            {
                if (qos != MqttQos.AtMostOnce) Writer.Ack(qos == MqttQos.AtLeastOnce ? MqttPacketType.PubAck : MqttPacketType.PubRec, id);
            }
            _outbox.FlushLocked();
        }
    }

    /// <summary>Completes messages of QoS 2 that were released: PUBCOMP.</summary>
    public void Complete(ReadOnlySpan<ushort> packetIds)
    {
        _inbound.Acknowledged(packetIds.Length);
        lock (_outbox.Gate)
        {
            if (_outbox.IsClosed || IsLeaving) return;
            foreach (ushort id in packetIds) Writer.Ack(MqttPacketType.PubComp, id);
            _outbox.FlushLocked();
        }
    }

    /// <summary>Sends what was gathered, without waiting for it. Acknowledgements flush by themselves; publishers flush at the end of a batch.</summary>
    public void Flush() => _outbox.Flush();

    /// <summary>Sends what was gathered and DISCONNECT, and closes; waits at most <see cref="MqttClientOptions.ConnectTimeout"/>.</summary>
    public async Task DisconnectAsync(MqttReasonCode reason = MqttReasonCode.Success)
    {
        MqttEnd end = new(MqttReasonCode.Success, $"{_options.Address}: disconnected");
        lock (_outbox.Gate)
        {
            if (!_outbox.IsClosed && !IsLeaving) Writer.Disconnect(reason);
            _leaving ??= end;
        }
        await LeaveAsync(_options.ConnectTimeout).ConfigureAwait(false);
        // The broker closes when it has read DISCONNECT; closing first, with bytes of its unread, could take that away from it.
        await Task.WhenAny(_ended.Task, Task.Delay(LastWord)).ConfigureAwait(false);
        End(end);
        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Closes the socket without a word, if it is still open: the broker then publishes the will.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new MqttEnd(MqttReasonCode.Success, $"{_options.Address}: closed by this side"));
        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>The reading loop: CONNACK came and is good.</summary>
    internal void Accept(MqttAccepted accepted)
    {
        lock (_outbox.Gate) _ids = new MqttPacketIds(accepted.ReceiveMaximum);
        _accepted = accepted;
        _receiver.Opened(this);
        _heartbeat.Add(this);
        _opened.TrySetResult(null);
    }

    /// <summary>The reading loop: an own message was acknowledged. False when the broker mixes up the kinds; a packet identifier that is not under way is no fault, after a reconnect.</summary>
    internal bool TrySettle(in MqttAck ack, out bool settled)
    {
        settled = false;
        lock (_outbox.Gate)
        {
            MqttIdUse use = _ids.Of(ack.PacketId);
            switch (ack.Type, use)
            {
                case (MqttPacketType.PubAck, MqttIdUse.AtLeastOnce):
                case (MqttPacketType.PubComp, MqttIdUse.Released):
                case (MqttPacketType.PubRec, MqttIdUse.ExactlyOnce) when ack.Reason >= MqttReasonCode.UnspecifiedError:
                    settled = true;
                    return true;
                case (MqttPacketType.PubRec, MqttIdUse.ExactlyOnce or MqttIdUse.Released):
                    if (use == MqttIdUse.ExactlyOnce) _ids.Release(ack.PacketId);
                    Writer.Ack(MqttPacketType.PubRel, ack.PacketId);
                    return true;
                case (MqttPacketType.PubRec, MqttIdUse.Free):
                    // Of an earlier connection: the broker is told to let go of it.
                    Writer.Ack(MqttPacketType.PubRel, ack.PacketId, MqttReasonCode.PacketIdentifierNotFound);
                    return true;
                default: return use == MqttIdUse.Free;
            }
        }
    }

    /// <summary>The reading loop: the receiver knows that a message is settled, and its identifier may be used again. Not before: the next message under it could be taken for the settled one.</summary>
    internal void Free(ushort packetId)
    {
        lock (_outbox.Gate) _ids.Return(packetId);
    }

    /// <summary>The reading loop: SUBACK or UNSUBACK came. False when nobody asked for it.</summary>
    internal bool TryAnswer(MqttPacketType type, in MqttSubAck packet)
    {
        lock (_outbox.Gate)
        {
            if (!_requests.TryAnswer(type, packet)) return false;
            _ids.Return(packet.PacketId);
            return true;
        }
    }

    /// <summary>The heartbeat: a ping when either side was silent for half the keep-alive, the end after one and a half.</summary>
    internal void Beat()
    {
        TimeProvider time = _heartbeat.Time;
        long now = time.GetTimestamp();
        TimeSpan quiet = time.GetElapsedTime(_outbox.LastSent, now);
        if (quiet > 4 * MqttHeartbeat.Period) _outbox.Trim();
        TimeSpan keepAlive = Accepted.KeepAlive;
        if (keepAlive <= TimeSpan.Zero) return;
        TimeSpan deaf = _stalled ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _lastReceived), now);
        if (deaf > keepAlive * 1.5)
        {
            End(new MqttEnd(MqttReasonCode.KeepAliveTimeout, $"{_options.Address}: nothing came for {deaf.TotalSeconds:0.#} s, keep-alive is {keepAlive.TotalSeconds:0.#} s"));
            return;
        }
        // Half: one that is late on a loaded machine still comes before the broker gives up.
        TimeSpan half = keepAlive / 2;
        if ((quiet < half && deaf < half) || time.GetElapsedTime(_lastPinged, now) < half) return;
        _lastPinged = now;
        lock (_outbox.Gate)
        {
            if (_outbox.IsClosed || IsLeaving) return;
            Writer.PingRequest();
            _outbox.FlushLocked();
        }
    }

    private MqttWriter Writer => new(_outbox, _options.Version);

    private void Begin(MqttWill? will)
    {
        lock (_outbox.Gate)
        {
            Writer.Connect(_options, will);
            _outbox.FlushLocked();
        }
        _ = SendAsync();
        if (_options.OwnReadingThread) new Thread(() => _ = ReadAsync()) { Name = $"mqtt-read-{_options.ClientId}", IsBackground = true }.Start();
        else _ = ReadAsync();
    }

    private async Task SendAsync()
    {
        try
        {
            await _outbox.SendAsync(_transport.Stream).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The reading loop ends too, and may have a better reason on its way: what the broker said before it closed.
            await Task.WhenAny(_ended.Task, Task.Delay(LastWord)).ConfigureAwait(false);
            End(Broken(failure));
        }
    }

    private async Task ReadAsync()
    {
        PipeReader reader = PipeReader.Create(_transport.Stream, new StreamPipeReaderOptions(
            ReceiveBuffers, ReceiveBytes, minimumReadSize: ReceiveBytes / 8, leaveOpen: true, useZeroByteReads: true));
        MqttEnd end;
        try
        {
            end = await ReadUntilEndAsync(reader).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            end = Broken(failure);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            MqttLog.Defect(_logger, _options.Address, defect);
            end = new MqttEnd(MqttReasonCode.ImplementationSpecificError, $"{_options.Address}: a defect in what takes the messages: {defect.Message}");
        }
        end = Interlocked.CompareExchange(ref _end, end, null) ?? end;
        _heartbeat.Remove(this);
        _outbox.Close();
        lock (_outbox.Gate) _requests.Clear();
        await reader.CompleteAsync().ConfigureAwait(false);
        _transport.Dispose();
        _inbound.Dispose();
        if (_accepted is not null) TellClosed(end);
        _opened.TrySetResult(end);
        _ended.SetResult(end);
    }

    private async Task<MqttEnd> ReadUntilEndAsync(PipeReader reader)
    {
        TimeSpan stall = ShortestStall;
        while (true)
        {
            ReadResult result = await reader.ReadAsync().ConfigureAwait(false);
            if (Volatile.Read(ref _end) is { } ended) return ended;
            Volatile.Write(ref _lastReceived, _heartbeat.Time.GetTimestamp());
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (IsLeaving) buffer = buffer.Slice(buffer.End);
            bool any = !buffer.IsEmpty;
            MqttProgress progress = _inbound.Take(ref buffer);
            if (progress == MqttProgress.Ended) return await FinishAsync(_inbound.End!).ConfigureAwait(false);
            _stalled = progress == MqttProgress.Stalled;
            if (any && _accepted is not null)
            {
                _receiver.Paused();
                _outbox.Flush();
            }
            if (!_stalled)
            {
                stall = ShortestStall;
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted) return _leaving ?? new MqttEnd(MqttReasonCode.UnspecifiedError, $"{_options.Address} closed the connection");
                continue;
            }
            // Not examined: the next read gives the same bytes again, and no others are read from the socket.
            reader.AdvanceTo(buffer.Start, buffer.Start);
            // A thread of its own stays with the loop: on the pool's, its waiting reads would hold up others.
            if (_options.OwnReadingThread) Thread.Sleep(stall);
            else await Task.Delay(stall).ConfigureAwait(false);
            stall = stall * 2 < LongestStall ? stall * 2 : LongestStall;
        }
    }

    private async Task<MqttEnd> FinishAsync(MqttEnd end)
    {
        if (!_inbound.IsFaulty || _options.Version != MqttVersion.V5 || IsLeaving) return end;
        lock (_outbox.Gate)
        {
            if (!_outbox.IsClosed) Writer.Disconnect(end.Reason);
            _leaving = end;
        }
        await LeaveAsync(LastWord).ConfigureAwait(false);
        return end;
    }

    private async Task LeaveAsync(TimeSpan longest)
    {
        await Task.WhenAny(_outbox.DrainAsync(), Task.Delay(longest)).ConfigureAwait(false);
        _transport.EndSending();
    }

    private void End(MqttEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null) _transport.Abort();
    }

    private void TellClosed(MqttEnd end)
    {
        try
        {
            _receiver.Closed(this, end);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            MqttLog.Defect(_logger, _options.Address, defect);
        }
    }

    private MqttEnd Broken(Exception failure) => _leaving ?? new MqttEnd(MqttReasonCode.UnspecifiedError, $"{_options.Address}: the connection broke: {failure.Message}");

    private async Task<IReadOnlyList<MqttReasonCode>> RequestAsync(MqttPacketType answer, int filters, Action<ushort> write, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(filters);
        Task<IReadOnlyList<MqttReasonCode>?> waiting;
        lock (_outbox.Gate)
        {
            if (_outbox.IsClosed || IsLeaving || !_ids.TryTake(MqttIdUse.Request, out ushort id)) throw Ending();
            write(id);
            waiting = _requests.Add(id, answer, filters);
            _outbox.FlushLocked();
        }
        try
        {
            return await waiting.WaitAsync(_options.ConnectTimeout, cancellationToken).ConfigureAwait(false) ?? throw Ending();
        }
        catch (TimeoutException)
        {
            throw new MqttException(new MqttEnd(MqttReasonCode.UnspecifiedError,
                $"{_options.Address}: no {answer.ToString().ToUpperInvariant()} in {_options.ConnectTimeout.TotalSeconds:0.###} s"));
        }
    }

    private MqttException Ending() => new(Volatile.Read(ref _end) ?? _leaving ?? new MqttEnd(MqttReasonCode.UnspecifiedError, $"{_options.Address}: the connection is ending"));

    private void Check(in MqttOutgoing message, long bytes)
    {
        if (!MqttTopic.IsName(message.Topic)) throw new ArgumentException($"\"{MqttText.Decode(message.Topic)}\" is no topic name: 1 to 65,535 bytes of UTF-8 without U+0000, + and #.", nameof(message));
        MqttAccepted accepted = Accepted;
        if (bytes > Math.Min(accepted.MaximumPacketBytes, MqttFrame.MaxRemaining))
        {
            throw new ArgumentException($"A message to {MqttText.Decode(message.Topic)} makes a packet of {bytes} bytes; {_options.Address} takes {Math.Min(accepted.MaximumPacketBytes, MqttFrame.MaxRemaining)}.", nameof(message));
        }
        if (message.Qos > accepted.MaximumQos) throw new ArgumentException($"{_options.Address} takes QoS {(int)accepted.MaximumQos} at most; {MqttText.Decode(message.Topic)} has {(int)message.Qos}.", nameof(message));
        if (message.Retain && !accepted.RetainAvailable) throw new ArgumentException($"{_options.Address} keeps no retained messages; {MqttText.Decode(message.Topic)} asks for it.", nameof(message));
    }

    private static void CheckFilter(string filter)
    {
        if (!MqttTopic.IsFilter(filter)) throw new ArgumentException($"\"{filter}\" is no topic filter: + and # stand for whole levels, # for the last.", nameof(filter));
    }
}
