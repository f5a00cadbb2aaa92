using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>The buffer that a thread writes responses in: one a thread, not one a server or a connection, because a channel has copied a response when it has taken it.</summary>
internal static class UaResponseBuffer
{
    // No answer of the limits' size comes near it; what does is answered with BadResponseTooLarge.
    public const int MostBytes = 64 << 20;

    // A buffer that one large answer made larger than this is not kept.
    private const int KeptBytes = 1 << 20;

    [ThreadStatic]
    private static UaBuffer? _buffer;

    /// <summary>The thread's buffer, empty; good until it is taken again.</summary>
    public static UaBuffer Take()
    {
        if (_buffer is { Length: > KeptBytes } large)
        {
            large.Dispose();
            _buffer = null;
        }
        UaBuffer buffer = _buffer ??= new UaBuffer(maxBytes: MostBytes);
        buffer.Clear();
        return buffer;
    }
}
