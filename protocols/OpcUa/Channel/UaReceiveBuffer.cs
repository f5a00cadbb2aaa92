using System.Buffers;
using HyperIngest.Core.Framing;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>
/// Where a socket's bytes arrive: contiguous, so that a chunk is decrypted and read where it lies. It begins small and grows to the chunk that comes, never beyond the largest that was agreed. The receiving
/// loop's own.
/// </summary>
internal sealed class UaReceiveBuffer : IDisposable
{
    // Most responses of a small device; hundreds of quiet servers cost little.
    private const int FirstBytes = 8192;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _start;
    private int _end;

    /// <summary>Largest chunk taken.</summary>
    public int MaxChunkBytes { get; set; } = UaTransportLimits.LeastBufferBytes;

    /// <summary>The bytes a chunk lies in.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Room for what comes next; never empty.</summary>
    public Memory<byte> Room => _bytes.AsMemory(_end);

    /// <summary>So many bytes came.</summary>
    public void Received(int bytes) => _end += bytes;

    /// <summary>Takes the next whole chunk out; false when more bytes are needed.</summary>
    /// <param name="at">Where it begins in <see cref="Bytes"/>; good until the next call.</param>
    /// <param name="header">Its head.</param>
    /// <exception cref="UaException">What came can be no chunk, or is larger than agreed.</exception>
    public bool TryTake(out int at, out UaChunkHeader header)
    {
        ReadOnlySpan<byte> waiting = _bytes.AsSpan(_start, _end - _start);
        FrameStatus status = UaChunk.Find(waiting, MaxChunkBytes, out header, out uint fault);
        at = _start;
        switch (status)
        {
            case FrameStatus.Complete:
                _start += header.Bytes;
                return true;
            case FrameStatus.Malformed:
                throw new UaException(fault, fault == UaStatusCodes.BadTcpMessageTooLarge
                    ? $"A chunk of {UaChunk.UInt32At(waiting, 4)} bytes came; agreed were at most {MaxChunkBytes}"
                    : $"Expected a chunk of OPC UA, found the bytes {Convert.ToHexString(waiting[..Math.Min(waiting.Length, UaChunk.HeaderBytes)])}");
            default:
                MakeRoom(header.Bytes);
                return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
    }

    private void MakeRoom(int chunkBytes)
    {
        int waiting = _end - _start;
        if (chunkBytes > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(2 * chunkBytes, Math.Max(MaxChunkBytes, chunkBytes)));
            _bytes.AsSpan(_start, waiting).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        else if (waiting > 0 && _start > 0)
        {
            _bytes.AsSpan(_start, waiting).CopyTo(_bytes);
        }
        _start = 0;
        _end = waiting;
    }
}
