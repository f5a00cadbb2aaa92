using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Has subscriptions publish or not (OPC 10000-4, 5.14.4).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="PublishingEnabled">Which of the two.</param>
/// <param name="SubscriptionIds">Which subscriptions.</param>
public sealed record SetPublishingModeRequest(
    UaRequestHeader Header,
    bool PublishingEnabled,
    IReadOnlyList<uint> SubscriptionIds) : IUaRequest<SetPublishingModeRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SetPublishingModeRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Boolean(PublishingEnabled);
        writer.UInt32s(SubscriptionIds);
    }

    /// <inheritdoc/>
    public static SetPublishingModeRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.Boolean(),
        reader.UInt32s());
}

/// <summary>How it went.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">A StatusCode each.</param>
public sealed record SetPublishingModeResponse(
    UaResponseHeader Header,
    IReadOnlyList<uint> Results) : IUaResponse<SetPublishingModeResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SetPublishingModeResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static SetPublishingModeResponse Decode(ref UaReader reader)
    {
        SetPublishingModeResponse read = new(UaResponseHeader.Decode(ref reader), reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
