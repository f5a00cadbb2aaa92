using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>An argument of a method: an element of its InputArguments or OutputArguments (OPC 10000-3, 8.6).</summary>
/// <param name="Name">What it is called.</param>
/// <param name="DataType">Its data type.</param>
/// <param name="ValueRank">Its dimensions: -1 scalar, 1 an array, 2 a matrix.</param>
/// <param name="ArrayDimensions">The length of each dimension, 0 where it varies; none of a scalar.</param>
/// <param name="Description">What it is for.</param>
public sealed record Argument(
    string? Name,
    UaNodeId DataType,
    int ValueRank,
    IReadOnlyList<uint> ArrayDimensions,
    UaLocalizedText Description) : IUaMessage<Argument>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.Argument;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(Name);
        writer.NodeId(DataType);
        writer.Int32(ValueRank);
        writer.UInt32s(ArrayDimensions);
        writer.LocalizedText(Description);
    }

    /// <inheritdoc/>
    public static Argument Decode(ref UaReader reader) => new(
        reader.String(),
        reader.NodeId(),
        reader.Int32(),
        reader.UInt32s(),
        reader.LocalizedText());
}
