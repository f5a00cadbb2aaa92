using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>That a service failed; the header says why (OPC 10000-4, 7.35).</summary>
/// <param name="Header">What every response begins with.</param>
public sealed record ServiceFault(UaResponseHeader Header) : IUaResponse<ServiceFault>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ServiceFault;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => Header.Encode(writer);

    /// <inheritdoc/>
    public static ServiceFault Decode(ref UaReader reader) => new(UaResponseHeader.Decode(ref reader));
}
