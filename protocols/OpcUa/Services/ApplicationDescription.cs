using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>What an application is (OPC 10000-4, 7.4).</summary>
public enum ApplicationType
{
    /// <summary>A server.</summary>
    Server = 0,

    /// <summary>A client.</summary>
    Client = 1,

    /// <summary>Both.</summary>
    ClientAndServer = 2,

    /// <summary>A server that only lists others.</summary>
    DiscoveryServer = 3,
}

/// <summary>An application as it introduces itself (OPC 10000-4, 7.2).</summary>
/// <param name="ApplicationUri">The instance's own URI, the same as in its certificate.</param>
/// <param name="ProductUri">The product's URI.</param>
/// <param name="ApplicationName">Its name for people.</param>
/// <param name="ApplicationType">What it is.</param>
/// <param name="GatewayServerUri">The gateway it is behind; null for none.</param>
/// <param name="DiscoveryProfileUri">How it can be discovered; null for the usual way.</param>
/// <param name="DiscoveryUrls">Where it can be asked for its endpoints.</param>
public sealed record ApplicationDescription(
    string? ApplicationUri,
    string? ProductUri,
    UaLocalizedText ApplicationName,
    ApplicationType ApplicationType,
    string? GatewayServerUri,
    string? DiscoveryProfileUri,
    IReadOnlyList<string> DiscoveryUrls) : IUaMessage<ApplicationDescription>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ApplicationDescription;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(ApplicationUri);
        writer.String(ProductUri);
        writer.LocalizedText(ApplicationName);
        writer.Int32((int)ApplicationType);
        writer.String(GatewayServerUri);
        writer.String(DiscoveryProfileUri);
        writer.Strings(DiscoveryUrls);
    }

    /// <inheritdoc/>
    public static ApplicationDescription Decode(ref UaReader reader) => new(
        reader.String(),
        reader.String(),
        reader.LocalizedText(),
        (ApplicationType)reader.Int32(),
        reader.String(),
        reader.String(),
        reader.Strings());
}
