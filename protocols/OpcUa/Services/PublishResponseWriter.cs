using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>
/// Writes a Publish response straight into a buffer, its encoding's id in front: begin it, write the message behind it (with <see cref="NotificationWriter"/>, or bytes kept from one), end it.
/// </summary>
public readonly ref struct PublishResponseWriter
{
    private readonly UaWriter _writer;

    /// <summary>Begins a response.</summary>
    /// <param name="writer">Where to; the message follows there.</param>
    /// <param name="header">The header.</param>
    /// <param name="subscriptionId">The subscription that publishes.</param>
    /// <param name="available">The messages that can be asked for again.</param>
    /// <param name="moreNotifications">Whether there is more to publish now.</param>
    public PublishResponseWriter(UaWriter writer, in UaResponseHeader header, uint subscriptionId, ReadOnlySpan<uint> available, bool moreNotifications)
    {
        _writer = writer;
        writer.EncodingId(UaEncodingIds.PublishResponse);
        header.Encode(writer);
        writer.UInt32(subscriptionId);
        writer.UInt32s(available);
        writer.Boolean(moreNotifications);
    }

    /// <summary>Ends it.</summary>
    /// <param name="results">How the request's acknowledgements went, a StatusCode each.</param>
    public void End(ReadOnlySpan<uint> results)
    {
        _writer.UInt32s(results);
        _writer.NullArray();
    }
}
