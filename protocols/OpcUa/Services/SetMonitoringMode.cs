using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Says what is done with items (OPC 10000-4, 5.13.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="MonitoringMode">What.</param>
/// <param name="MonitoredItemIds">The server's numbers for them.</param>
public sealed record SetMonitoringModeRequest(
    UaRequestHeader Header,
    uint SubscriptionId,
    MonitoringMode MonitoringMode,
    IReadOnlyList<uint> MonitoredItemIds) : IUaRequest<SetMonitoringModeRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SetMonitoringModeRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.Int32((int)MonitoringMode);
        writer.UInt32s(MonitoredItemIds);
    }

    /// <inheritdoc/>
    public static SetMonitoringModeRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.UInt32(),
        (MonitoringMode)reader.Int32(),
        reader.UInt32s());
}

/// <summary>How it went.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">A StatusCode each.</param>
public sealed record SetMonitoringModeResponse(
    UaResponseHeader Header,
    IReadOnlyList<uint> Results) : IUaResponse<SetMonitoringModeResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SetMonitoringModeResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static SetMonitoringModeResponse Decode(ref UaReader reader)
    {
        SetMonitoringModeResponse read = new(UaResponseHeader.Decode(ref reader), reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
