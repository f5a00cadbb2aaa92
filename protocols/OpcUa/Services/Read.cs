using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>What is read or monitored (OPC 10000-4, 7.29).</summary>
/// <param name="NodeId">The node.</param>
/// <param name="AttributeId">Its attribute.</param>
/// <param name="IndexRange">A part of an array, such as <c>2:5</c>; null for all of it.</param>
/// <param name="DataEncoding">How structures are encoded; empty for binary.</param>
public readonly record struct ReadValueId(
    UaNodeId NodeId,
    UaAttribute AttributeId = UaAttribute.Value,
    string? IndexRange = null,
    UaQualifiedName DataEncoding = default) : IUaMessage<ReadValueId>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ReadValueId;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(NodeId);
        writer.UInt32((uint)AttributeId);
        writer.String(IndexRange);
        writer.QualifiedName(DataEncoding);
    }

    /// <inheritdoc/>
    public static ReadValueId Decode(ref UaReader reader) => new(
        reader.NodeId(),
        (UaAttribute)reader.UInt32(),
        reader.String(),
        reader.QualifiedName());
}

/// <summary>Asks for attributes (OPC 10000-4, 5.11.2). For the same nodes again and again there is <see cref="PreparedRead"/>.</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="MaxAge">How old a value may be, ms; 0 for the one the source has now.</param>
/// <param name="TimestampsToReturn">Which times come along.</param>
/// <param name="NodesToRead">What.</param>
public sealed record ReadRequest(
    UaRequestHeader Header,
    double MaxAge,
    TimestampsToReturn TimestampsToReturn,
    IReadOnlyList<ReadValueId> NodesToRead) : IUaRequest<ReadRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ReadRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Double(MaxAge);
        writer.Int32((int)TimestampsToReturn);
        writer.Array(NodesToRead);
    }

    /// <inheritdoc/>
    public static ReadRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.Double(),
        (TimestampsToReturn)reader.Int32(),
        reader.Array<ReadValueId>());
}

/// <summary>Attributes, in the order of the request. <see cref="ReadResponseReader"/> and <see cref="ReadResponseWriter"/> do without this object.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record ReadResponse(UaResponseHeader Header, IReadOnlyList<UaDataValueCopy> Results) : IUaResponse<ReadResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ReadResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.DataValues(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static ReadResponse Decode(ref UaReader reader)
    {
        ReadResponse read = new(UaResponseHeader.Decode(ref reader), reader.DataValues());
        reader.SkipDiagnostics();
        return read;
    }
}
