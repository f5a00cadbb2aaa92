using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>An item to be monitored (OPC 10000-4, 5.13.2.2).</summary>
/// <param name="ItemToMonitor">What.</param>
/// <param name="MonitoringMode">What is done with it.</param>
/// <param name="RequestedParameters">How.</param>
public readonly record struct MonitoredItemCreateRequest(
    ReadValueId ItemToMonitor,
    MonitoringMode MonitoringMode,
    MonitoringParameters RequestedParameters) : IUaMessage<MonitoredItemCreateRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.MonitoredItemCreateRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        ItemToMonitor.Encode(writer);
        writer.Int32((int)MonitoringMode);
        RequestedParameters.Encode(writer);
    }

    /// <inheritdoc/>
    public static MonitoredItemCreateRequest Decode(ref UaReader reader) => new(
        ReadValueId.Decode(ref reader),
        (MonitoringMode)reader.Int32(),
        MonitoringParameters.Decode(ref reader));
}

/// <summary>A monitored item, or why there is none.</summary>
/// <param name="StatusCode">How it went.</param>
/// <param name="MonitoredItemId">The server's number for it.</param>
/// <param name="RevisedSamplingInterval">How often it is sampled, ms.</param>
/// <param name="RevisedQueueSize">Most values kept.</param>
/// <param name="FilterResult">About the filter; none for data changes.</param>
public readonly record struct MonitoredItemCreateResult(
    uint StatusCode,
    uint MonitoredItemId,
    double RevisedSamplingInterval,
    uint RevisedQueueSize,
    UaExtensionObject FilterResult) : IUaMessage<MonitoredItemCreateResult>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.MonitoredItemCreateResult;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(StatusCode);
        writer.UInt32(MonitoredItemId);
        writer.Double(RevisedSamplingInterval);
        writer.UInt32(RevisedQueueSize);
        FilterResult.Encode(writer);
    }

    /// <inheritdoc/>
    public static MonitoredItemCreateResult Decode(ref UaReader reader) => new(
        reader.UInt32(),
        reader.UInt32(),
        reader.Double(),
        reader.UInt32(),
        UaExtensionObject.Decode(ref reader));
}

/// <summary>Asks for items to be monitored (OPC 10000-4, 5.13.2).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionId">The subscription that publishes them.</param>
/// <param name="TimestampsToReturn">Which times come along.</param>
/// <param name="ItemsToCreate">The items.</param>
public sealed record CreateMonitoredItemsRequest(
    UaRequestHeader Header,
    uint SubscriptionId,
    TimestampsToReturn TimestampsToReturn,
    IReadOnlyList<MonitoredItemCreateRequest> ItemsToCreate) : IUaRequest<CreateMonitoredItemsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CreateMonitoredItemsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.Int32((int)TimestampsToReturn);
        writer.Array(ItemsToCreate);
    }

    /// <inheritdoc/>
    public static CreateMonitoredItemsRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.UInt32(),
        (TimestampsToReturn)reader.Int32(),
        reader.Array<MonitoredItemCreateRequest>());
}

/// <summary>Monitored items.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record CreateMonitoredItemsResponse(
    UaResponseHeader Header,
    IReadOnlyList<MonitoredItemCreateResult> Results) : IUaResponse<CreateMonitoredItemsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CreateMonitoredItemsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static CreateMonitoredItemsResponse Decode(ref UaReader reader)
    {
        CreateMonitoredItemsResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<MonitoredItemCreateResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
