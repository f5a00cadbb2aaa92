using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Ends monitored items (OPC 10000-4, 5.13.6).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="MonitoredItemIds">The server's numbers for them.</param>
public sealed record DeleteMonitoredItemsRequest(
    UaRequestHeader Header,
    uint SubscriptionId,
    IReadOnlyList<uint> MonitoredItemIds) : IUaRequest<DeleteMonitoredItemsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.DeleteMonitoredItemsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.UInt32s(MonitoredItemIds);
    }

    /// <inheritdoc/>
    public static DeleteMonitoredItemsRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.UInt32(),
        reader.UInt32s());
}

/// <summary>How it went.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">A StatusCode each.</param>
public sealed record DeleteMonitoredItemsResponse(
    UaResponseHeader Header,
    IReadOnlyList<uint> Results) : IUaResponse<DeleteMonitoredItemsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.DeleteMonitoredItemsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static DeleteMonitoredItemsResponse Decode(ref UaReader reader)
    {
        DeleteMonitoredItemsResponse read = new(UaResponseHeader.Decode(ref reader), reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
