using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Ends subscriptions (OPC 10000-4, 5.14.8).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionIds">Which.</param>
public sealed record DeleteSubscriptionsRequest(
    UaRequestHeader Header,
    IReadOnlyList<uint> SubscriptionIds) : IUaRequest<DeleteSubscriptionsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.DeleteSubscriptionsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(SubscriptionIds);
    }

    /// <inheritdoc/>
    public static DeleteSubscriptionsRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.UInt32s());
}

/// <summary>How it went.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">A StatusCode each.</param>
public sealed record DeleteSubscriptionsResponse(
    UaResponseHeader Header,
    IReadOnlyList<uint> Results) : IUaResponse<DeleteSubscriptionsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.DeleteSubscriptionsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static DeleteSubscriptionsResponse Decode(ref UaReader reader)
    {
        DeleteSubscriptionsResponse read = new(UaResponseHeader.Decode(ref reader), reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
