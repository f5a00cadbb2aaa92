using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A notification message that has arrived, and need not be kept (OPC 10000-4, 5.14.5.2).</summary>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="SequenceNumber">Its number.</param>
public readonly record struct SubscriptionAcknowledgement(
    uint SubscriptionId,
    uint SequenceNumber) : IUaMessage<SubscriptionAcknowledgement>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SubscriptionAcknowledgement;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(SubscriptionId);
        writer.UInt32(SequenceNumber);
    }

    /// <inheritdoc/>
    public static SubscriptionAcknowledgement Decode(ref UaReader reader) => new(reader.UInt32(), reader.UInt32());
}

/// <summary>Lets the server publish once (OPC 10000-4, 5.14.5).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionAcknowledgements">What has arrived.</param>
public sealed record PublishRequest(
    UaRequestHeader Header,
    IReadOnlyList<SubscriptionAcknowledgement> SubscriptionAcknowledgements) : IUaRequest<PublishRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.PublishRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(SubscriptionAcknowledgements);
    }

    /// <inheritdoc/>
    public static PublishRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.Array<SubscriptionAcknowledgement>());
}

/// <summary>What a subscription publishes. <see cref="PublishResponseReader"/> and <see cref="PublishResponseWriter"/> do without this object.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="SubscriptionId">Which subscription.</param>
/// <param name="AvailableSequenceNumbers">The messages that can be asked for again.</param>
/// <param name="MoreNotifications">Whether there is more to publish now.</param>
/// <param name="NotificationMessage">What happened.</param>
/// <param name="Results">How the request's acknowledgements went, a StatusCode each.</param>
public sealed record PublishResponse(
    UaResponseHeader Header,
    uint SubscriptionId,
    IReadOnlyList<uint> AvailableSequenceNumbers,
    bool MoreNotifications,
    NotificationMessage NotificationMessage,
    IReadOnlyList<uint> Results) : IUaResponse<PublishResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.PublishResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.UInt32s(AvailableSequenceNumbers);
        writer.Boolean(MoreNotifications);
        NotificationMessage.Encode(writer);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static PublishResponse Decode(ref UaReader reader)
    {
        PublishResponse read = new(
            UaResponseHeader.Decode(ref reader),
            reader.UInt32(),
            reader.UInt32s(),
            reader.Boolean(),
            NotificationMessage.Decode(ref reader),
            reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
