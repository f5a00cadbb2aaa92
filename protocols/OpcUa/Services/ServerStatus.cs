using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>How a server is (OPC 10000-5, 12.6).</summary>
public enum ServerState
{
    /// <summary>As it should be.</summary>
    Running = 0,

    /// <summary>Broken.</summary>
    Failed = 1,

    /// <summary>Without a configuration, so without data.</summary>
    NoConfiguration = 2,

    /// <summary>Stopped for a while, by hand.</summary>
    Suspended = 3,

    /// <summary>Going.</summary>
    Shutdown = 4,

    /// <summary>Being tested.</summary>
    Test = 5,

    /// <summary>Without its sources.</summary>
    CommunicationFault = 6,

    /// <summary>Not known.</summary>
    Unknown = 7,
}

/// <summary>A server's program (OPC 10000-5, 12.4).</summary>
/// <param name="ProductUri">The product's URI.</param>
/// <param name="ManufacturerName">Who made it.</param>
/// <param name="ProductName">What it is called.</param>
/// <param name="SoftwareVersion">Its version.</param>
/// <param name="BuildNumber">Its build.</param>
/// <param name="BuildDate">When it was built, UTC ticks.</param>
public sealed record BuildInfo(
    string? ProductUri,
    string? ManufacturerName,
    string? ProductName,
    string? SoftwareVersion,
    string? BuildNumber,
    long BuildDate) : IUaMessage<BuildInfo>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.BuildInfo;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(ProductUri);
        writer.String(ManufacturerName);
        writer.String(ProductName);
        writer.String(SoftwareVersion);
        writer.String(BuildNumber);
        writer.Time(BuildDate);
    }

    /// <inheritdoc/>
    public static BuildInfo Decode(ref UaReader reader) => new(
        reader.String(),
        reader.String(),
        reader.String(),
        reader.String(),
        reader.String(),
        reader.Time());
}

/// <summary>How a server is: the value of its ServerStatus (OPC 10000-5, 12.10).</summary>
/// <param name="StartTime">When it started, UTC ticks.</param>
/// <param name="CurrentTime">What its clock says, UTC ticks.</param>
/// <param name="State">How it is.</param>
/// <param name="BuildInfo">Its program.</param>
/// <param name="SecondsTillShutdown">In how many seconds it goes.</param>
/// <param name="ShutdownReason">Why it goes.</param>
public sealed record ServerStatusDataType(
    long StartTime,
    long CurrentTime,
    ServerState State,
    BuildInfo BuildInfo,
    uint SecondsTillShutdown,
    UaLocalizedText ShutdownReason) : IUaMessage<ServerStatusDataType>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ServerStatusDataType;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.Time(StartTime);
        writer.Time(CurrentTime);
        writer.Int32((int)State);
        BuildInfo.Encode(writer);
        writer.UInt32(SecondsTillShutdown);
        writer.LocalizedText(ShutdownReason);
    }

    /// <inheritdoc/>
    public static ServerStatusDataType Decode(ref UaReader reader) => new(
        reader.Time(),
        reader.Time(),
        (ServerState)reader.Int32(),
        BuildInfo.Decode(ref reader),
        reader.UInt32(),
        reader.LocalizedText());
}
