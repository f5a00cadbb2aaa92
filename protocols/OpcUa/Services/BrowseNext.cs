using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks for the rest of results, or says that it is not wanted (OPC 10000-4, 5.9.3).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="ReleaseContinuationPoints">True: the server forgets them, and gives nothing more.</param>
/// <param name="ContinuationPoints">Of which results.</param>
public sealed record BrowseNextRequest(
    UaRequestHeader Header,
    bool ReleaseContinuationPoints,
    IReadOnlyList<byte[]?> ContinuationPoints) : IUaRequest<BrowseNextRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowseNextRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Boolean(ReleaseContinuationPoints);
        writer.ByteStrings(ContinuationPoints);
    }

    /// <inheritdoc/>
    public static BrowseNextRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.Boolean(),
        reader.ByteStrings());
}

/// <summary>The rest of results.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record BrowseNextResponse(UaResponseHeader Header, IReadOnlyList<BrowseResult> Results) : IUaResponse<BrowseNextResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowseNextResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static BrowseNextResponse Decode(ref UaReader reader)
    {
        BrowseNextResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<BrowseResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
