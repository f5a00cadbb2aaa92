using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// Takes messages: decodes them, puts their readings into the shards' rings and notes what must be durable before they are acknowledged. What has no room is not taken, and the socket
/// is not read meanwhile. The reading loop's, but for <see cref="Stop"/>; allocates nothing for a message of known topics and series.
/// </summary>
internal sealed class MessageIntake
{
    // A message is counted among the waits that are logged when it has waited for longer than a ring needs to be emptied.
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);

    private readonly MqttSourceOptions _options;
    private readonly IMessageDecoder _decoder;
    private readonly Intake _intake;
    private readonly ShardPart[] _parts;
    private readonly AcknowledgementLedger _ledger;
    private readonly MqttLetters _letters;
    private readonly MqttSourceMetrics _metrics;
    private readonly ILogger _logger;
    private readonly MessageReadings _readings = new();

    // The broker keeps the session, and with it what is not acknowledged.
    private readonly bool _isKept;

    // The message at hand: decoded, and published so far. It is given again until all of it is in.
    private bool _isAtHand;
    private string? _reason;
    private bool _isMarked;
    private long _hash;
    private int _group;
    private int _done;
    private long _waitingSince;
    private bool _waitIsLogged;
    private int _generation;

    // Written by the reading loop (release), read by whoever stops it (acquire, after a barrier in all threads), and by /status.
    private bool _isBusy;
    private bool _isWaiting;
    private long _lastMessageTicks;

    // Written once by whoever stops it (release, before that barrier), read by the reading loop.
    private bool _stopped;

    public MessageIntake(
        MqttSourceOptions options, IMessageDecoder decoder, Intake intake, TakenMessages taken, AcknowledgementLedger ledger, MqttLetters letters, MqttSourceMetrics metrics, ILogger logger)
    {
        _options = options;
        _decoder = decoder;
        _intake = intake;
        Taken = taken;
        _ledger = ledger;
        _letters = letters;
        _metrics = metrics;
        _logger = logger;
        _isKept = options.Client.SessionExpiry > TimeSpan.Zero;
        _parts = new ShardPart[intake.ShardCount];
        for (int i = 0; i < _parts.Length; i++) _parts[i] = new ShardPart(intake[i]);
    }

    /// <summary>What of each packet identifier was taken.</summary>
    public TakenMessages Taken { get; }

    /// <summary>Whether a message waits for room. Any thread may read it.</summary>
    public bool IsWaiting => Volatile.Read(ref _isWaiting);

    /// <summary>When the last message was taken, UTC ticks; 0 for never. Any thread may read it.</summary>
    public long LastMessageTicks => Volatile.Read(ref _lastMessageTicks);

    /// <summary>A connection begins, or has ended: a message that was not taken is not given again.</summary>
    public void Begin(int generation)
    {
        _generation = generation;
        EndMessage();
        EndWait();
    }

    /// <summary>Takes a message; false when there is no room for it now, and it must be given again.</summary>
    public bool TryTake(in MqttMessage message)
    {
        Volatile.Write(ref _isBusy, true);
        try
        {
            return !Volatile.Read(ref _stopped) && Take(message);
        }
        finally
        {
            Volatile.Write(ref _isBusy, false);
        }
    }

    /// <summary>All that had arrived was given.</summary>
    public void Pause() => _metrics.Enter();

    /// <summary>The broker has released a message of QoS 2.</summary>
    public void Release(ushort packetId)
    {
        if (!_ledger.TryRelease(new ReleaseEntry(Taken.Release(packetId), _generation, packetId))) MqttSourceLog.TooManyReleased(_logger, _options.Name, _options.Client.Address);
    }

    /// <summary>Any thread: takes no message any more. When it returns, nothing more is published.</summary>
    public void Stop()
    {
        Volatile.Write(ref _stopped, true);
        // Either the reading loop sees the line above, or its being busy is seen below: it writes and reads these two without a barrier of its own, which would cost each message.
        Interlocked.MemoryBarrierProcessWide();
        SpinWait wait = default;
        // The time to decode one message.
        while (Volatile.Read(ref _isBusy)) wait.SpinOnce();
    }

    private bool Take(in MqttMessage message)
    {
        if (!_isAtHand) BeginMessage(message);
        // As many entries as there can be for a message.
        bool done = (message.Qos == MqttQos.AtMostOnce && _reason is null) || _ledger.HasRoom(_parts.Length + 1);
        if (done) done = _reason is null ? TryPublish(message.PacketId, message.IsDuplicate) : _letters.TryWrite(message, _reason);
        if (!done)
        {
            Wait();
            return false;
        }
        Enter(message);
        Count(message);
        EndMessage();
        EndWait();
        return true;
    }

    private void BeginMessage(in MqttMessage message)
    {
        long now = DateTime.UtcNow.Ticks;
        _isAtHand = true;
        _group = _done = 0;
        _reason = _decoder.Decode(message, now, _readings);
        if (_options.GatewayTime == MqttGatewayTime.Payload) _readings.ToOwnTimes();
        Volatile.Write(ref _lastMessageTicks, now);
        _isMarked = false;
        if (_reason is not null || !_isKept || message.Qos == MqttQos.AtMostOnce || _readings.Count == 0) return;
        // Under QoS 1 the same bytes may be another message, if they do not say when they were measured; under QoS 2 the broker says when it lets go of one.
        if (message.Qos == MqttQos.AtLeastOnce && !_readings.HasOwnTimes) return;
        _isMarked = true;
        _hash = MessageHash.Of(message.Topic, message.Payload);
    }

    private bool TryPublish(ushort packetId, bool isDuplicate)
    {
        for (; _group < _readings.GroupCount; _group++, _done = 0)
        {
            ReadOnlySpan<Reading> readings = _readings.Group(_group, out string device);
            if (readings.IsEmpty) continue;
            ShardPart part = _parts[_intake.InletOf(device).Shard];
            if (!part.IsTouched) part.Touch(_isMarked && isDuplicate ? Taken.CountOf(part.Shard, packetId, _hash, _readings.Count) : 0);
            while (_done < readings.Length)
            {
                int published = part.PassOver(readings.Length - _done);
                if (published == 0) published = _isMarked ? part.TryPublish(readings[_done..], Taken, packetId, _hash) : part.TryPublish(readings[_done..]);
                if (published == 0) return false;
                _done += published;
            }
        }
        return true;
    }

    // What must be durable before the message is acknowledged. Of one that was taken before: all that its shards were given, of which it is a part.
    private void Enter(in MqttMessage message)
    {
        ushort packetId = message.Qos == MqttQos.AtMostOnce ? (ushort)0 : message.PacketId;
        if (_reason is not null)
        {
            _ledger.Add(new LedgerEntry(0, LedgerEntry.Letters, _generation, packetId, message.Qos));
            return;
        }
        if (packetId == 0) return;
        ShardPart? last = null;
        foreach (ShardPart part in _parts)
        {
            if (!part.IsTouched) continue;
            if (last is not null) _ledger.Add(new LedgerEntry(last.Published, last.Shard, _generation, 0, message.Qos));
            last = part;
        }
        _ledger.Add(new LedgerEntry(last?.Published ?? 0, last?.Shard ?? LedgerEntry.NoShard, _generation, packetId, message.Qos));
    }

    private void Count(in MqttMessage message)
    {
        if (message.IsDuplicate) _metrics.Duplicates.Add();
        if (message.IsRetained) _metrics.Retained.Add();
        if (_reason is not null) return;
        int before = 0;
        foreach (ShardPart part in _parts)
        {
            if (part.IsTouched) before += part.TakenBefore;
        }
        if (before > 0 && before == _readings.Count)
        {
            _metrics.Repeated.Add();
            return;
        }
        _metrics.Took(message.Topic.Length + message.Payload.Length, _readings.Count - before);
        if (_readings.TextsRefused > 0) _metrics.TextsRefused.Add(_readings.TextsRefused);
        if (_readings.Skipped > 0) _metrics.Skipped.Add(_readings.Skipped);
    }

    private void EndMessage()
    {
        _isAtHand = false;
        foreach (ShardPart part in _parts) part.Leave();
    }

    private void Wait()
    {
        long now = Environment.TickCount64;
        if (!_isWaiting)
        {
            _waitingSince = now;
            _metrics.Refusals.Add();
            _metrics.Enter();
            Volatile.Write(ref _isWaiting, true);
        }
        else if (!_waitIsLogged && now - _waitingSince >= LongWait.TotalMilliseconds)
        {
            _waitIsLogged = true;
            MqttSourceLog.Waiting(_logger, _options.Name, _options.Client.Address, LongWait);
        }
    }

    private void EndWait()
    {
        if (!_isWaiting) return;
        if (_waitIsLogged) MqttSourceLog.GoesOn(_logger, _options.Name, _options.Client.Address);
        _waitIsLogged = false;
        Volatile.Write(ref _isWaiting, false);
    }
}
