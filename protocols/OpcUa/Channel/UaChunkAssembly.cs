using System.Buffers;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>What a chunk made of its message.</summary>
internal enum UaAssembled : byte
{
    /// <summary>More chunks follow, or it belongs to a message already given up.</summary>
    Incomplete,

    /// <summary>The message is whole.</summary>
    Complete,

    /// <summary>The sender gave it up; the bytes are its error.</summary>
    Aborted,

    /// <summary>It is larger, or has more chunks, than is taken; said once, the rest of it is passed over.</summary>
    TooLarge,

    /// <summary>More messages are under way than any sender has a reason for.</summary>
    TooMany,
}

/// <summary>
/// Puts the chunks of messages together (OPC 10000-6, 6.7.2.2). A message of one chunk, as most are, is not copied; another has a pooled buffer while it is under way. Memory is at most
/// <see cref="MaxUnderWay"/> messages of the largest size.
/// </summary>
internal sealed class UaChunkAssembly(int maxMessageBytes, int maxChunks) : IDisposable
{
    /// <summary>Messages whose chunks may be interleaved: stacks send one after the other, so that there is one.</summary>
    public const int MaxUnderWay = 4;

    private readonly UnderWay[] _underWay = new UnderWay[MaxUnderWay];

    // Of the message given out last; it goes back with the next chunk.
    private byte[]? _given;

    /// <summary>Takes a chunk's body.</summary>
    /// <param name="requestId">The message's.</param>
    /// <param name="final">What the chunk's header says.</param>
    /// <param name="body">Between the sequence header and the padding.</param>
    /// <param name="message">The whole message or the error; good until the next call, or as long as <paramref name="body"/>.</param>
    public UaAssembled Add(uint requestId, byte final, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> message)
    {
        GiveBack();
        message = default;
        int at = IndexOf(requestId);
        if (final == UaChunk.Aborted)
        {
            bool discarded = at >= 0 && _underWay[at].Discarded;
            if (at >= 0) Free(ref _underWay[at]);
            message = body;
            return discarded ? UaAssembled.Incomplete : UaAssembled.Aborted;
        }
        if (at < 0 && final == UaChunk.Final)
        {
            if (body.Length > maxMessageBytes) return UaAssembled.TooLarge;
            message = body;
            return UaAssembled.Complete;
        }
        if (at < 0 && (at = FreePlace()) < 0) return UaAssembled.TooMany;
        ref UnderWay place = ref _underWay[at];
        if (!place.Used) place = new UnderWay { Used = true, RequestId = requestId };
        if (place.Discarded)
        {
            if (final == UaChunk.Final) Free(ref place);
            return UaAssembled.Incomplete;
        }
        place.Chunks++;
        if (place.Chunks > maxChunks || body.Length > maxMessageBytes - place.Length)
        {
            Free(ref place);
            if (final != UaChunk.Final) place = new UnderWay { Used = true, RequestId = requestId, Discarded = true };
            return UaAssembled.TooLarge;
        }
        Append(ref place, body);
        if (final != UaChunk.Final) return UaAssembled.Incomplete;
        _given = place.Bytes;
        message = place.Bytes.AsSpan(0, place.Length);
        place = default;
        return UaAssembled.Complete;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GiveBack();
        foreach (ref UnderWay place in _underWay.AsSpan()) Free(ref place);
    }

    private static void Append(ref UnderWay place, ReadOnlySpan<byte> body)
    {
        int needed = place.Length + body.Length;
        if (place.Bytes is null || place.Bytes.Length < needed)
        {
            // By what has come, not by what may come: a first chunk promises nothing.
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * needed, Array.MaxLength));
            place.Bytes.AsSpan(0, place.Length).CopyTo(larger);
            if (place.Bytes is not null) ArrayPool<byte>.Shared.Return(place.Bytes);
            place.Bytes = larger;
        }
        body.CopyTo(place.Bytes.AsSpan(place.Length));
        place.Length = needed;
    }

    private static void Free(ref UnderWay place)
    {
        if (place.Bytes is not null) ArrayPool<byte>.Shared.Return(place.Bytes);
        place = default;
    }

    private void GiveBack()
    {
        if (_given is null) return;
        ArrayPool<byte>.Shared.Return(_given);
        _given = null;
    }

    private int IndexOf(uint requestId)
    {
        for (int i = 0; i < _underWay.Length; i++)
        {
            if (_underWay[i].Used && _underWay[i].RequestId == requestId) return i;
        }
        return -1;
    }

    private int FreePlace()
    {
        for (int i = 0; i < _underWay.Length; i++)
        {
            if (!_underWay[i].Used) return i;
        }
        return -1;
    }

    private struct UnderWay
    {
        public byte[]? Bytes;
        public int Length;
        public int Chunks;
        public uint RequestId;
        public bool Used;
        public bool Discarded;
    }
}
