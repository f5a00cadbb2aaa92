using System.Buffers;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>
/// A message on its way out: contiguous, so that lengths can be put in afterwards, with room in front of it for the headers of a chunk. Used again for every message; its owner alone touches it.
/// </summary>
public sealed class UaBuffer : IDisposable
{
    private readonly int _headroom;
    private readonly int _maxBytes;
    private byte[] _bytes;
    private int _end;

    /// <summary>An empty buffer.</summary>
    /// <param name="headroom">Bytes kept free in front.</param>
    /// <param name="maxBytes">Most bytes of a message: what the other side takes.</param>
    /// <param name="firstBytes">Bytes to begin with; it grows by doubling.</param>
    public UaBuffer(int headroom = 0, int maxBytes = int.MaxValue, int firstBytes = 8192)
    {
        _headroom = headroom;
        _maxBytes = maxBytes;
        _bytes = ArrayPool<byte>.Shared.Rent(headroom + firstBytes);
        _end = headroom;
    }

    /// <summary>Bytes written.</summary>
    public int Length => _end - _headroom;

    /// <summary>What was written.</summary>
    public Span<byte> Written => _bytes.AsSpan(_headroom, Length);

    /// <summary>The headroom and what was written behind it.</summary>
    public Memory<byte> WithHeadroom => _bytes.AsMemory(0, _end);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _end = _headroom;

    /// <summary>Room for <paramref name="bytes"/> more, counted as written.</summary>
    /// <exception cref="InvalidOperationException">The message would be larger than the other side takes: it must be split.</exception>
    public Span<byte> Take(int bytes)
    {
        if (_bytes.Length - _end < bytes) Grow(bytes);
        Span<byte> room = _bytes.AsSpan(_end, bytes);
        _end += bytes;
        return room;
    }

    /// <summary>Forgets all behind the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => _end = _headroom + length;

    /// <summary>Gives its memory back.</summary>
    public void Dispose()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _end = _headroom;
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Grow(int bytes)
    {
        long needed = (long)Length + bytes;
        if (needed > _maxBytes) throw new InvalidOperationException($"A message of {needed} bytes is more than the other side takes, {_maxBytes}.");
        byte[] larger = ArrayPool<byte>.Shared.Rent(_headroom + (int)Math.Max(needed, Math.Min(2L * Length, _maxBytes)));
        _bytes.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
