using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>
/// The sending half of a channel. Any thread sends: its message is split into chunks, signed and encrypted right into the bytes that go out, under a lock that also gives the sequence numbers; whoever finds
/// nobody sending hands them to the socket, together with what others add meanwhile. Nothing is allocated while the socket takes what it is given.
/// </summary>
internal sealed class UaOutbox : IDisposable
{
    private const int FirstBytes = 8192;

    // A buffer that a large message made larger than this is given back when it is empty.
    private const int KeptBytes = 1 << 20;

    private readonly Socket _socket;
    private readonly Action<UaException> _failed;
    private readonly int _maxUnsent;

    // Guards all below but what _sending says.
    private readonly Lock _lock = new();
    private byte[] _filling = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _filled;
    private UaSequence _sequence;
    private UaChannelToken? _token;
    private UaAgreedLimits _limits = UaAgreedLimits.Before;
    private bool _isSending;
    private bool _closed;

    // The sender's, whoever that is, while _isSending is set.
    private byte[] _sending = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _sendStart;
    private int _sendEnd;
    private long _sentBytes;

    /// <summary>An outbox of a connected socket that does not block.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="maxUnsentBytes">Most bytes held for a peer that does not read.</param>
    /// <param name="failed">Told once, by any thread, when the socket takes no more.</param>
    public UaOutbox(Socket socket, int maxUnsentBytes, Action<UaException> failed)
    {
        _socket = socket;
        _maxUnsent = maxUnsentBytes;
        _failed = failed;
    }

    /// <summary>Bytes taken by the socket.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>From now on these are kept to.</summary>
    public void Agree(UaAgreedLimits limits)
    {
        lock (_lock) _limits = limits;
    }

    /// <summary>From now on messages go out under this token; the keys of the one before are gone.</summary>
    public void Use(UaChannelToken token)
    {
        lock (_lock)
        {
            if (_token == token) return;
            _token?.Sending.Dispose();
            _token = token;
            if (_closed) token.Sending.Dispose();
        }
    }

    /// <summary>Sends a chunk that is no part of a secure channel: HEL, ACK, ERR.</summary>
    public void SendBare(ReadOnlySpan<byte> chunk)
    {
        lock (_lock)
        {
            if (_closed) return;
            chunk.CopyTo(Room(chunk.Length));
        }
        Flush();
    }

    /// <summary>Sends an OPN chunk.</summary>
    public void SendOpen(UaPolicyProfile profile, UaCertificate? own, UaCertificate? peer, uint channelId, uint requestId, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            if (_closed) return;
            byte[] chunk = UaOpenChunk.Protect(profile, own, peer, channelId, _sequence.Next(), requestId, body);
            chunk.CopyTo(Room(chunk.Length));
        }
        Flush();
    }

    /// <summary>Whether the other side takes a message of so many bytes under the present limits and token.</summary>
    public bool Fits(int bytes)
    {
        lock (_lock) return _token is not null && bytes <= _limits.PeerMessageBytes && ChunksOf(bytes) <= _limits.PeerChunks;
    }

    /// <summary>Most bytes of a message that the other side takes under the present limits and token; 0 before there is one.</summary>
    public int MostMessageBytes
    {
        get
        {
            lock (_lock) return _token is null ? 0 : (int)Math.Min(_limits.PeerMessageBytes, (long)_limits.PeerChunks * BodyBytes());
        }
    }

    /// <summary>Sends a message.</summary>
    /// <returns>False, and nothing is sent, when it is larger than the other side takes, or the outbox is closed.</returns>
    public bool TrySend(UaChunkKind kind, uint requestId, ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            if (_closed || _token is null) return false;
            if (message.Length > _limits.PeerMessageBytes || ChunksOf(message.Length) > _limits.PeerChunks) return false;
            int most = BodyBytes();
            do
            {
                int taken = Math.Min(most, message.Length);
                Write(kind, taken == message.Length ? UaChunk.Final : UaChunk.Continued, requestId, message[..taken]);
                message = message[taken..];
            }
            while (message.Length > 0);
        }
        Flush();
        return true;
    }

    /// <summary>Sends an abort chunk: the message of that request will not come.</summary>
    public void Abort(uint requestId, uint status, string reason)
    {
        ReadOnlySpan<byte> body = UaHandshake.Error(status, reason).AsSpan(UaChunk.HeaderBytes);
        lock (_lock)
        {
            if (_closed || _token is null) return;
            Write(UaChunkKind.Message, UaChunk.Aborted, requestId, body[..Math.Min(body.Length, BodyBytes())]);
        }
        Flush();
    }

    /// <summary>Nothing goes out any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            _token?.Sending.Dispose();
            ArrayPool<byte>.Shared.Return(_filling);
            _filling = [];
            _filled = 0;
            if (_isSending) return;
            ArrayPool<byte>.Shared.Return(_sending);
            _sending = [];
        }
    }

    /// <summary>For tests: the sequence goes on behind this number.</summary>
    internal void Skip(uint last)
    {
        lock (_lock) _sequence = UaSequence.After(last);
    }

    // Most bytes of a body in one chunk.
    private int BodyBytes() => _token!.Sending.MostPlainBytes(_limits.SendChunkBytes, UaChunk.ClearBytes) - UaChunk.SequenceHeaderBytes;

    private int ChunksOf(int bytes)
    {
        int most = BodyBytes();
        return Math.Max(1, (int)(((long)bytes + most - 1) / most));
    }

    private void Write(UaChunkKind kind, byte final, uint requestId, ReadOnlySpan<byte> body)
    {
        UaSymmetricCipher cipher = _token!.Sending;
        int plain = UaChunk.SequenceHeaderBytes + body.Length;
        int bytes = cipher.ChunkBytes(UaChunk.ClearBytes, plain);
        Span<byte> chunk = Room(bytes);
        UaChunk.WriteHeader(chunk, kind, final, bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[UaChunk.ChannelOffset..], _token.ChannelId);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[UaChunk.TokenOffset..], _token.Id);
        UaChunk.WriteSequence(chunk[UaChunk.ClearBytes..], _sequence.Next(), requestId);
        body.CopyTo(chunk[(UaChunk.ClearBytes + UaChunk.SequenceHeaderBytes)..]);
        cipher.Protect(_filling, _filled - bytes, bytes, UaChunk.ClearBytes, plain);
    }

    private Span<byte> Room(int bytes)
    {
        if (_filling.Length - _filled < bytes)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _filled, _filled + bytes));
            _filling.AsSpan(0, _filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_filling);
            _filling = larger;
        }
        _filled += bytes;
        return _filling.AsSpan(_filled - bytes, bytes);
    }

    // Sends until nothing is left, unless somebody else is at it, who then sends this too.
    private void Flush()
    {
        UaException? failure = null;
        lock (_lock)
        {
            if (_isSending || _closed)
            {
                // The one who sends is waiting for the socket; what is held for a peer that does not read has an end.
                if (_filled > _maxUnsent) failure = new UaException(UaStatusCodes.BadTcpNotEnoughResources, $"The other side does not read: {_filled} bytes wait for it, and at most {_maxUnsent} may");
                else return;
            }
            else
            {
                _isSending = true;
            }
        }
        if (failure is null && !TrySendAll(out failure)) return;
        if (failure is not null) _failed(failure);
    }

    // False when the socket has to be waited for, and somebody does.
    private bool TrySendAll(out UaException? failure)
    {
        while (TakeFilled())
        {
            while (_sendStart < _sendEnd)
            {
                SocketError error;
                int sent = 0;
                try
                {
                    sent = _socket.Send(_sending.AsSpan(_sendStart, _sendEnd - _sendStart), SocketFlags.None, out error);
                }
                catch (ObjectDisposedException)
                {
                    error = SocketError.OperationAborted;
                }
                if (error == SocketError.WouldBlock)
                {
                    failure = null;
                    _ = SendRestAsync();
                    return false;
                }
                if (error != SocketError.Success)
                {
                    failure = GaveUp(error);
                    return true;
                }
                Sent(sent);
            }
        }
        failure = null;
        return true;
    }

    private async Task SendRestAsync()
    {
        UaException? failure;
        try
        {
            while (_sendStart < _sendEnd)
            {
                Sent(await _socket.SendAsync(_sending.AsMemory(_sendStart, _sendEnd - _sendStart), SocketFlags.None).ConfigureAwait(false));
            }
            if (!TrySendAll(out failure)) return;
        }
        catch (SocketException broken)
        {
            failure = GaveUp(broken.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            failure = GaveUp(SocketError.OperationAborted);
        }
        if (failure is not null) _failed(failure);
    }

    private void Sent(int bytes)
    {
        _sendStart += bytes;
        Volatile.Write(ref _sentBytes, _sentBytes + bytes);
    }

    private UaException GaveUp(SocketError error)
    {
        lock (_lock)
        {
            // Nobody sends after this: the socket is broken for all.
            if (_closed) StopSending();
            return new UaException(UaStatusCodes.BadConnectionClosed, $"The connection broke while sending ({error})");
        }
    }

    // What was filled becomes what is sent; false, and nobody is sending any more, when there is nothing.
    private bool TakeFilled()
    {
        lock (_lock)
        {
            _sendStart = _sendEnd = 0;
            if (_closed || _filled == 0)
            {
                StopSending();
                return false;
            }
            (_filling, _sending) = (_sending, _filling);
            _sendEnd = _filled;
            _filled = 0;
            return true;
        }
    }

    private void StopSending()
    {
        _isSending = false;
        if (_closed)
        {
            if (_sending.Length > 0) ArrayPool<byte>.Shared.Return(_sending);
            _sending = [];
        }
        else
        {
            _sending = Trimmed(_sending);
            if (_filled == 0) _filling = Trimmed(_filling);
        }
    }

    private static byte[] Trimmed(byte[] bytes)
    {
        if (bytes.Length <= KeptBytes) return bytes;
        ArrayPool<byte>.Shared.Return(bytes);
        return ArrayPool<byte>.Shared.Rent(FirstBytes);
    }
}
