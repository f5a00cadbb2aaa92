using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Ends a session (OPC 10000-4, 5.7.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="DeleteSubscriptions">Whether its subscriptions end with it; otherwise they can be transferred while they live.</param>
public sealed record CloseSessionRequest(UaRequestHeader Header, bool DeleteSubscriptions) : IUaRequest<CloseSessionRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CloseSessionRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Boolean(DeleteSubscriptions);
    }

    /// <inheritdoc/>
    public static CloseSessionRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.Boolean());
}

/// <summary>The session is ended.</summary>
/// <param name="Header">What every response begins with.</param>
public sealed record CloseSessionResponse(UaResponseHeader Header) : IUaResponse<CloseSessionResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CloseSessionResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => Header.Encode(writer);

    /// <inheritdoc/>
    public static CloseSessionResponse Decode(ref UaReader reader) => new(UaResponseHeader.Decode(ref reader));
}
