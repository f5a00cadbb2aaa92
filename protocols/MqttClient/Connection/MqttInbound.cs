using System.Buffers;
using HyperIngest.Core.Framing;

namespace HyperIngest.Mqtt;

/// <summary>How far the reading got.</summary>
internal enum MqttProgress : byte
{
    /// <summary>All whole packets were given; more bytes are needed.</summary>
    NeedMore,

    /// <summary>The receiver has no room: the rest is to be given again soon.</summary>
    Stalled,

    /// <summary>The connection ends: <see cref="MqttInbound.End"/> says why.</summary>
    Ended,
}

/// <summary>
/// What the broker says: cuts the bytes into packets, holds them against the protocol and gives them to the receiver, the answers to the outbox. All packets of a read go through in one call; one that
/// lies over the border of two buffers is copied together. The reading loop's own.
/// </summary>
internal sealed class MqttInbound : IDisposable
{
    private readonly MqttConnection _connection;
    private readonly MqttClientOptions _options;
    private readonly IMqttReceiver _receiver;
    private readonly MqttTopicAliases _aliases;
    private byte[] _scratch = [];
    private bool _accepted;

    // Messages of QoS 1 and 2 that were given and not acknowledged. The reading loop adds, whoever acknowledges subtracts, with Interlocked.
    private int _unacknowledged;

    public MqttInbound(MqttConnection connection, MqttClientOptions options, IMqttReceiver receiver)
    {
        _connection = connection;
        _options = options;
        _receiver = receiver;
        _aliases = new MqttTopicAliases(options.Version == MqttVersion.V5 ? options.TopicAliases : 0);
    }

    /// <summary>Why the connection ends.</summary>
    public MqttEnd? End { get; private set; }

    /// <summary>Whether the broker has to be told why: it sent what it may not.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>Messages of QoS 1 and 2 were acknowledged.</summary>
    public void Acknowledged(int messages) => Interlocked.Add(ref _unacknowledged, -messages);

    /// <summary>Gives what is in <paramref name="buffer"/> and leaves in it what has to be seen again.</summary>
    public MqttProgress Take(ref ReadOnlySequence<byte> buffer)
    {
        MqttProgress progress = MqttProgress.NeedMore;
        while (progress == MqttProgress.NeedMore && !buffer.IsEmpty)
        {
            ReadOnlySpan<byte> span = buffer.FirstSpan;
            int taken = TakeSpan(span, ref progress);
            buffer = buffer.Slice(taken);
            if (progress != MqttProgress.NeedMore || buffer.IsSingleSegment) break;
            if (!TakeBorder(ref buffer, ref progress)) break;
        }
        return progress;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_scratch.Length > 0) ArrayPool<byte>.Shared.Return(_scratch);
        _scratch = [];
    }

    /// <summary>Gives all whole packets of a span; how many bytes they were.</summary>
    private int TakeSpan(ReadOnlySpan<byte> bytes, ref MqttProgress progress)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            FrameStatus status = MqttFrame.Find(rest, _options.MaxPacketBytes, out int headerBytes, out int packetBytes, out MqttReasonCode reason);
            if (status == FrameStatus.NeedMore) break;
            progress = status == FrameStatus.Complete ? Dispatch(rest[0], rest[headerBytes..packetBytes]) : Fail(rest[0], reason);
            if (progress != MqttProgress.NeedMore) break;
            at += packetBytes;
        }
        return at;
    }

    /// <summary>Gives the one packet that begins in a segment and ends in a later one; false when it is not whole.</summary>
    private bool TakeBorder(ref ReadOnlySequence<byte> buffer, ref MqttProgress progress)
    {
        FrameStatus status = MqttFrame.Find(buffer, _options.MaxPacketBytes, out int headerBytes, out int packetBytes, out MqttReasonCode reason);
        if (status == FrameStatus.NeedMore) return false;
        byte first = buffer.FirstSpan[0];
        if (status == FrameStatus.Malformed)
        {
            progress = Fail(first, reason);
            return false;
        }
        if (_scratch.Length < packetBytes)
        {
            Dispose();
            _scratch = ArrayPool<byte>.Shared.Rent(packetBytes);
        }
        buffer.Slice(0, packetBytes).CopyTo(_scratch);
        progress = Dispatch(first, _scratch.AsSpan(headerBytes, packetBytes - headerBytes));
        if (progress != MqttProgress.NeedMore) return false;
        buffer = buffer.Slice(packetBytes);
        return true;
    }

    private MqttProgress Dispatch(byte first, ReadOnlySpan<byte> body)
    {
        MqttPacketType type = MqttFrame.TypeOf(first);
        // 3.2: CONNACK is the first packet, and comes once. 5.0 lets AUTH go before it, for those that asked for it.
        if (_accepted == (type == MqttPacketType.ConnAck)) return Fail(first, type == MqttPacketType.Reserved ? MqttReasonCode.MalformedPacket : MqttReasonCode.ProtocolError);
        return type switch
        {
            MqttPacketType.Publish => Publish(first, body),
            MqttPacketType.PubAck or MqttPacketType.PubRec or MqttPacketType.PubRel or MqttPacketType.PubComp => Ack(first, body),
            MqttPacketType.PingResp => (first & MqttFrame.FlagsMask) == 0 && body.IsEmpty ? MqttProgress.NeedMore : Fail(first, MqttReasonCode.MalformedPacket),
            MqttPacketType.ConnAck => ConnAck(first, body),
            MqttPacketType.SubAck or MqttPacketType.UnsubAck => SubAck(first, body),
            MqttPacketType.Disconnect => Disconnect(first, body),
            MqttPacketType.Auth => Auth(first, body),
            MqttPacketType.Reserved => Fail(first, MqttReasonCode.MalformedPacket),
            // What only a client sends.
            _ => Fail(first, MqttReasonCode.ProtocolError),
        };
    }

    private MqttProgress Publish(byte first, ReadOnlySpan<byte> body)
    {
        MqttReasonCode reason = MqttPublish.Read(first, body, _options.Version, out MqttPublish packet);
        if (reason != MqttReasonCode.Success) return Fail(first, reason);
        ReadOnlySpan<byte> topic = packet.Topic;
        if (packet.Alias > 0)
        {
            reason = _aliases.Resolve(packet.Alias, ref topic);
            if (reason != MqttReasonCode.Success) return Fail(first, reason);
        }
        // Before it is given: the receiver may acknowledge at once.
        if (packet.PacketId > 0 && Interlocked.Increment(ref _unacknowledged) > _options.ReceiveMaximum && _options.Version == MqttVersion.V5)
        {
            return Fail(first, MqttReasonCode.ReceiveMaximumExceeded);
        }
        MqttMessage message = new()
        {
            Topic = topic,
            Payload = packet.Payload,
            Qos = packet.Qos,
            PacketId = packet.PacketId,
            IsDuplicate = packet.IsDuplicate,
            IsRetained = packet.IsRetained,
        };
        if (_receiver.TryReceive(message)) return MqttProgress.NeedMore;
        if (packet.PacketId > 0) Interlocked.Decrement(ref _unacknowledged);
        return MqttProgress.Stalled;
    }

    private MqttProgress Ack(byte first, ReadOnlySpan<byte> body)
    {
        MqttReasonCode reason = MqttAck.Read(first, body, _options.Version, out MqttAck packet);
        if (reason != MqttReasonCode.Success) return Fail(first, reason);
        if (packet.Type == MqttPacketType.PubRel) _receiver.Released(packet.PacketId);
        else if (!_connection.TrySettle(packet, out bool settled)) return Fail(first, MqttReasonCode.ProtocolError);
        else if (settled)
        {
            _receiver.Settled(packet.PacketId, packet.Reason);
            _connection.Free(packet.PacketId);
        }
        return MqttProgress.NeedMore;
    }

    private MqttProgress ConnAck(byte first, ReadOnlySpan<byte> body)
    {
        MqttReasonCode reason = MqttConnAck.Read(first, body, _options, out MqttConnAck packet);
        if (reason != MqttReasonCode.Success) return Fail(first, reason);
        if (packet.Reason != MqttReasonCode.Success)
        {
            return Finish(ByServer("refused", packet.Reason, packet.ReasonString, packet.ServerReference));
        }
        _accepted = true;
        _connection.Accept(packet.Accepted);
        return MqttProgress.NeedMore;
    }

    private MqttProgress SubAck(byte first, ReadOnlySpan<byte> body)
    {
        MqttReasonCode reason = MqttSubAck.Read(first, body, _options.Version, out MqttSubAck packet);
        if (reason != MqttReasonCode.Success) return Fail(first, reason);
        return _connection.TryAnswer(MqttFrame.TypeOf(first), packet) ? MqttProgress.NeedMore : Fail(first, MqttReasonCode.ProtocolError);
    }

    private MqttProgress Disconnect(byte first, ReadOnlySpan<byte> body)
    {
        MqttReasonCode reason = MqttDisconnect.Read(first, body, _options.Version, out MqttDisconnect packet);
        if (reason != MqttReasonCode.Success) return Fail(first, reason);
        return Finish(ByServer("ended", packet.Reason, packet.ReasonString, packet.ServerReference));
    }

    private MqttProgress Auth(byte first, ReadOnlySpan<byte> body)
    {
        MqttReasonCode reason = MqttDisconnect.Read(first, body, _options.Version, out _);
        // 4.12: only for a client that named an authentication method, which this one does not.
        return Fail(first, reason == MqttReasonCode.Success ? MqttReasonCode.ProtocolError : reason);
    }

    private MqttProgress Fail(byte first, MqttReasonCode reason)
    {
        IsFaulty = true;
        string version = _options.Version == MqttVersion.V5 ? "5.0" : "3.1.1";
        string packet = MqttFrame.TypeOf(first).ToString().ToUpperInvariant();
        string hint = reason == MqttReasonCode.PacketTooLarge ? $"; at most {_options.MaxPacketBytes} bytes are taken" : "";
        return Finish(new MqttEnd(reason, $"{_options.Address} sent what MQTT {version} does not allow: {packet}: {MqttReasonText.Of(reason)}{hint}"));
    }

    private MqttProgress Finish(MqttEnd end)
    {
        End = end;
        return MqttProgress.Ended;
    }

    private MqttEnd ByServer(string did, MqttReasonCode reason, string? said, string? reference)
    {
        said = Line(said);
        reference = Line(reference);
        string text = $"{_options.Address} {did} the connection: {MqttReasonText.Of(reason)}";
        if (said is not null) text += $", \"{said}\"";
        if (reference is not null) text += $", see {reference}";
        return new MqttEnd(reason, text, ByServer: true, reference);
    }

    // A broker's words go into log lines: no line breaks, and not without end.
    private static string? Line(string? text)
    {
        const int longest = 256;
        if (string.IsNullOrEmpty(text)) return null;
        return string.Create(Math.Min(text.Length, longest), text, static (line, from) =>
        {
            for (int i = 0; i < line.Length; i++) line[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
    }
}
