using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks for the ways to connect (OPC 10000-4, 5.5.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="EndpointUrl">The URL the client used: the endpoints have its host name.</param>
/// <param name="LocaleIds">Languages for names, best first.</param>
/// <param name="ProfileUris">Only endpoints of these transports; empty for all.</param>
public sealed record GetEndpointsRequest(
    UaRequestHeader Header,
    string? EndpointUrl,
    IReadOnlyList<string> LocaleIds,
    IReadOnlyList<string> ProfileUris) : IUaRequest<GetEndpointsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.GetEndpointsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.String(EndpointUrl);
        writer.Strings(LocaleIds);
        writer.Strings(ProfileUris);
    }

    /// <inheritdoc/>
    public static GetEndpointsRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.String(),
        reader.Strings(),
        reader.Strings());
}

/// <summary>The ways to connect.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Endpoints">One each.</param>
public sealed record GetEndpointsResponse(
    UaResponseHeader Header,
    IReadOnlyList<EndpointDescription> Endpoints) : IUaResponse<GetEndpointsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.GetEndpointsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Endpoints);
    }

    /// <inheritdoc/>
    public static GetEndpointsResponse Decode(ref UaReader reader) => new(
        UaResponseHeader.Decode(ref reader),
        reader.Array<EndpointDescription>());
}
