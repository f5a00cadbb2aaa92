using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Gives back what RegisterNodes gave (OPC 10000-4, 5.9.6).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="NodesToUnregister">The ids.</param>
public sealed record UnregisterNodesRequest(
    UaRequestHeader Header,
    IReadOnlyList<UaNodeId> NodesToUnregister) : IUaRequest<UnregisterNodesRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.UnregisterNodesRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.NodeIds(NodesToUnregister);
    }

    /// <inheritdoc/>
    public static UnregisterNodesRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.NodeIds());
}

/// <summary>They are given back.</summary>
/// <param name="Header">What every response begins with.</param>
public sealed record UnregisterNodesResponse(UaResponseHeader Header) : IUaResponse<UnregisterNodesResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.UnregisterNodesResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => Header.Encode(writer);

    /// <inheritdoc/>
    public static UnregisterNodesResponse Decode(ref UaReader reader) => new(UaResponseHeader.Decode(ref reader));
}
