using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Takes over subscriptions of another session (OPC 10000-4, 5.14.7).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="SubscriptionIds">Which.</param>
/// <param name="SendInitialValues">Whether every item's last value is published again.</param>
public sealed record TransferSubscriptionsRequest(
    UaRequestHeader Header,
    IReadOnlyList<uint> SubscriptionIds,
    bool SendInitialValues) : IUaRequest<TransferSubscriptionsRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.TransferSubscriptionsRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.UInt32s(SubscriptionIds);
        writer.Boolean(SendInitialValues);
    }

    /// <inheritdoc/>
    public static TransferSubscriptionsRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        reader.UInt32s(),
        reader.Boolean());
}

/// <summary>How taking over went.</summary>
/// <param name="StatusCode">How.</param>
/// <param name="AvailableSequenceNumbers">The messages that can be asked for again.</param>
public sealed record TransferResult(uint StatusCode, IReadOnlyList<uint> AvailableSequenceNumbers) : IUaMessage<TransferResult>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.TransferResult;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(StatusCode);
        writer.UInt32s(AvailableSequenceNumbers);
    }

    /// <inheritdoc/>
    public static TransferResult Decode(ref UaReader reader) => new(reader.UInt32(), reader.UInt32s());
}

/// <summary>How taking over went.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record TransferSubscriptionsResponse(
    UaResponseHeader Header,
    IReadOnlyList<TransferResult> Results) : IUaResponse<TransferSubscriptionsResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.TransferSubscriptionsResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static TransferSubscriptionsResponse Decode(ref UaReader reader)
    {
        TransferSubscriptionsResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<TransferResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
