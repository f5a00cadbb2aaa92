using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>OpenSecureChannel's request (OPC 10000-4, 5.6.2).</summary>
/// <param name="Renews">Whether a channel is renewed rather than made.</param>
/// <param name="Mode">The mode of the channel.</param>
/// <param name="Nonce">The client's part of the keys.</param>
/// <param name="LifetimeMilliseconds">The lifetime asked for.</param>
internal readonly record struct UaOpenRequest(bool Renews, UaSecurityMode Mode, byte[] Nonce, uint LifetimeMilliseconds)
{
    public const uint EncodingId = 446;

    public void Encode(UaWriter writer, uint handle)
    {
        writer.NodeId(new UaNodeId(EncodingId));
        new UaRequestHeader(UaNodeId.Null, DateTime.UtcNow.Ticks, handle, 0).Encode(writer);
        writer.UInt32(UaHandshake.Version);
        writer.Int32(Renews ? 1 : 0);
        writer.Int32((int)Mode);
        writer.Bytes(Nonce);
        writer.UInt32(LifetimeMilliseconds);
    }

    /// <summary>Reads it; false when it is something else.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> message, out UaOpenRequest request, out uint handle)
    {
        UaReader reader = new(message);
        UaNodeId type = reader.NodeId();
        handle = UaRequestHeader.Decode(ref reader).RequestHandle;
        reader.UInt32();
        int kind = reader.Int32();
        request = new UaOpenRequest(kind == 1, (UaSecurityMode)reader.Int32(), reader.ByteString() ?? [], reader.UInt32());
        return type == new UaNodeId(EncodingId) && kind is 0 or 1 && reader.Fault == UaFault.None;
    }
}

/// <summary>OpenSecureChannel's response.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="TokenId">The token.</param>
/// <param name="LifetimeMilliseconds">The lifetime given.</param>
/// <param name="Nonce">The server's part of the keys.</param>
internal readonly record struct UaOpenResponse(uint ChannelId, uint TokenId, uint LifetimeMilliseconds, byte[] Nonce)
{
    public const uint EncodingId = 449;
    public const uint FaultEncodingId = 397;

    public void Encode(UaWriter writer, uint handle)
    {
        long now = DateTime.UtcNow.Ticks;
        writer.NodeId(new UaNodeId(EncodingId));
        new UaResponseHeader(now, handle, StatusCodes.Good).Encode(writer);
        writer.UInt32(UaHandshake.Version);
        writer.UInt32(ChannelId);
        writer.UInt32(TokenId);
        writer.Time(now);
        writer.UInt32(LifetimeMilliseconds);
        writer.Bytes(Nonce);
    }

    /// <summary>Reads it; <paramref name="result"/> is bad, and the rest empty, when the server refused.</summary>
    public static UaOpenResponse Decode(ReadOnlySpan<byte> message, out uint result)
    {
        UaReader reader = new(message);
        UaNodeId type = reader.NodeId();
        result = UaResponseHeader.Decode(ref reader).ServiceResult;
        if (type == new UaNodeId(FaultEncodingId) || !StatusCodes.IsGood(result))
        {
            if (StatusCodes.IsGood(result) || reader.Fault != UaFault.None) result = UaChannelStatus.BadDecodingError;
            return default;
        }
        reader.UInt32();
        uint channel = reader.UInt32(), token = reader.UInt32();
        reader.Time();
        UaOpenResponse response = new(channel, token, reader.UInt32(), reader.ByteString() ?? []);
        if (type != new UaNodeId(EncodingId) || reader.Fault != UaFault.None) result = UaChannelStatus.BadDecodingError;
        return response;
    }
}

/// <summary>CloseSecureChannel's request (OPC 10000-4, 5.6.3); it has no response.</summary>
internal static class UaCloseRequest
{
    public const uint EncodingId = 452;

    public static void Encode(UaWriter writer, uint handle)
    {
        writer.NodeId(new UaNodeId(EncodingId));
        new UaRequestHeader(UaNodeId.Null, DateTime.UtcNow.Ticks, handle, 0).Encode(writer);
    }
}
