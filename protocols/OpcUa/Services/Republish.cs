using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks for a message that did not arrive (OPC 10000-4, 5.14.6).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="RetransmitSequenceNumber">Its number.</param>
public sealed record RepublishRequest(
    UaRequestHeader Header,
    uint SubscriptionId,
    uint RetransmitSequenceNumber) : IUaRequest<RepublishRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.RepublishRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32(SubscriptionId);
        writer.UInt32(RetransmitSequenceNumber);
    }

    /// <inheritdoc/>
    public static RepublishRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.UInt32(), reader.UInt32());
}

/// <summary>A message once more. <see cref="RepublishResponseReader"/> does without this object.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="NotificationMessage">The message.</param>
public sealed record RepublishResponse(UaResponseHeader Header, NotificationMessage NotificationMessage) : IUaResponse<RepublishResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.RepublishResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        NotificationMessage.Encode(writer);
    }

    /// <inheritdoc/>
    public static RepublishResponse Decode(ref UaReader reader) => new(
        UaResponseHeader.Decode(ref reader),
        NotificationMessage.Decode(ref reader));
}
