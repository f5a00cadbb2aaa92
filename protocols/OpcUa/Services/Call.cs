using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A method to be called (OPC 10000-4, 5.12.2.2).</summary>
/// <param name="ObjectId">On what.</param>
/// <param name="MethodId">The method.</param>
/// <param name="InputArguments">Its arguments.</param>
public sealed record CallMethodRequest(
    UaNodeId ObjectId,
    UaNodeId MethodId,
    IReadOnlyList<UaVariantCopy> InputArguments) : IUaMessage<CallMethodRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CallMethodRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(ObjectId);
        writer.NodeId(MethodId);
        writer.Variants(InputArguments);
    }

    /// <inheritdoc/>
    public static CallMethodRequest Decode(ref UaReader reader) => new(reader.NodeId(), reader.NodeId(), reader.Variants());
}

/// <summary>What a method gave.</summary>
/// <param name="StatusCode">How it went.</param>
/// <param name="InputArgumentResults">What is wrong with each argument, a StatusCode each; empty when nothing is.</param>
/// <param name="OutputArguments">What it gave.</param>
public sealed record CallMethodResult(
    uint StatusCode,
    IReadOnlyList<uint> InputArgumentResults,
    IReadOnlyList<UaVariantCopy> OutputArguments) : IUaMessage<CallMethodResult>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CallMethodResult;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(StatusCode);
        writer.UInt32s(InputArgumentResults);
        writer.NullArray();
        writer.Variants(OutputArguments);
    }

    /// <inheritdoc/>
    public static CallMethodResult Decode(ref UaReader reader)
    {
        uint statusCode = reader.UInt32();
        IReadOnlyList<uint> inputArgumentResults = reader.UInt32s();
        reader.SkipDiagnostics();
        IReadOnlyList<UaVariantCopy> outputArguments = reader.Variants();
        return new CallMethodResult(statusCode, inputArgumentResults, outputArguments);
    }
}

/// <summary>Calls methods (OPC 10000-4, 5.12.2).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="MethodsToCall">Which.</param>
public sealed record CallRequest(UaRequestHeader Header, IReadOnlyList<CallMethodRequest> MethodsToCall) : IUaRequest<CallRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CallRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(MethodsToCall);
    }

    /// <inheritdoc/>
    public static CallRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader), reader.Array<CallMethodRequest>());
}

/// <summary>What the methods gave.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="Results">One each.</param>
public sealed record CallResponse(UaResponseHeader Header, IReadOnlyList<CallMethodResult> Results) : IUaResponse<CallResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CallResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.Array(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static CallResponse Decode(ref UaReader reader)
    {
        CallResponse read = new(UaResponseHeader.Decode(ref reader), reader.Array<CallMethodResult>());
        reader.SkipDiagnostics();
        return read;
    }
}
