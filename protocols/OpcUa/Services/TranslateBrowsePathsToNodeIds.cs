using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A step of a path (OPC 10000-4, 7.31).</summary>
/// <param name="ReferenceTypeId">References of this type; null for all.</param>
/// <param name="IsInverse">Against their direction.</param>
/// <param name="IncludeSubtypes">And of its subtypes.</param>
/// <param name="TargetName">The name of the node it leads to; empty, in the last step only, for any.</param>
public readonly record struct RelativePathElement(
    UaNodeId ReferenceTypeId,
    bool IsInverse,
    bool IncludeSubtypes,
    UaQualifiedName TargetName) : IUaMessage<RelativePathElement>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.RelativePathElement;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(ReferenceTypeId);
        writer.Boolean(IsInverse);
        writer.Boolean(IncludeSubtypes);
        writer.QualifiedName(TargetName);
    }

    /// <inheritdoc/>
    public static RelativePathElement Decode(ref UaReader reader) => new(
        reader.NodeId(),
        reader.Boolean(),
        reader.Boolean(),
        reader.QualifiedName());
}

/// <summary>Steps from one node to another (OPC 10000-4, 7.31).</summary>
/// <param name="Elements">The steps.</param>
public sealed record RelativePath(IReadOnlyList<RelativePathElement> Elements) : IUaMessage<RelativePath>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.RelativePath;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => writer.Array(Elements);

    /// <inheritdoc/>
    public static RelativePath Decode(ref UaReader reader) => new(reader.Array<RelativePathElement>());
}

/// <summary>A path (OPC 10000-4, 5.9.4.2).</summary>
/// <param name="StartingNode">Where it starts.</param>
/// <param name="RelativePath">Its steps.</param>
public sealed record BrowsePath(UaNodeId StartingNode, RelativePath RelativePath) : IUaMessage<BrowsePath>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowsePath;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(StartingNode);
        RelativePath.Encode(writer);
    }

    /// <inheritdoc/>
    public static BrowsePath Decode(ref UaReader reader) => new(reader.NodeId(), RelativePath.Decode(ref reader));
}

/// <summary>Where a path leads.</summary>
/// <param name="TargetId">The node, or that of another server where the path goes on.</param>
/// <param name="RemainingPathIndex">The first step not gone; <see cref="uint.MaxValue"/> when all are.</param>
public readonly record struct BrowsePathTarget(
    UaExpandedNodeId TargetId,
    uint RemainingPathIndex = uint.MaxValue) : IUaMessage<BrowsePathTarget>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowsePathTarget;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.ExpandedNodeId(TargetId);
        writer.UInt32(RemainingPathIndex);
    }

    /// <inheritdoc/>
    public static BrowsePathTarget Decode(ref UaReader reader) => new(reader.ExpandedNodeId(), reader.UInt32());
}

/// <summary>Where a path leads: nowhere, or to one node or more.</summary>
/// <param name="StatusCode">How it went; BadNoMatch when it leads nowhere.</param>
/// <param name="Targets">The nodes.</param>
public sealed record BrowsePathResult(uint StatusCode, IReadOnlyList<BrowsePathTarget> Targets) : IUaMessage<BrowsePathResult>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowsePathResult;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(StatusCode);
        writer.Array(Targets);
    }

    /// <inheritdoc/>
    public static BrowsePathResult Decode(ref UaReader reader) => new(reader.UInt32(), reader.Array<BrowsePathTarget>());
}

/// <summary>Asks where paths lead (OPC 10000-4, 5.9.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="BrowsePaths">The paths.</param>
public sealed record TranslateBrowsePathsToNodeIdsRequest(
    UaRequestHeader Header,
    IReadOnlyList<BrowsePath> BrowsePaths) : IUaRequest<TranslateBrowsePathsToNodeIdsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.TranslateBrowsePathsToNodeIdsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(BrowsePaths);
    }

    /// <inheritdoc/>
    public static TranslateBrowsePathsToNodeIdsRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.Array<BrowsePath>());
}

/// <summary>Where paths lead.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record TranslateBrowsePathsToNodeIdsResponse(
    UaResponseHeader Header,
    IReadOnlyList<BrowsePathResult> Results) : IUaResponse<TranslateBrowsePathsToNodeIdsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.TranslateBrowsePathsToNodeIdsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static TranslateBrowsePathsToNodeIdsResponse Decode(ref UaReader reader)
    {
        TranslateBrowsePathsToNodeIdsResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<BrowsePathResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
