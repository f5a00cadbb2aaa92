using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks for requests to be given up (OPC 10000-4, 5.7.5).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="RequestHandle">The handle those requests have.</param>
public sealed record CancelRequest(UaRequestHeader Header, uint RequestHandle) : IUaRequest<CancelRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CancelRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(RequestHandle);
    }

    /// <inheritdoc/>
    public static CancelRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.UInt32());
}

/// <summary>How many were given up.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="CancelCount">How many.</param>
public sealed record CancelResponse(UaResponseHeader Header, uint CancelCount) : IUaResponse<CancelResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CancelResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(CancelCount);
    }

    /// <inheritdoc/>
    public static CancelResponse Decode(ref UaReader reader) => new(UaResponseHeader.Decode(ref reader), reader.UInt32());
}
