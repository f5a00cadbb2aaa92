using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>An item to be monitored otherwise (OPC 10000-4, 5.13.3.2).</summary>
/// <param name="MonitoredItemId">The server's number for it.</param>
/// <param name="RequestedParameters">How.</param>
public readonly record struct MonitoredItemModifyRequest(
    uint MonitoredItemId,
    MonitoringParameters RequestedParameters) : IUaMessage<MonitoredItemModifyRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.MonitoredItemModifyRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(MonitoredItemId);
        RequestedParameters.Encode(writer);
    }

    /// <inheritdoc/>
    public static MonitoredItemModifyRequest Decode(ref UaReader reader) => new(reader.UInt32(), MonitoringParameters.Decode(ref reader));
}

/// <summary>How the item is monitored.</summary>
/// <param name="StatusCode">How it went.</param>
/// <param name="RevisedSamplingInterval">How often it is sampled, ms.</param>
/// <param name="RevisedQueueSize">Most values kept.</param>
/// <param name="FilterResult">About the filter; none for data changes.</param>
public readonly record struct MonitoredItemModifyResult(
    uint StatusCode,
    double RevisedSamplingInterval,
    uint RevisedQueueSize,
    UaExtensionObject FilterResult) : IUaMessage<MonitoredItemModifyResult>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.MonitoredItemModifyResult;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(StatusCode);
        writer.Double(RevisedSamplingInterval);
        writer.UInt32(RevisedQueueSize);
        FilterResult.Encode(writer);
    }

    /// <inheritdoc/>
    public static MonitoredItemModifyResult Decode(ref UaReader reader) => new(
        reader.UInt32(),
        reader.Double(),
        reader.UInt32(),
        UaExtensionObject.Decode(ref reader));
}

/// <summary>Changes monitored items (OPC 10000-4, 5.13.3).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="TimestampsToReturn">Which times come along.</param>
/// <param name="ItemsToModify">The items.</param>
public sealed record ModifyMonitoredItemsRequest(
    UaRequestHeader Header,
    uint SubscriptionId,
    TimestampsToReturn TimestampsToReturn,
    IReadOnlyList<MonitoredItemModifyRequest> ItemsToModify) : IUaRequest<ModifyMonitoredItemsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ModifyMonitoredItemsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.Int32((int)TimestampsToReturn);
        writer.Array(ItemsToModify);
    }

    /// <inheritdoc/>
    public static ModifyMonitoredItemsRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.UInt32(),
        (TimestampsToReturn)reader.Int32(),
        reader.Array<MonitoredItemModifyRequest>());
}

/// <summary>Changed items.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record ModifyMonitoredItemsResponse(
    UaResponseHeader Header,
    IReadOnlyList<MonitoredItemModifyResult> Results) : IUaResponse<ModifyMonitoredItemsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ModifyMonitoredItemsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static ModifyMonitoredItemsResponse Decode(ref UaReader reader)
    {
        ModifyMonitoredItemsResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<MonitoredItemModifyResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
