using System.Diagnostics;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Mqtt.Uns;

/// <summary>
/// One shard's readings as messages. QoS 1: a delivery is accepted when all of it is acknowledged, and what was acknowledged before a connection was lost is not sent again. QoS 0: it is accepted when the
/// operating system has it, and that is all that QoS 0 can say.
/// </summary>
internal sealed class UnsLane : ISinkLane
{
    // The sender starts while the next messages are encoded.
    private const int FlushMessages = 512;

    // How soon the send buffer is looked at again when it is full; it says nothing when it has room. A loopback empties 1 MiB in about this.
    private static readonly TimeSpan BufferPause = TimeSpan.FromMilliseconds(1);

    private readonly Link _link;
    private readonly UnsEncoder _encoder;
    private readonly UnsProgress _progress = new();
    private readonly MqttLaneMetrics _metrics;
    private readonly MqttUnsOptions _uns;
    private readonly MqttSinkLimits _limits;
    private readonly ILogger _logger;
    private readonly string _sink;
    private readonly int _shard;
    private readonly List<RefusedReading> _refused = [];

    // Readings refused as not authorized, for as long as it may be that the user may publish nothing at all.
    private readonly List<int> _unauthorized = [];
    private bool _taken;
    private string? _later;
    private int _window;
    private long _movedAt;
    private int _unsent;

    public UnsLane(Link link, UnsEncoder encoder, MqttSinkOptions options, MqttLaneMetrics metrics, int shard, ILogger logger)
    {
        _link = link;
        _encoder = encoder;
        _metrics = metrics;
        _uns = options.Uns;
        _limits = options.Limits;
        _logger = logger;
        _sink = options.Name;
        _shard = shard;
        metrics.Observe(() => link.IsUp ? 1 : 0, () => _progress.InFlight);
    }

    /// <inheritdoc/>
    public JournalPosition? StoredCursor => null;

    /// <inheritdoc/>
    public IReadOnlyList<RefusedReading> Refused => _refused;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        if (!_progress.IsOf(chunk)) await BeginAsync(chunk).ConfigureAwait(false);
        using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(static l => ((Link)l!).Pulse.Set(), _link);
        _later = null;
        _movedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_link.IsLost && await LostAsync().ConfigureAwait(false) is { Verdict: not DeliveryVerdict.Accepted } lost) return lost;
            if (!_link.IsUp && await OpenAsync(cancellationToken).ConfigureAwait(false) is { Verdict: not DeliveryVerdict.Accepted } closed) return closed;
            TakeSettled();
            bool isFull = !Publish(chunk);
            _link.Connection.Flush();
            ConfirmSent();
            if (_progress.InFlight == 0 && _progress.IsAllSent)
            {
                if (Judge() is { } outcome) return outcome;
                continue;
            }
            if (Stopwatch.GetElapsedTime(_movedAt) >= _limits.StallTime) return Stalled();
            // With the window full an acknowledgement wakes the lane; with the buffer full, nobody does.
            bool waitsForBuffer = _uns.Qos == MqttQos.AtMostOnce || (isFull && _progress.InFlight < _window);
            await _link.Pulse.WaitAsync(waitsForBuffer ? BufferPause : _limits.StallTime).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken)
    {
        // The cursor is the lane's.
        await AbandonAsync().ConfigureAwait(false);
        return DeliveryOutcome.Accepted;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task BeginAsync(DeliveryChunk chunk)
    {
        await AbandonAsync().ConfigureAwait(false);
        _progress.Begin(chunk);
        _refused.Clear();
        _unauthorized.Clear();
    }

    // What is under way and not asked for any more would be settled among the next chunk's: a new connection has packet identifiers of its own.
    private async Task AbandonAsync()
    {
        if (_progress.InFlight > 0) await _link.CloseAsync(inOrder: false).ConfigureAwait(false);
        _progress.Forget();
    }

    private async Task<DeliveryOutcome> OpenAsync(CancellationToken cancellationToken)
    {
        DeliveryOutcome opened = await _link.OpenAsync(null, null, cancellationToken).ConfigureAwait(false);
        if (opened.Verdict != DeliveryVerdict.Accepted) return opened;
        MqttAccepted accepted = _link.Connection.Accepted;
        _window = Math.Min(_limits.MaxInFlight, accepted.ReceiveMaximum);
        _movedAt = Stopwatch.GetTimestamp();
        _unsent = 0;
        string? unfit = accepted.MaximumQos < _uns.Qos ? $"takes QoS {(int)accepted.MaximumQos} at most: set qos of the sink to that"
            : _uns.Retain && !accepted.RetainAvailable ? "keeps no retained messages: set retain of the sink to false"
            : null;
        if (unfit is null) return DeliveryOutcome.Accepted;
        await _link.CloseAsync(inOrder: true).ConfigureAwait(false);
        return DeliveryOutcome.Stop($"{_link.Address} {unfit}");
    }

    // All that is known of the connection's acknowledgements is taken first: what is acknowledged is not sent again.
    private async Task<DeliveryOutcome> LostAsync()
    {
        TakeSettled();
        bool hadInFlight = _progress.InFlight > 0;
        MqttEnd end = await _link.DropAsync().ConfigureAwait(false);
        int again = _progress.Rewind();
        if (again > 0 && _uns.Qos == MqttQos.AtLeastOnce)
        {
            _metrics.Again.Add(again);
            MqttSinkEvents.SentAgain(_logger, _sink, _shard, again);
        }
        if (!hadInFlight || !MqttSinkErrors.IsOneMessagesFault(end)) return MqttSinkErrors.OutcomeOf(end);
        // The broker does not say which one: the lane finds it.
        _progress.Forget();
        return DeliveryOutcome.Rejected(end.Text);
    }

    // Until the identifier stands for nothing, where one is given: what comes behind may be of the message that is to have it now, which is not noted yet.
    private void TakeSettled(ushort until = 0)
    {
        long acknowledged = 0;
        while ((until == 0 || _progress.ReadingOf(until) >= 0) && _link.Receiver.TryTakeSettled(out ushort packetId, out MqttReasonCode reason))
        {
            int index = _progress.ReadingOf(packetId);
            if (index < 0) continue;
            PublishVerdict verdict = MqttSinkErrors.VerdictOf(reason);
            if (verdict == PublishVerdict.Taken)
            {
                _progress.Settle(packetId, index);
                acknowledged++;
            }
            else
            {
                NotTaken(packetId, index, verdict, reason);
            }
        }
        if (acknowledged == 0) return;
        _taken = true;
        _movedAt = Stopwatch.GetTimestamp();
        _metrics.Acknowledged.Add(acknowledged);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NotTaken(ushort packetId, int index, PublishVerdict verdict, MqttReasonCode reason)
    {
        _movedAt = Stopwatch.GetTimestamp();
        if (verdict == PublishVerdict.Later)
        {
            _progress.PutBack(packetId, index);
            _later ??= $"{_link.Address} does not take a message: {MqttSinkErrors.TextOf(reason)}";
            return;
        }
        _progress.Settle(packetId, index);
        if (reason == MqttReasonCode.NotAuthorized) _unauthorized.Add(index);
        else Refuse(index, MqttSinkErrors.TextOf(reason));
    }

    // Sends until all is sent (true) or there is no room.
    private bool Publish(DeliveryChunk chunk)
    {
        IBrokerConnection connection = _link.Connection;
        long room = connection.Accepted.MaximumPacketBytes;
        long messages = 0, bytes = 0;
        bool isAll = true;
        while (_progress.TryNext(chunk, out Reading reading))
        {
            if (_encoder.IsUnsayable(reading))
            {
                _progress.Pass();
                _metrics.Skipped.Add();
                continue;
            }
            if (!_encoder.TryEncode(reading, out MqttOutgoing message))
            {
                Refuse(_progress.Pass(), _encoder.WhyNot(reading));
                continue;
            }
            if (SizeOf(message) > room)
            {
                Refuse(_progress.Pass(), $"its message has some {SizeOf(message)} bytes, and {_link.Address} takes {room} at most");
                continue;
            }
            if (_progress.InFlight >= _window && _uns.Qos != MqttQos.AtMostOnce || !connection.TryPublish(message, out ushort packetId))
            {
                isAll = false;
                break;
            }
            // Settled and free again since the last look: what it was must be known before what it is now.
            if (packetId != 0 && _progress.ReadingOf(packetId) >= 0) TakeSettled(until: packetId);
            _progress.Sent(packetId);
            bytes += message.Payload.Length;
            if ((++messages & (FlushMessages - 1)) == 0) connection.Flush();
        }
        if (messages > 0)
        {
            _metrics.Messages.Add(messages);
            _metrics.Bytes.Add(bytes);
        }
        return isAll;
    }

    // A PUBLISH of 5.0 without properties (3.3): type and length, topic's length, packet identifier, properties' length.
    private static long SizeOf(in MqttOutgoing message) => 5L + 2 + message.Topic.Length + 2 + 1 + message.Payload.Length;

    // QoS 0: what the operating system has is all that can be known.
    private void ConfirmSent()
    {
        int unsent = _link.Connection.Unsent;
        if (unsent < _unsent || unsent == 0 && _unsent > 0) _movedAt = Stopwatch.GetTimestamp();
        _unsent = unsent;
        if (_uns.Qos != MqttQos.AtMostOnce || unsent > 0 || !_link.IsUp) return;
        if (_progress.ConfirmSent() > 0) _movedAt = Stopwatch.GetTimestamp();
    }

    private void Refuse(int index, string reason)
    {
        _refused.Add(new RefusedReading(index, reason));
        _metrics.Refused.Add();
    }

    // Everything was sent, and all of it is settled or put back. Null when there is more to send.
    private DeliveryOutcome? Judge()
    {
        if (_unauthorized.Count > 0 && !_taken)
        {
            // Nothing was ever taken: it is the user that may not publish, not these topics that nobody may.
            foreach (int index in _unauthorized) _progress.PutBack(index);
            _unauthorized.Clear();
            _progress.Rewind();
            return DeliveryOutcome.Stop($"{_link.Address}: {MqttSinkErrors.TextOf(MqttReasonCode.NotAuthorized)}. Nothing of the sink was taken so far: allow its user to publish");
        }
        foreach (int index in _unauthorized) Refuse(index, MqttSinkErrors.TextOf(MqttReasonCode.NotAuthorized));
        _unauthorized.Clear();
        if (_progress.Pending > 0)
        {
            _progress.Rewind();
            return _later is null ? null : DeliveryOutcome.Retry(_later);
        }
        _progress.Forget();
        if (_refused.Count == 0) return DeliveryOutcome.Accepted;
        _refused.Sort(static (a, b) => a.Index.CompareTo(b.Index));
        return DeliveryOutcome.AcceptedExcept(_refused[0].Reason);
    }

    private DeliveryOutcome Stalled()
    {
        _metrics.Stalls.Add();
        string what = _uns.Qos == MqttQos.AtLeastOnce ? $"has acknowledged nothing for {_limits.StallTime.TotalSeconds:0.#} s; {_progress.InFlight} messages are under way" : $"has taken nothing for {_limits.StallTime.TotalSeconds:0.#} s";
        return DeliveryOutcome.Retry($"{_link.Address} {what}");
    }
}
