using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks for a subscription (OPC 10000-4, 5.14.2).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="RequestedPublishingInterval">How often it publishes, ms.</param>
/// <param name="RequestedLifetimeCount">After how many intervals without a Publish request it ends.</param>
/// <param name="RequestedMaxKeepAliveCount">After how many intervals without a change it says that it lives.</param>
/// <param name="MaxNotificationsPerPublish">Most changes of a response; 0 for no limit.</param>
/// <param name="PublishingEnabled">Whether it publishes at once.</param>
/// <param name="Priority">More goes first.</param>
public sealed record CreateSubscriptionRequest(
    UaRequestHeader Header,
    double RequestedPublishingInterval,
    uint RequestedLifetimeCount,
    uint RequestedMaxKeepAliveCount,
    uint MaxNotificationsPerPublish,
    bool PublishingEnabled,
    byte Priority) : IUaRequest<CreateSubscriptionRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CreateSubscriptionRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Double(RequestedPublishingInterval);
        writer.UInt32(RequestedLifetimeCount);
        writer.UInt32(RequestedMaxKeepAliveCount);
        writer.UInt32(MaxNotificationsPerPublish);
        writer.Boolean(PublishingEnabled);
        writer.Byte(Priority);
    }

    /// <inheritdoc/>
    public static CreateSubscriptionRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.Double(),
        reader.UInt32(),
        reader.UInt32(),
        reader.UInt32(),
        reader.Boolean(),
        reader.Byte());
}

/// <summary>A subscription.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="SubscriptionId">Its number.</param>
/// <param name="RevisedPublishingInterval">How often it publishes, ms.</param>
/// <param name="RevisedLifetimeCount">After how many intervals without a Publish request it ends.</param>
/// <param name="RevisedMaxKeepAliveCount">After how many intervals without a change it says that it lives.</param>
public sealed record CreateSubscriptionResponse(
    UaResponseHeader Header,
    uint SubscriptionId,
    double RevisedPublishingInterval,
    uint RevisedLifetimeCount,
    uint RevisedMaxKeepAliveCount) : IUaResponse<CreateSubscriptionResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CreateSubscriptionResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.Double(RevisedPublishingInterval);
        writer.UInt32(RevisedLifetimeCount);
        writer.UInt32(RevisedMaxKeepAliveCount);
    }

    /// <inheritdoc/>
    public static CreateSubscriptionResponse Decode(ref UaReader reader) => new(
        UaResponseHeader.Decode(ref reader),
        reader.UInt32(),
        reader.Double(),
        reader.UInt32(),
        reader.UInt32());
}
