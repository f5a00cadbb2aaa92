using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Closes a channel; the server closes the socket and answers nothing (OPC 10000-6, 6.7.5).</summary>
/// <param name="Header">What every request begins with.</param>
public sealed record CloseSecureChannelRequest(UaRequestHeader Header) : IUaRequest<CloseSecureChannelRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CloseSecureChannelRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => Header.Encode(writer);

    /// <inheritdoc/>
    public static CloseSecureChannelRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader));
}

/// <summary>The channel is closed. Not sent over UA-TCP.</summary>
/// <param name="Header">What every response begins with.</param>
public sealed record CloseSecureChannelResponse(UaResponseHeader Header) : IUaResponse<CloseSecureChannelResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CloseSecureChannelResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => Header.Encode(writer);

    /// <inheritdoc/>
    public static CloseSecureChannelResponse Decode(ref UaReader reader) => new(UaResponseHeader.Decode(ref reader));
}
