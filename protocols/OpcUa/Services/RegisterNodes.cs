using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Says that nodes will be used often (OPC 10000-4, 5.9.5).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="NodesToRegister">The nodes.</param>
public sealed record RegisterNodesRequest(
    UaRequestHeader Header,
    IReadOnlyList<UaNodeId> NodesToRegister) : IUaRequest<RegisterNodesRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.RegisterNodesRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.NodeIds(NodesToRegister);
    }

    /// <inheritdoc/>
    public static RegisterNodesRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.NodeIds());
}

/// <summary>Ids that the server finds faster, good in this session.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="RegisteredNodeIds">One each.</param>
public sealed record RegisterNodesResponse(
    UaResponseHeader Header,
    IReadOnlyList<UaNodeId> RegisteredNodeIds) : IUaResponse<RegisterNodesResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.RegisterNodesResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.NodeIds(RegisteredNodeIds);
    }

    /// <inheritdoc/>
    public static RegisterNodesResponse Decode(ref UaReader reader) => new(UaResponseHeader.Decode(ref reader), reader.NodeIds());
}
