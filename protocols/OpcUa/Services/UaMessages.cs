using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A request: its header is its first field.</summary>
/// <typeparam name="TSelf">The request itself.</typeparam>
public interface IUaRequest<TSelf> : IUaMessage<TSelf>
    where TSelf : IUaRequest<TSelf>
{
    /// <summary>What every request begins with.</summary>
    UaRequestHeader Header { get; }
}

/// <summary>A response: its header is its first field.</summary>
/// <typeparam name="TSelf">The response itself.</typeparam>
public interface IUaResponse<TSelf> : IUaMessage<TSelf>
    where TSelf : IUaResponse<TSelf>
{
    /// <summary>What every response begins with.</summary>
    UaResponseHeader Header { get; }
}

/// <summary>Messages as a channel carries them: the id of their encoding in front of their fields (OPC 10000-6, 5.2.9).</summary>
public static class UaMessages
{
    /// <summary>Writes a message: its encoding's id and its fields.</summary>
    public static void Message<T>(this UaWriter writer, T message)
        where T : IUaMessage<T>
    {
        writer.EncodingId(T.EncodingId);
        message.Encode(writer);
    }

    /// <summary>Writes the id of a message's encoding.</summary>
    public static void EncodingId(this UaWriter writer, uint encodingId) => writer.NodeId(new UaNodeId(encodingId));

    /// <summary>Reads the id of a message's encoding; 0 for one that is no number in namespace 0.</summary>
    public static uint EncodingId(this ref UaReader reader)
    {
        UaNodeId id = reader.NodeId();
        return id is { NamespaceIndex: 0, Type: UaIdentifierType.Numeric } ? id.Numeric : 0;
    }

    /// <summary>Reads a response.</summary>
    /// <exception cref="UaException">The service failed (with the status the server gave), or this is no such response.</exception>
    /// <param name="message">As <see cref="Channel.IUaPending.Complete"/> gets it.</param>
    /// <param name="asked">What was asked for, of whom; for the exception's message.</param>
    public static T Response<T>(ReadOnlySpan<byte> message, string asked)
        where T : IUaResponse<T>
    {
        UaReader reader = OpenResponse(message, T.EncodingId, asked);
        T response = T.Decode(ref reader);
        if (reader.Fault != UaFault.None) ThrowMalformed(T.EncodingId, reader.Fault, asked);
        return response;
    }

    /// <summary>A reader behind a response's encoding id, before its header; the header's result is good or uncertain.</summary>
    /// <exception cref="UaException">As <see cref="Response"/>.</exception>
    public static UaReader OpenResponse(ReadOnlySpan<byte> message, uint expected, string asked)
    {
        UaReader reader = new(message);
        uint encoding = reader.EncodingId();
        UaReader ahead = reader;
        UaResponseHeader header = UaResponseHeader.Decode(ref ahead);
        if (ahead.Fault != UaFault.None) ThrowMalformed(expected, ahead.Fault, asked);
        if (StatusCodes.IsBad(header.ServiceResult)) throw new UaException(header.ServiceResult, asked);
        if (encoding == expected) return reader;
        throw new UaException(UaStatusCodes.BadUnknownResponse, $"{asked}: expected {UaEncodingIds.NameOf(expected)}, the server sent {UaEncodingIds.NameOf(encoding)}");
    }

    private static void ThrowMalformed(uint expected, UaFault fault, string asked) =>
        throw new UaException(UaStatusCodes.BadDecodingError, $"{asked}: the server's {UaEncodingIds.NameOf(expected)} is malformed ({fault})");
}
