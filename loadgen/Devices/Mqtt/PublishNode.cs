using System.Runtime.CompilerServices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>
/// A node: a connection to the broker and the devices that publish over it, by an open-loop schedule. What is due and cannot be sent (no connection, no room, a full window) is sent later, with the time it
/// was due as its own; nothing is left out.
/// </summary>
/// <remarks>All of it is one publishing thread's, but for what is said to be read by others. A pass allocates nothing at QoS 0.</remarks>
internal sealed class PublishNode
{
    // One node's backlog must not keep others from what is due to them.
    private const int MessagesAPass = 64;

    // Of a packet that goes out of an empty connection in so many passes (each a millisecond or more) nothing can come: it is larger than may ever wait there.
    private const int TriesOfExtra = 5_000;

    private const long Soon = TimeSpan.TicksPerMillisecond;

    private readonly PublishClock _clock;
    private readonly INodeFormat _format;
    private readonly IPublishSession _session;
    private readonly PublishEvents _events;
    private readonly SimulatedDevice[] _devices;
    private readonly string[] _deviceNames;
    private readonly MqttPublishOptions _options;
    private readonly PublishScratch _scratch;
    private readonly int _tagCount;
    private readonly UnsettledMessages _unsettled = new();
    private readonly Queue<StoredMessage> _again = new();
    private readonly Queue<StoredMessage> _extras = new();

    private IPublishOutbox? _outbox;
    private PublishSchedule? _schedule;
    private DueTimes? _due;

    // The publish under way: device (-1 for none), next tag, time of its values, and what the next message has been chosen for.
    private int _device = -1;
    private int _tag;
    private long _stamp;
    private bool _isMeasured;
    private bool _decided;
    private MessageFault? _fault;
    private StoredMessage? _held;
    private long _waitUntil;
    private int _extraTries;

    // Set by whoever has a storm begin; taken by the publishing thread.
    private int _cutWanted;

    // Written by the publishing thread, read by whoever asks.
    private volatile bool _isReady;
    private volatile bool _isIdle = true;
    private long _messages;
    private long _measured;
    private long _refusedReadings;
    private long _births;
    private long _rebirths;
    private long _sentAgain;
    private long _refused;
    private long _opened;
    private int _unsettledCount;

    /// <summary>A node that is not connected.</summary>
    public PublishNode(PlantNode node, PublishClock clock, INodeFormat format, SimulatedDevice[] devices, PublishEvents events, IPublishSession session, PublishScratch scratch)
    {
        Name = node.Name;
        _options = node.Options;
        _clock = clock;
        _format = format;
        _devices = devices;
        _deviceNames = [.. devices.Select(d => d.Name)];
        _tagCount = devices[0].Template.Tags.Count;
        _events = events;
        _session = session;
        _scratch = scratch;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its session.</summary>
    public IPublishSession Session => _session;

    /// <summary>Whether it is connected and has sent its births.</summary>
    public bool IsReady => _isReady;

    /// <summary>Whether all that was due when the schedule ended is with the operating system and, at QoS 1, with the broker.</summary>
    public bool IsIdle => _isIdle;

    /// <summary>What it has counted.</summary>
    public MqttPublishCounts Counts => new(
        1, _isReady ? 1 : 0, Volatile.Read(ref _opened), Volatile.Read(ref _messages), Volatile.Read(ref _births), Volatile.Read(ref _rebirths), Volatile.Read(ref _sentAgain),
        Volatile.Read(ref _refused), Volatile.Read(ref _unsettledCount), Volatile.Read(ref _measured), Volatile.Read(ref _refusedReadings));

    /// <summary>Has the connection cut without a word, once what was given to it is on its way. Any thread.</summary>
    public void Cut() => Volatile.Write(ref _cutWanted, 1);

    /// <summary>Has it send its births again. Any thread.</summary>
    public void Announce() => _events.Add(new PublishEvent(PublishEventKind.AnnouncementWanted));

    /// <summary>Does what is to be done now.</summary>
    /// <returns>When there is more to do, clock ticks; news of the connection may come before.</returns>
    public long Pump(long now)
    {
        TakeEvents();
        PublishSchedule? schedule = _clock.Schedule;
        if (!ReferenceEquals(schedule, _schedule)) Place(schedule);
        bool isOpen = _outbox is not null && _session.IsReady(_outbox);
        if (isOpen && Volatile.Read(ref _cutWanted) != 0)
        {
            // What was published before the storm has left: at QoS 0 nobody would send it again.
            _outbox!.Flush();
            if (_outbox.Unsent == 0 && Interlocked.Exchange(ref _cutWanted, 0) != 0) _session.Cut();
            _isIdle = false;
            return now + Soon;
        }
        long next = isOpen && now >= _waitUntil ? Publish(now) : now < _waitUntil ? _waitUntil : long.MaxValue;
        _isReady = isOpen && !_format.HasBirths;
        Volatile.Write(ref _unsettledCount, _unsettled.Count);
        _isIdle = !HasWork(now) && (_outbox is null || _outbox.Unsent == 0);
        return next;
    }

    /// <summary>Publishes its death, where the end of the session alone does not say it; for when nobody pumps any more.</summary>
    public void PublishDeath()
    {
        if (_outbox is null || !_session.IsReady(_outbox) || !_format.WriteDeath(_clock.UtcOf(_clock.Now), _scratch)) return;
        if (_outbox.TryPublish(Outgoing(MqttQos.AtMostOnce), out _)) _outbox.Flush();
    }

    private void TakeEvents()
    {
        while (_events.TryTake(out PublishEvent happened))
        {
            switch (happened.Kind)
            {
                case PublishEventKind.Opened:
                    _outbox = happened.Outbox;
                    Count(ref _opened);
                    _unsettled.TakeAll(_again);
                    _format.BeginBirths();
                    break;
                case PublishEventKind.Closed:
                    _outbox = null;
                    break;
                case PublishEventKind.RebirthWanted:
                    Count(ref _rebirths);
                    _format.BeginBirths();
                    break;
                case PublishEventKind.AnnouncementWanted:
                    _format.BeginBirths();
                    break;
                default:
                    if (!_unsettled.Settle(happened.PacketId, out int measured) || happened.Reason < MqttReasonCode.UnspecifiedError) break;
                    Count(ref _refused);
                    Count(ref _refusedReadings, measured);
                    break;
            }
        }
    }

    private void Place(PublishSchedule? schedule)
    {
        _schedule = schedule;
        TimeSpan interval = schedule is { IsAlways: true } ? TimeSpan.Zero : schedule?.Pace is null ? _options.Interval : ProfilePace.Interval;
        _due = schedule is null ? null : new DueTimes(schedule, _deviceNames, interval);
    }

    // What there is to send, in its order: births before everything, because a host knows nothing without them; then what an earlier connection left; then what faults put in; then what is due.
    private long Publish(long now)
    {
        long next = now;
        for (int i = 0; i < MessagesAPass && next == now; i++)
        {
            if (!TryNext(now, out bool isDone)) next = isDone ? NextDue() : now + Soon;
        }
        _outbox!.Flush();
        return Math.Max(next, _waitUntil);
    }

    // False when nothing was sent: because nothing is due, or there is no room.
    private bool TryNext(long now, out bool isDone)
    {
        isDone = false;
        if (_format.HasBirths) return TryBirth();
        if (_again.Count > 0) return TrySendAgain();
        if (_extras.Count > 0) return TrySendExtra();
        if (_device >= 0 || TakeDue(now)) return TryReadings(now);
        // A message held back to come late, after which no other comes.
        isDone = _held is null || !IsOver(now);
        ReleaseHeldIf(!isDone);
        return !isDone;
    }

    private bool TakeDue(long now)
    {
        if (_due is null) return false;
        long due = _due.NextDue;
        if (_due.IsAlways)
        {
            if (now < due || now >= _schedule!.Until) return false;
            due = now;
        }
        else if (due > now || due >= _schedule!.Until) return false;
        else _clock.Lateness.Record(_clock.Now - due);
        _device = _due.Take();
        _tag = 0;
        _isMeasured = due >= _clock.MeasuredFrom;
        _stamp = _devices[_device].ClockAt(_clock.UtcOf(due));
        return true;
    }

    private long NextDue() => _due is null || _due.NextDue >= _schedule!.Until ? long.MaxValue : _due.NextDue;

    private bool IsOver(long now) => _schedule is null || now >= _schedule.Until || NextDue() == long.MaxValue;

    private bool HasWork(long now) =>
        _device >= 0 || _again.Count > 0 || _extras.Count > 0 || _held is not null || _unsettled.Count > 0 || (_due is not null && (_due.IsAlways ? now < _schedule!.Until : NextDue() <= now));

    private bool TryBirth()
    {
        _format.WriteBirth(_clock.UtcOf(_clock.Now), _scratch);
        if (!TrySend(MqttQos.AtMostOnce)) return false;
        _format.BirthSent();
        Count(ref _births);
        return true;
    }

    private bool TrySendAgain()
    {
        StoredMessage message = _again.Peek();
        MqttOutgoing outgoing = new() { Topic = message.Topic, Payload = message.Payload, Qos = MqttQos.AtLeastOnce, IsDuplicate = true };
        if (!_outbox!.TryPublish(outgoing, out ushort packetId)) return false;
        _again.Dequeue();
        _unsettled.Add(packetId, message);
        Count(ref _sentAgain);
        return true;
    }

    // Made-up and repeated messages; when the broker takes none such, they are refused and counted, and the others go on.
    private bool TrySendExtra()
    {
        StoredMessage message = _extras.Peek();
        bool isSent = false;
        try
        {
            MqttOutgoing outgoing = new() { Topic = message.Topic, Payload = message.Payload, Qos = _options.Qos, IsDuplicate = message.IsDuplicate };
            isSent = !IsWindowFull && _outbox!.TryPublish(outgoing, out ushort packetId) && Keep(packetId, message.Topic, message.Payload);
            if (!isSent && (_outbox!.Unsent > 0 || _unsettled.Count > 0 || ++_extraTries < TriesOfExtra)) return false;
        }
        catch (ArgumentException)
        {
            // Larger than the broker takes, and it said so when it accepted the connection.
        }
        _extraTries = 0;
        if (isSent) Count(ref _messages);
        else Count(ref _refused);
        _unsettled.Free(_extras.Dequeue());
        return true;
    }

    private bool TryReadings(long now)
    {
        SimulatedDevice device = _devices[_device];
        int count = Math.Min(_options.MessageReadings, _tagCount - _tag);
        if (!_decided && device.MessageFaults is { } faults)
        {
            _decided = true;
            if (faults.TryHit(out MessageFault hit) && !Misbehave(hit, now, count)) return hit.Kind != FaultKind.Delay;
        }
        device.Sample(_tag, count, _stamp, _scratch.Samples);
        _format.WriteReadings(_device, _tag, _stamp, _scratch);
        if (_fault is { Kind: FaultKind.OutOfOrder } && _held is null)
        {
            _held = new StoredMessage();
            _held.Set(_scratch.Topic.Written, _scratch.Payload.Written);
        }
        else
        {
            if (!TrySend(_options.Qos, _isMeasured ? count : 0)) return false;
            Count(ref _messages);
            if (_fault is { Kind: FaultKind.Duplicate }) AddExtra(_scratch.Payload.Written, isDuplicate: true);
            ReleaseHeldIf(true);
        }
        device.CountSent(_tag, _scratch.Samples);
        if (_isMeasured) Count(ref _measured, count);
        _format.ReadingsSent();
        GoOn(count);
        return true;
    }

    // What a fault does before its message is written; false when the message is not written in this turn.
    private bool Misbehave(in MessageFault hit, long now, int count)
    {
        switch (hit.Kind)
        {
            case FaultKind.Drop:
                GoOn(count);
                return false;
            case FaultKind.Silence:
                GoOn(_tagCount - _tag);
                return false;
            case FaultKind.Delay:
                _waitUntil = now + hit.Pause.Ticks;
                return false;
            case FaultKind.Garbage or FaultKind.Oversize:
                _format.WriteTopic(_device, _tag, _scratch.Topic);
                AddExtra(MadeUp(hit), isDuplicate: false);
                return false;
            case FaultKind.SeqGap:
                _format.SkipNumber();
                return true;
            default:
                _fault = hit;
                return true;
        }
    }

    private void GoOn(int count)
    {
        _decided = false;
        _fault = null;
        _tag += count;
        if (_tag >= _tagCount) _device = -1;
    }

    private void ReleaseHeldIf(bool isTime)
    {
        if (!isTime || _held is null) return;
        _extras.Enqueue(_held);
        _held = null;
    }

    private void AddExtra(ReadOnlySpan<byte> payload, bool isDuplicate)
    {
        StoredMessage extra = new() { IsDuplicate = isDuplicate };
        extra.Set(_scratch.Topic.Written, payload);
        _extras.Enqueue(extra);
    }

    // No JSON, no number, no protobuf: the first byte is never UTF-8, and as a key has a wire type that there is not.
    private static byte[] MadeUp(in MessageFault hit)
    {
        byte[] bytes = new byte[hit.Kind == FaultKind.Oversize ? hit.Bytes : 1 + (int)(hit.Random % 260)];
        new Random((int)hit.Random).NextBytes(bytes);
        bytes[0] = 0xFF;
        return bytes;
    }

    private bool IsWindowFull => _options.Qos != MqttQos.AtMostOnce && _unsettled.Count >= _options.Window;

    private MqttOutgoing Outgoing(MqttQos qos) => new() { Topic = _scratch.Topic.Written, Payload = _scratch.Payload.Written, Qos = qos };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TrySend(MqttQos qos, int measured = 0)
    {
        if (qos == MqttQos.AtMostOnce) return _outbox!.TryPublish(Outgoing(qos), out _);
        return !IsWindowFull && _outbox!.TryPublish(Outgoing(qos), out ushort packetId) && Keep(packetId, _scratch.Topic.Written, _scratch.Payload.Written, measured);
    }

    // At QoS 1 until the broker has it.
    private bool Keep(ushort packetId, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int measured = 0)
    {
        if (_options.Qos != MqttQos.AtMostOnce) _unsettled.Add(packetId, topic, payload, measured);
        return true;
    }

    private static void Count(ref long counter, int by = 1) => Volatile.Write(ref counter, counter + by);
}
