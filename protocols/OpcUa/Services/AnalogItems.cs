using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>From where to where values go: the value of an EURange (OPC 10000-8, 5.6.2).</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The most.</param>
public readonly record struct UaRange(double Low, double High) : IUaMessage<UaRange>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.Range;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.Double(Low);
        writer.Double(High);
    }

    /// <inheritdoc/>
    public static UaRange Decode(ref UaReader reader) => new(reader.Double(), reader.Double());
}

/// <summary>A unit: the value of EngineeringUnits (OPC 10000-8, 5.6.4).</summary>
/// <param name="NamespaceUri">Whose list of units.</param>
/// <param name="UnitId">The unit's number there.</param>
/// <param name="DisplayName">Its sign.</param>
/// <param name="Description">Its name.</param>
public sealed record EUInformation(
    string? NamespaceUri,
    int UnitId,
    UaLocalizedText DisplayName,
    UaLocalizedText Description) : IUaMessage<EUInformation>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.EUInformation;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(NamespaceUri);
        writer.Int32(UnitId);
        writer.LocalizedText(DisplayName);
        writer.LocalizedText(Description);
    }

    /// <inheritdoc/>
    public static EUInformation Decode(ref UaReader reader) => new(
        reader.String(),
        reader.Int32(),
        reader.LocalizedText(),
        reader.LocalizedText());
}
