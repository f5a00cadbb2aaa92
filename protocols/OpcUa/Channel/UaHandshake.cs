using System.Buffers.Binary;
using System.Text;
using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>Hello, Acknowledge and Error: what is said before and beside a secure channel (OPC 10000-6, 7.1.2.3 to 7.1.2.5).</summary>
internal static class UaHandshake
{
    /// <summary>The one version there is.</summary>
    public const uint Version = 0;

    /// <summary>Longest URL of an endpoint.</summary>
    public const int MaxUrlBytes = 4096;

    /// <summary>Longest reason read from an Error; what is more is cut.</summary>
    public const int MaxReasonBytes = 4096;

    private const int LimitFields = 5;

    /// <summary>A Hello.</summary>
    public static byte[] Hello(UaTransportLimits limits, string endpointUrl)
    {
        byte[] url = Encoding.UTF8.GetBytes(endpointUrl);
        byte[] chunk = new byte[UaChunk.HeaderBytes + ((LimitFields + 1) * sizeof(uint)) + url.Length];
        UaChunk.WriteHeader(chunk, UaChunkKind.Hello, UaChunk.Final, chunk.Length);
        WriteLimits(chunk, limits);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(UaChunk.HeaderBytes + (LimitFields * sizeof(uint))), url.Length);
        url.CopyTo(chunk, chunk.Length - url.Length);
        return chunk;
    }

    /// <summary>An Acknowledge.</summary>
    public static byte[] Acknowledge(UaTransportLimits limits)
    {
        byte[] chunk = new byte[UaChunk.HeaderBytes + (LimitFields * sizeof(uint))];
        UaChunk.WriteHeader(chunk, UaChunkKind.Acknowledge, UaChunk.Final, chunk.Length);
        WriteLimits(chunk, limits);
        return chunk;
    }

    /// <summary>An Error.</summary>
    public static byte[] Error(uint status, string reason)
    {
        byte[] text = Encoding.UTF8.GetBytes(reason);
        // The receiver need not take more; a character cut in two is the receiver's replacement character.
        int length = Math.Min(text.Length, MaxReasonBytes);
        byte[] chunk = new byte[UaChunk.HeaderBytes + sizeof(uint) + sizeof(int) + length];
        UaChunk.WriteHeader(chunk, UaChunkKind.Error, UaChunk.Final, chunk.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(UaChunk.HeaderBytes), status);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(UaChunk.HeaderBytes + sizeof(uint)), length);
        text.AsSpan(0, length).CopyTo(chunk.AsSpan(UaChunk.HeaderBytes + sizeof(uint) + sizeof(int)));
        return chunk;
    }

    /// <summary>Reads an Error, or the body of an abort chunk, which is the same.</summary>
    public static (uint Status, string Reason) ReadError(ReadOnlySpan<byte> body)
    {
        UaReader reader = new(body);
        uint status = reader.UInt32();
        ReadOnlySpan<byte> reason = reader.Bytes();
        if (reader.Fault != UaFault.None) status = status == 0 ? UaStatusCodes.BadDecodingError : status;
        return (status, Encoding.UTF8.GetString(reason[..Math.Min(reason.Length, MaxReasonBytes)]));
    }

    /// <summary>Reads an Acknowledge: what is agreed, seen from the client.</summary>
    /// <exception cref="UaException">It is none, or its limits are less than the specification allows.</exception>
    public static UaAgreedLimits ReadAcknowledge(ReadOnlySpan<byte> chunk, UaTransportLimits own) => ReadLimits(chunk, own, out _);

    /// <summary>Reads a Hello: what is agreed, seen from the server, and the URL.</summary>
    /// <exception cref="UaException">It is none, its limits are less than the specification allows, or its URL is too long.</exception>
    public static UaAgreedLimits ReadHello(ReadOnlySpan<byte> chunk, UaTransportLimits own, out string endpointUrl)
    {
        UaAgreedLimits agreed = ReadLimits(chunk, own, out UaReader reader);
        ReadOnlySpan<byte> url = reader.Bytes();
        if (reader.Fault != UaFault.None) throw new UaException(UaStatusCodes.BadDecodingError, $"A Hello of {chunk.Length} bytes ends before its URL does");
        if (url.Length > MaxUrlBytes) throw new UaException(UaStatusCodes.BadTcpEndpointUrlInvalid, $"The endpoint's URL has {url.Length} bytes; expected at most {MaxUrlBytes}");
        endpointUrl = Encoding.UTF8.GetString(url);
        return agreed;
    }

    private static UaAgreedLimits ReadLimits(ReadOnlySpan<byte> chunk, UaTransportLimits own, out UaReader reader)
    {
        reader = new UaReader(chunk[UaChunk.HeaderBytes..]);
        // The other side's version: it speaks every one up to that, and there is but 0.
        reader.UInt32();
        uint receive = reader.UInt32(), send = reader.UInt32(), message = reader.UInt32(), chunks = reader.UInt32();
        if (reader.Fault != UaFault.None) throw new UaException(UaStatusCodes.BadDecodingError, $"Expected the limits of a connection, found {chunk.Length} bytes");
        if (receive < UaTransportLimits.LeastBufferBytes || send < UaTransportLimits.LeastBufferBytes)
        {
            throw new UaException(
                UaStatusCodes.BadConnectionClosed,
                $"The other side offers to take chunks of {receive} and to send chunks of {send} bytes; OPC UA needs at least {UaTransportLimits.LeastBufferBytes}");
        }
        return new UaAgreedLimits(
            ReceiveChunkBytes: (int)Math.Min((uint)own.ReceiveBufferBytes, send),
            SendChunkBytes: (int)Math.Min((uint)own.SendBufferBytes, receive),
            PeerMessageBytes: message == 0 ? int.MaxValue : (int)Math.Min(message, int.MaxValue),
            PeerChunks: chunks == 0 ? int.MaxValue : (int)Math.Min(chunks, int.MaxValue));
    }

    private static void WriteLimits(Span<byte> chunk, UaTransportLimits limits)
    {
        Span<byte> at = chunk[UaChunk.HeaderBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(at, Version);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], limits.ReceiveBufferBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], limits.SendBufferBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[12..], limits.MaxMessageBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], limits.MaxChunkCount);
    }
}

/// <summary>What both sides of a connection keep to.</summary>
/// <param name="ReceiveChunkBytes">Largest chunk taken.</param>
/// <param name="SendChunkBytes">Largest chunk sent.</param>
/// <param name="PeerMessageBytes">Largest message the other side takes.</param>
/// <param name="PeerChunks">Most chunks of a message the other side takes.</param>
internal readonly record struct UaAgreedLimits(int ReceiveChunkBytes, int SendChunkBytes, int PeerMessageBytes, int PeerChunks)
{
    /// <summary>What holds until the other side has said its limits.</summary>
    public static UaAgreedLimits Before => new(UaTransportLimits.LeastBufferBytes, UaTransportLimits.LeastBufferBytes, UaTransportLimits.LeastBufferBytes, 1);
}
