using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Whether a channel is opened or goes on (OPC 10000-4, 5.6.2.2).</summary>
public enum SecurityTokenRequestType
{
    /// <summary>It is opened.</summary>
    Issue = 0,

    /// <summary>It gets new keys.</summary>
    Renew = 1,
}

/// <summary>Opens a channel or renews its keys (OPC 10000-6, 6.7.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="ClientProtocolVersion">The version in Hello, 0.</param>
/// <param name="RequestType">Which of the two.</param>
/// <param name="SecurityMode">What is done to messages.</param>
/// <param name="ClientNonce">The client's random bytes, from which the keys are made; null without security.</param>
/// <param name="RequestedLifetime">For how long the keys are to be good, ms.</param>
public sealed record OpenSecureChannelRequest(
    UaRequestHeader Header,
    uint ClientProtocolVersion,
    SecurityTokenRequestType RequestType,
    UaSecurityMode SecurityMode,
    byte[]? ClientNonce,
    uint RequestedLifetime) : IUaRequest<OpenSecureChannelRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.OpenSecureChannelRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(ClientProtocolVersion);
        writer.Int32((int)RequestType);
        writer.Int32((int)SecurityMode);
        writer.ByteString(ClientNonce);
        writer.UInt32(RequestedLifetime);
    }

    /// <inheritdoc/>
    public static OpenSecureChannelRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.UInt32(),
        (SecurityTokenRequestType)reader.Int32(),
        (UaSecurityMode)reader.Int32(),
        reader.ByteString(),
        reader.UInt32());
}

/// <summary>Keys of a channel (OPC 10000-4, 5.6.2.2).</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="TokenId">These keys among the channel's.</param>
/// <param name="CreatedAt">When they were made, UTC ticks.</param>
/// <param name="RevisedLifetime">For how long they are good, ms.</param>
public readonly record struct ChannelSecurityToken(
    uint ChannelId,
    uint TokenId,
    long CreatedAt,
    uint RevisedLifetime) : IUaMessage<ChannelSecurityToken>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ChannelSecurityToken;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(ChannelId);
        writer.UInt32(TokenId);
        writer.Time(CreatedAt);
        writer.UInt32(RevisedLifetime);
    }

    /// <inheritdoc/>
    public static ChannelSecurityToken Decode(ref UaReader reader) => new(reader.UInt32(), reader.UInt32(), reader.Time(), reader.UInt32());
}

/// <summary>A channel, or its new keys.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="ServerProtocolVersion">The version in Acknowledge, 0.</param>
/// <param name="SecurityToken">The keys.</param>
/// <param name="ServerNonce">The server's random bytes.</param>
public sealed record OpenSecureChannelResponse(
    UaResponseHeader Header,
    uint ServerProtocolVersion,
    ChannelSecurityToken SecurityToken,
    byte[]? ServerNonce) : IUaResponse<OpenSecureChannelResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.OpenSecureChannelResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(ServerProtocolVersion);
        SecurityToken.Encode(writer);
        writer.ByteString(ServerNonce);
    }

    /// <inheritdoc/>
    public static OpenSecureChannelResponse Decode(ref UaReader reader) => new(
        UaResponseHeader.Decode(ref reader),
        reader.UInt32(),
        ChannelSecurityToken.Decode(ref reader),
        reader.ByteString());
}
