using System.Buffers.Binary;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>The receiving half of a channel: token, keys, sequence numbers, and chunks put together. The receiving loop's own.</summary>
internal sealed class UaInbound(UaTransportLimits limits) : IDisposable
{
    private readonly UaChunkAssembly _assembly = new(limits.MaxMessageBytes, limits.MaxChunkCount);
    private UaSequence _sequence;
    private UaChannelToken? _current;
    private UaChannelToken? _next;

    /// <summary>The token under which the last message came; null before there is one.</summary>
    public UaChannelToken? Current => _current;

    /// <summary>
    /// From now on messages may come under this token; those under the one installed before are taken until the first that does. Two are enough: a token is asked for only by who has the one before, and
    /// from then on nothing older comes.
    /// </summary>
    public void Install(UaChannelToken token)
    {
        if (_current is null)
        {
            _current = token;
            return;
        }
        if (_next is not null)
        {
            _current.Receiving.Dispose();
            _current = _next;
        }
        _next = token;
    }

    /// <summary>Takes the sequence number of a chunk, OPN among them.</summary>
    /// <exception cref="UaException">It is not the next: something was lost, repeated or put in.</exception>
    public void TakeSequence(uint number)
    {
        if (!_sequence.TryTake(number)) throw new UaException(UaStatusCodes.BadSequenceNumberInvalid, $"A chunk came with the sequence number {number}, which is not the next");
    }

    /// <summary>Takes a MSG or CLO chunk.</summary>
    /// <param name="bytes">Where it lies; it is decrypted there.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="header">Its head.</param>
    /// <param name="now">The time, ms.</param>
    /// <param name="requestId">Whose it is.</param>
    /// <param name="message">The message or, when aborted, the error.</param>
    /// <param name="isFirst">Whether it is the first under a new token.</param>
    /// <exception cref="UaException">It is not of this channel, of no token that holds, changed, or out of sequence: the channel is dead.</exception>
    public UaAssembled Take(byte[] bytes, int at, in UaChunkHeader header, long now, out uint requestId, out ReadOnlySpan<byte> message, out bool isFirst)
    {
        ReadOnlySpan<byte> chunk = bytes.AsSpan(at, header.Bytes);
        uint channel = UaChunk.UInt32At(chunk, UaChunk.ChannelOffset), id = UaChunk.UInt32At(chunk, UaChunk.TokenOffset);
        if (_current is null) throw new UaException(UaStatusCodes.BadTcpMessageTypeInvalid, "A message came before a secure channel was open");
        if (channel != _current.ChannelId) throw new UaException(UaStatusCodes.BadTcpSecureChannelUnknown, $"A message came for the channel {channel} instead of {_current.ChannelId}");
        UaChannelToken? token = id == _current.Id ? _current : id == _next?.Id ? _next : null;
        if (token is null || now > token.EndsAt)
        {
            throw new UaException(UaStatusCodes.BadSecureChannelTokenUnknown, $"A message came under the token {id}, which is {(token is null ? "unknown" : "expired")}; the last one is {_next?.Id ?? _current.Id}");
        }
        if (!token.Receiving.TryUnprotect(bytes, at, header.Bytes, UaChunk.ClearBytes, out int plain) || plain < UaChunk.SequenceHeaderBytes)
        {
            throw new UaException(UaStatusCodes.BadSecurityChecksFailed, "A message was changed on its way, or is not from whom it should be");
        }
        // Only what proved to be the other side's ends the old token.
        isFirst = token != _current;
        if (isFirst)
        {
            _current.Receiving.Dispose();
            _current = token;
            _next = null;
        }
        ReadOnlySpan<byte> open = chunk.Slice(UaChunk.ClearBytes, plain);
        TakeSequence(BinaryPrimitives.ReadUInt32LittleEndian(open));
        requestId = BinaryPrimitives.ReadUInt32LittleEndian(open[4..]);
        return _assembly.Add(requestId, header.Final, open[UaChunk.SequenceHeaderBytes..], out message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _assembly.Dispose();
        _current?.Receiving.Dispose();
        _next?.Receiving.Dispose();
    }
}
