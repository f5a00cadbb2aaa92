using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Which way references are followed (OPC 10000-4, 7.5).</summary>
public enum BrowseDirection
{
    /// <summary>From the node.</summary>
    Forward = 0,

    /// <summary>To the node.</summary>
    Inverse = 1,

    /// <summary>Both.</summary>
    Both = 2,
}

/// <summary>What is wanted of each reference (OPC 10000-4, 5.9.2.2).</summary>
[Flags]
public enum BrowseResultMask
{
    /// <summary>Nothing but the node's id.</summary>
    None = 0,

    /// <summary>The reference's type.</summary>
    ReferenceType = 1,

    /// <summary>Its direction.</summary>
    IsForward = 2,

    /// <summary>What the node is.</summary>
    NodeClass = 4,

    /// <summary>Its name.</summary>
    BrowseName = 8,

    /// <summary>Its name for people.</summary>
    DisplayName = 16,

    /// <summary>Its type.</summary>
    TypeDefinition = 32,

    /// <summary>All of it.</summary>
    All = 63,
}

/// <summary>The view that is browsed; the default is the whole address space (OPC 10000-4, 7.45).</summary>
/// <param name="ViewId">The view; null for all.</param>
/// <param name="Timestamp">The view as of then, UTC ticks; 0 for now.</param>
/// <param name="ViewVersion">The view's version; 0 for the present one.</param>
public readonly record struct ViewDescription(UaNodeId ViewId, long Timestamp, uint ViewVersion) : IUaMessage<ViewDescription>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ViewDescription;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(ViewId);
        writer.Time(Timestamp);
        writer.UInt32(ViewVersion);
    }

    /// <inheritdoc/>
    public static ViewDescription Decode(ref UaReader reader) => new(reader.NodeId(), reader.Time(), reader.UInt32());
}

/// <summary>A node whose references are wanted (OPC 10000-4, 5.9.2.2).</summary>
/// <param name="NodeId">The node.</param>
/// <param name="BrowseDirection">Which way.</param>
/// <param name="ReferenceTypeId">References of this type only; null for all.</param>
/// <param name="IncludeSubtypes">And of its subtypes.</param>
/// <param name="NodeClassMask">Nodes of these classes only; 0 for all.</param>
/// <param name="ResultMask">What is wanted of each.</param>
public readonly record struct BrowseDescription(
    UaNodeId NodeId,
    BrowseDirection BrowseDirection,
    UaNodeId ReferenceTypeId,
    bool IncludeSubtypes,
    UaNodeClass NodeClassMask,
    BrowseResultMask ResultMask) : IUaMessage<BrowseDescription>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowseDescription;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(NodeId);
        writer.Int32((int)BrowseDirection);
        writer.NodeId(ReferenceTypeId);
        writer.Boolean(IncludeSubtypes);
        writer.UInt32((uint)NodeClassMask);
        writer.UInt32((uint)ResultMask);
    }

    /// <inheritdoc/>
    public static BrowseDescription Decode(ref UaReader reader) => new(
        reader.NodeId(),
        (BrowseDirection)reader.Int32(),
        reader.NodeId(),
        reader.Boolean(),
        (UaNodeClass)reader.UInt32(),
        (BrowseResultMask)reader.UInt32());
}

/// <summary>A reference and the node at its other end (OPC 10000-4, 7.30).</summary>
/// <param name="ReferenceTypeId">Its type.</param>
/// <param name="IsForward">Its direction.</param>
/// <param name="NodeId">The other node.</param>
/// <param name="BrowseName">That node's name.</param>
/// <param name="DisplayName">That node's name for people.</param>
/// <param name="NodeClass">What that node is.</param>
/// <param name="TypeDefinition">That node's type, of objects and variables.</param>
public sealed record ReferenceDescription(
    UaNodeId ReferenceTypeId,
    bool IsForward,
    UaExpandedNodeId NodeId,
    UaQualifiedName BrowseName,
    UaLocalizedText DisplayName,
    UaNodeClass NodeClass,
    UaExpandedNodeId TypeDefinition) : IUaMessage<ReferenceDescription>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ReferenceDescription;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(ReferenceTypeId);
        writer.Boolean(IsForward);
        writer.ExpandedNodeId(NodeId);
        writer.QualifiedName(BrowseName);
        writer.LocalizedText(DisplayName);
        writer.Int32((int)NodeClass);
        writer.ExpandedNodeId(TypeDefinition);
    }

    /// <inheritdoc/>
    public static ReferenceDescription Decode(ref UaReader reader) => new(
        reader.NodeId(),
        reader.Boolean(),
        reader.ExpandedNodeId(),
        reader.QualifiedName(),
        reader.LocalizedText(),
        (UaNodeClass)reader.Int32(),
        reader.ExpandedNodeId());
}

/// <summary>A node's references (OPC 10000-4, 7.6).</summary>
/// <param name="StatusCode">How it went.</param>
/// <param name="ContinuationPoint">For BrowseNext, which has the rest; null when this is all.</param>
/// <param name="References">The references.</param>
public sealed record BrowseResult(
    uint StatusCode,
    byte[]? ContinuationPoint,
    IReadOnlyList<ReferenceDescription> References) : IUaMessage<BrowseResult>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowseResult;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(StatusCode);
        writer.ByteString(ContinuationPoint);
        writer.Array(References);
    }

    /// <inheritdoc/>
    public static BrowseResult Decode(ref UaReader reader) => new(
        reader.UInt32(),
        reader.ByteString(),
        reader.Array<ReferenceDescription>());
}

/// <summary>Asks for nodes' references (OPC 10000-4, 5.9.2).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="View">The view.</param>
/// <param name="RequestedMaxReferencesPerNode">Most references of a result; 0 for no limit.</param>
/// <param name="NodesToBrowse">The nodes.</param>
public sealed record BrowseRequest(
    UaRequestHeader Header,
    ViewDescription View,
    uint RequestedMaxReferencesPerNode,
    IReadOnlyList<BrowseDescription> NodesToBrowse) : IUaRequest<BrowseRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowseRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        View.Encode(writer);
        writer.UInt32(RequestedMaxReferencesPerNode);
        writer.Array(NodesToBrowse);
    }

    /// <inheritdoc/>
    public static BrowseRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        ViewDescription.Decode(ref reader),
        reader.UInt32(),
        reader.Array<BrowseDescription>());
}

/// <summary>Nodes' references.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record BrowseResponse(UaResponseHeader Header, IReadOnlyList<BrowseResult> Results) : IUaResponse<BrowseResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BrowseResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static BrowseResponse Decode(ref UaReader reader)
    {
        BrowseResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<BrowseResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
