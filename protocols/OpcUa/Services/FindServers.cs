using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks which servers there are (OPC 10000-4, 5.5.2).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="EndpointUrl">The URL the client used.</param>
/// <param name="LocaleIds">Languages for their names, best first.</param>
/// <param name="ServerUris">Only these; empty for all.</param>
public sealed record FindServersRequest(
    UaRequestHeader Header,
    string? EndpointUrl,
    IReadOnlyList<string> LocaleIds,
    IReadOnlyList<string> ServerUris) : IUaRequest<FindServersRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.FindServersRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.String(EndpointUrl);
        writer.Strings(LocaleIds);
        writer.Strings(ServerUris);
    }

    /// <inheritdoc/>
    public static FindServersRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.String(),
        reader.Strings(),
        reader.Strings());
}

/// <summary>The servers there are.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Servers">One each.</param>
public sealed record FindServersResponse(
    UaResponseHeader Header,
    IReadOnlyList<ApplicationDescription> Servers) : IUaResponse<FindServersResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.FindServersResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Servers);
    }

    /// <inheritdoc/>
    public static FindServersResponse Decode(ref UaReader reader) => new(
        UaResponseHeader.Decode(ref reader),
        reader.Array<ApplicationDescription>());
}
