using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>What is written (OPC 10000-4, 5.11.4.2).</summary>
/// <param name="NodeId">The node.</param>
/// <param name="AttributeId">Its attribute.</param>
/// <param name="IndexRange">A part of an array; null for all of it.</param>
/// <param name="Value">The value; without status and times for most servers.</param>
public sealed record WriteValue(
    UaNodeId NodeId,
    UaAttribute AttributeId,
    string? IndexRange,
    UaDataValueCopy Value) : IUaMessage<WriteValue>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.WriteValue;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(NodeId);
        writer.UInt32((uint)AttributeId);
        writer.String(IndexRange);
        Value.Encode(writer);
    }

    /// <inheritdoc/>
    public static WriteValue Decode(ref UaReader reader) => new(
        reader.NodeId(),
        (UaAttribute)reader.UInt32(),
        reader.String(),
        UaDataValueCopy.Decode(ref reader));
}

/// <summary>Writes attributes (OPC 10000-4, 5.11.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="NodesToWrite">What.</param>
public sealed record WriteRequest(UaRequestHeader Header, IReadOnlyList<WriteValue> NodesToWrite) : IUaRequest<WriteRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.WriteRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(NodesToWrite);
    }

    /// <inheritdoc/>
    public static WriteRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.Array<WriteValue>());
}

/// <summary>How writing went.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">A StatusCode each.</param>
public sealed record WriteResponse(UaResponseHeader Header, IReadOnlyList<uint> Results) : IUaResponse<WriteResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.WriteResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static WriteResponse Decode(ref UaReader reader)
    {
        WriteResponse read = new(UaResponseHeader.Decode(ref reader), reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
